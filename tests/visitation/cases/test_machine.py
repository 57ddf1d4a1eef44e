"""Whatever is done to a case in whatever order, its record stays whole."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from tests.conftest import NOON
from tests.fakes import seeded_keyring
from tests.remembering import opened
from tests.visitation.cases.asking import actor, asked, people
from visitation.audit.tables import AuditEntry
from visitation.cases import Case, CaseStep, acts, lifecycle
from visitation.errors import VisitationError
from visitation.words import CaseAction, CaseState

HOUR = timedelta(hours=1)
DOING: dict[CaseAction, Callable[..., Awaitable[Any]]] = {
    CaseAction.TAKE: acts.take,
    CaseAction.REFER: lambda *who, **how: acts.refer(*who, text="به زندان", **how),
    CaseAction.GRANT: lambda *who, **how: acts.grant(*who, text="بله", **how),
    CaseAction.DENY: lambda *who, **how: acts.deny(*who, text="نه", **how),
    CaseAction.WITHDRAW: acts.withdraw,
    CaseAction.REOPEN: lambda *who, **how: acts.reopen(*who, text="باز", **how),
    CaseAction.APPEAL: lambda *who, **how: acts.appeal(*who, text="لطفاً", **how),
}
ACTIONS = st.lists(
    st.tuples(st.sampled_from(sorted(DOING)), st.sampled_from(["judge", "other"])),
    max_size=14,
)


@pytest.fixture(scope="module")
def empty(sqlite_template: Path) -> Path:
    return sqlite_template


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(actions=ACTIONS)
def test_a_case_keeps_its_record_whatever_is_tried(
    empty: Path, actions: list[tuple[CaseAction, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(empty, Path(folder) / "visits.db")
        asyncio.run(_live(f"sqlite:///{file}", actions))


async def _live(url: str, actions: list[tuple[CaseAction, str]]) -> None:
    database = opened(url)
    try:
        async with database.write() as session:
            who = await people(session)
            number = (await asked(session, who.world, seeded_keyring())).case.id
        last_denier, appealed = None, False
        for place, (action, name) in enumerate(actions, 1):
            by = actor(getattr(who, name))
            async with database.read() as session:
                before = (await session.get_one(Case, number)).state
            try:
                async with database.write() as session:
                    case = await session.get_one(Case, number)
                    await DOING[action](session, case, by=by, now=NOON + place * HOUR)
            except VisitationError:
                continue
            assert lifecycle.allows(before, action)
            if action is CaseAction.APPEAL:
                appealed = True
            if action in {CaseAction.GRANT, CaseAction.DENY}:
                assert not (appealed and last_denier == name)
                appealed = False
            if action is CaseAction.DENY:
                last_denier = name
        await _check(database, number)
    finally:
        await database.close()


async def _check(database: Any, number: int) -> None:
    """The steps are counted without a gap, lead where the case is, and are audited."""
    async with database.read() as session:
        case = await session.get_one(Case, number)
        found = await session.exec(select(CaseStep).order_by(col(CaseStep.number)))
        steps = found.all()
        noted = await session.exec(
            select(AuditEntry.action)
            .where(AuditEntry.subject == f"case:{number}")
            .order_by(col(AuditEntry.id))
        )
        audited = noted.all()
    assert [one.number for one in steps] == list(range(1, case.steps + 1))
    assert audited == [f"case_{one.action.value}" for one in steps]
    state = CaseState.SUBMITTED
    for one in steps[1:]:
        state = lifecycle.after(state, one.action)
        assert one.state is state
    assert case.state is state
    assert (case.decided_at is not None) == (state in lifecycle.FINAL)
