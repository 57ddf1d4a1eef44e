"""What re-planning a day costs the database: a few statements for each visit."""

from datetime import time

from scheduler.replan import Replan, Then
from tests import make
from tests.scheduler import village
from tests.scheduler.queries import counted
from tests.scheduler.village import DAY, HALF_HOUR, ONE_DAY, TEN, Village, drive, family
from visitation.database import Database
from visitation.keyring import Keyring

#: Of each visit, as it stands and where it would go: what the booking rules look at.
MOST_READ = 13
#: Of each visit that moves: one move of a booking, everybody told.
MOST_DONE = 20


async def lost_day(database: Database, keyring: Keyring, visits: int) -> Village:
    """Families who lost their place at once, with room for all on the next day."""
    async with database.write() as session:
        here = await village.village(session, starts=time(10), ends=time(11))
        for n in range(visits):
            new = n > 0
            terminal = await make.terminal(session, here.prison) if new else None
            kiosk = await make.kiosk(session, here.office) if new else None
            await family(
                session,
                here,
                keyring,
                start=TEN + (n % 2) * HALF_HOUR,
                terminal_id=(terminal or here.terminal).id,
                kiosk_id=(kiosk or here.kiosk).id,
                met_days_ago=30 + n,
            )
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        await village.cancel(session, here)
    return here


async def costs(
    database: Database, keyring: Keyring, visits: int
) -> tuple[Replan, int, int]:
    """The plan, and how many statements drawing it up and carrying it out took."""
    here = await lost_day(database, keyring, visits)
    with counted(database) as read:
        async with database.read() as session:
            plan = await village.draft(session, here)
    with counted(database) as done:
        async with database.write() as session:
            await village.carry_out(session, plan, keyring)
    return plan, len(read), len(done)


async def test_each_visit_costs_the_same_few_statements(
    database: Database, keyring: Keyring
) -> None:
    few, few_read, few_done = await costs(database, keyring, 2)
    many, many_read, many_done = await costs(database, keyring, 8)

    assert [len(plan.those(Then.MOVES)) for plan in (few, many)] == [2, 8]
    assert many_read - few_read <= (8 - 2) * MOST_READ
    # Only PostgreSQL waits in line.
    most = MOST_DONE + (not database.is_sqlite)
    assert many_done - few_done <= (8 - 2) * most
