"""What changes under a booked visit flags it, and unflags it when it is over."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from scheduler import reviewing, sweeps
from scheduler.concerned import CONCERNS, INDIFFERENT
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.changed_places import CASES
from tests.scheduler.changes import Case
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.flagged import book, flags
from visitation.database import Database
from visitation.keyring import Keyring

ROOT = Path(__file__).parents[2]
#: Written in the same way, but names of claims.
CLAIMED = {"terminal", "kiosk", "official"}


@pytest.fixture
def sweep(
    database: Database, clock: Clock, keyring: Keyring
) -> Callable[[], Awaitable[int]]:
    """Seals what was done and reviews it, as the timetable does."""
    tools = means(clock, keyring, FakeGateway())

    async def swept() -> int:
        await sweeps.seal_audit(database, now=NOON, means=tools)
        return await reviewing.review_changes(database, now=NOON, means=tools)

    return swept


@pytest.mark.parametrize("name", CASES)
async def test_a_visit_is_flagged_when_a_fact_changes_and_unflagged_when_it_goes(
    database: Database,
    keyring: Keyring,
    sweep: Callable[[], Awaitable[int]],
    name: str,
) -> None:
    before, change, reason, undo = CASES[name]
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await book(session, case.world, keyring, **await before(case))
        elsewhere = await book(session, await make.world(session), keyring)
    assert await sweep() == 0
    async with database.write() as session:
        await change(case.enter(session))
    await sweep()
    async with database.read() as session:
        assert await flags(session, visit) == [(reason, False, False)]
        assert await flags(session, elsewhere) == []
    assert await sweep() == 0
    async with database.write() as session:
        await undo(case.enter(session))
    await sweep()
    async with database.read() as session:
        assert await flags(session, visit) == [(reason, False, True)]


def test_every_subject_of_the_record_is_looked_after() -> None:
    subject = re.compile(r'f"([a-z_]+):\{[a-z_.]*(?:id|number)\}"')
    written = {
        kind
        for package in ("visitation", "scheduler")
        for file in (ROOT / package).rglob("*.py")
        if "audit.note(" in (text := file.read_text(encoding="utf-8"))
        for kind in subject.findall(text)
    }
    assert {"prisoner", "closure", "mobile_day"} <= written
    assert written - CONCERNS.keys() - INDIFFERENT - CLAIMED == set()
