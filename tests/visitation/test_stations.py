import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, places
from visitation.database import Database
from visitation.errors import Invalid
from visitation.words import StationKind

BY = audit.SYSTEM


async def test_a_station_is_what_its_site_makes_it(database: Database) -> None:
    async with database.write() as session:
        prison, point = await make.prison(session), await make.point(session)
        add = {"by": BY, "now": NOON}
        terminal = await places.add_station(
            session, site=prison, name=" کابین ۱ ", **add
        )
        kiosk = await places.add_station(session, site=point, name="کابین ۱", **add)
        assert (terminal.kind, terminal.name) == (StationKind.TERMINAL, "کابین ۱")
        assert kiosk.kind is StationKind.KIOSK
        with pytest.raises(Invalid, match="name: station_name_taken"):
            await places.add_station(session, site=prison, name="کابین ۱", **add)
        second = await places.add_station(session, site=prison, name="کابین ۲", **add)
        with pytest.raises(Invalid, match="name: station_name_taken"):
            await places.rename_station(session, second, name="کابین ۱", **add)
        await places.rename_station(session, second, name="کابین ۳", **add)
    async with database.read() as session:
        names = [one.name for one in await places.stations_of(session, prison.id)]
    assert names == ["کابین ۱", "کابین ۳"]


async def test_a_station_goes_out_of_order_with_a_reason_and_back(
    database: Database,
) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        with pytest.raises(Invalid, match="reason: reason_needed"):
            await places.take_out_of_order(
                session, terminal, reason="  ", by=BY, now=NOON
            )
        await places.take_out_of_order(
            session, terminal, reason="صفحه شکسته", by=BY, now=NOON
        )
        await session.flush()
        await session.refresh(terminal)
        assert terminal.out_of_order == "صفحه شکسته"
        await places.put_in_order(session, terminal, by=BY, now=NOON)
        await session.flush()
        await session.refresh(terminal)
        assert terminal.out_of_order is None
