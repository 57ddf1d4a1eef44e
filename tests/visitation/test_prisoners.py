from datetime import date, timedelta

import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, people
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Scope

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}
DAY = timedelta(days=1)
NATIONAL_ID, OTHER_ID = "0013542419", "0499370899"


async def test_a_prisoner_is_found_however_the_name_is_typed(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        reza = await people.add_prisoner(
            session,
            site_id=prison.id,
            number=" ۱۲۳۴ ",
            name=" رضا كريمي ",
            keyring=keyring,
            **ACT,
        )
        await make.prisoner(session, prison, name="حسن رضایی", number="77")
        everywhere = Scope(everywhere=True)
        for text in ("رضا کریمی", "كريمي", "1234", "۲۳", ""):
            found = await people.find_prisoners(session, scope=everywhere, text=text)
            assert reza in found, text
        assert reza.number == "1234"
        assert reza.name == "رضا كريمي"
        none = await people.find_prisoners(session, scope=everywhere, text="%")
        assert none == []


async def test_prisoners_outside_a_scope_are_not_found(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        inside = await make.prisoner(session, await make.prison(session, here))
        outside = await make.prisoner(session, await make.prison(session, there))
        for scope, found in (
            (Scope(everywhere=True), {inside.id, outside.id}),
            (Scope(provinces=frozenset({here.id})), {inside.id}),
            (Scope(sites=frozenset({outside.site_id})), {outside.id}),
            (Scope(), set()),
        ):
            rows = await people.find_prisoners(session, scope=scope)
            assert {row.id for row in rows} == found


async def test_pages_of_prisoners_follow_each_other(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        known = [
            await make.prisoner(session, prison, name=name)
            for name in ("الف", "ب", "ب", "پ")
        ]
        scope = Scope(sites=frozenset({prison.id}))
        first = await people.find_prisoners(session, scope=scope, limit=2)
        rest = await people.find_prisoners(session, scope=scope, after=first[-1].id)
    assert {row.id for row in [*first, *rest]} == {row.id for row in known}
    assert len(first) == len(rest) == 2


async def test_a_number_is_one_prisoners_in_a_prison(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        add = {"keyring": keyring, **ACT}
        await people.add_prisoner(
            session, site_id=here.id, number="7", name="رضا", **add
        )
        with pytest.raises(Invalid, match="number: prisoner_known"):
            await people.add_prisoner(
                session, site_id=here.id, number="۷", name="حسن", **add
            )
        await people.add_prisoner(
            session, site_id=there.id, number="7", name="علی", **add
        )
        other = await people.add_prisoner(
            session, site_id=here.id, number="8", name="علی", **add
        )
        with pytest.raises(Invalid, match="number: prisoner_known"):
            await people.edit_prisoner(session, other, number="7", name="علی", **add)
        # The refusal has not spoiled the transaction.
        await people.edit_prisoner(session, other, number="9", name="علي ج", **add)
    async with database.read() as session:
        found = await session.get_one(people.Prisoner, other.id)
    assert (found.number, found.name, found.name_folded) == ("9", "علي ج", "علی ج")


async def test_the_last_visit_before_is_no_day_to_come_where_the_prison_is(
    database: Database, keyring: Keyring
) -> None:
    # Half past midnight of the 24th in Tehran; still the 23rd in Greenwich.
    night = {"keyring": keyring, "by": BY, "now": NOON.replace(hour=21)}
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    async with database.write() as session:
        prison = await make.prison(session)
        add = {"site_id": prison.id, "name": "رضا", **night}
        reza = await people.add_prisoner(session, number="1", visited_on=today, **add)
        with pytest.raises(Invalid, match="visited_on: visited_to_come"):
            await people.add_prisoner(session, number="2", visited_on=tomorrow, **add)
        edit = {"number": "1", "name": "رضا", **night}
        with pytest.raises(Invalid, match="visited_on: visited_to_come"):
            await people.edit_prisoner(session, reza, visited_on=tomorrow, **edit)
        await people.edit_prisoner(session, reza, **edit)
    assert reza.visited_on == today


async def test_a_national_id_is_one_prisoners_and_kept_sealed(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        add = {"site_id": prison.id, "keyring": keyring, **ACT}
        reza = await people.add_prisoner(
            session, number="1", name="رضا", national_id="۰۰۱-۳۵۴۲۴۱-۹", **add
        )
        with pytest.raises(Invalid, match="national_id: prisoner_id_known"):
            await people.add_prisoner(
                session, number="2", name="علی", national_id=NATIONAL_ID, **add
            )
        with pytest.raises(Invalid, match="national_id: wrong_national_id"):
            await people.add_prisoner(
                session, number="2", name="علی", national_id="1234567890", **add
            )
        edit = {"number": "1", "name": "رضا", "keyring": keyring, **ACT}
        await people.edit_prisoner(session, reza, national_id=NATIONAL_ID, **edit)
        await people.edit_prisoner(session, reza, national_id="", **edit)
        assert people.masked_id(reza.national_id_sealed, keyring=keyring) == (
            "•••••••419"
        )
        await people.edit_prisoner(session, reza, national_id=OTHER_ID, **edit)
        assert people.masked_id(reza.national_id_sealed, keyring=keyring) == (
            "•••••••899"
        )
    assert people.masked_id(None, keyring=keyring) == ""
    assert NATIONAL_ID not in str(reza.national_id_fingerprint)


async def test_a_release_is_recorded_once_and_may_be_undone(
    database: Database,
) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        await people.take_back_prisoner(session, prisoner, **ACT)
        assert prisoner.released_at is None
        await people.release_prisoner(session, prisoner, by=BY, now=NOON)
        await people.release_prisoner(session, prisoner, by=BY, now=NOON + DAY)
        assert prisoner.released_at == NOON
        await people.take_back_prisoner(session, prisoner, by=BY, now=NOON + DAY)
        assert prisoner.released_at is None
