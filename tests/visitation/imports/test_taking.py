"""Taking rows in: what one row runs into leaves the others alone."""

from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.fakes import seeded_keyring
from tests.visitation.imports.bringing import CREATED, EVERYWHERE, REFUSED, told
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.imports import Desk, Doubles, Kind, Row
from visitation.imports.around import Around, around
from visitation.imports.taking import Verdict, take_each


async def test_a_row_that_somebody_else_writes_at_this_moment_is_told_alone(
    database: Database,
) -> None:
    rows = [
        Row(number=n, cells={"which": number})
        for n, number in enumerate("778", start=1)
    ]
    desk = Desk(scope=EVERYWHERE, keyring=seeded_keyring(), by=SYSTEM, now=NOON)
    async with database.write() as session:
        prison = await make.prison(session)

        async def decide(_session: AsyncSession, row: Row, _around: Around) -> Verdict:
            async def write(session: AsyncSession) -> None:
                await make.prisoner(session, prison, number=row.cells["which"])

            return Verdict(outcome=CREATED, write=write)

        lines = await take_each(
            session,
            rows,
            await around(session, rows, desk),
            decide,
            doubles=Doubles(Kind.APPOINTMENTS),
            dry_run=False,
        )

    assert told(lines) == [
        (CREATED, ""),
        (REFUSED, "", "import_overtaken"),
        (CREATED, ""),
    ]
