"""Moving a visit through its life: one table, one conditional UPDATE, one place.

Knows the lifecycle's table and no rule of booking; tells nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, database, lifecycle
from visitation.audit import Actor
from visitation.errors import NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import TICKS, ParticipantState, VisitAction
from visitation.visits import codes
from visitation.visits.codes import Code
from visitation.visits.tables import Participant, Visit
from visitation.words import Part

_VISIT = SQLModel.metadata.tables["visit"]
_PARTICIPANT = SQLModel.metadata.tables["participant"]
#: With RETURNING the rows of one call become one INSERT.
_ENTER: Mapping[str, Any] = {
    name: dialect.insert(_PARTICIPANT)
    .on_conflict_do_nothing(index_elements=["code_fingerprint"])
    .returning(_PARTICIPANT.c.reference, _PARTICIPANT.c.visitor_id, _PARTICIPANT.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


class Overtaken(VisitationError):
    """Somebody else changed the visit first; read it again and decide anew."""


async def by_reference(session: AsyncSession, reference: str) -> Visit:
    """The visit of that reference.

    Raises:
        NotFound: if there is none.
    """
    rows = await session.exec(select(Visit).where(Visit.reference == reference))
    visit = rows.first()
    if visit is None:
        raise NotFound(reference)
    return visit


async def participants(session: AsyncSession, visit_id: int) -> Sequence[Participant]:
    """Who takes part in a visit, in the order they were added."""
    rows = await session.exec(
        select(Participant)
        .where(Participant.visit_id == visit_id)
        .order_by(col(Participant.id))
    )
    return rows.all()


@cache
def _moving(names: tuple[str, ...]) -> Any:
    """The conditional UPDATE of some columns, made once for each set of them."""
    return (
        sqlalchemy.update(_VISIT)
        .where(_VISIT.c.id == bindparam("visit"), _VISIT.c.state == bindparam("was"))
        .values({name: bindparam(f"new_{name}") for name in names})
        .returning(*_VISIT.c)
    )


def _named(changes: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in changes.items()}


async def enter(
    session: AsyncSession, parts: Sequence[dict[str, Any]], *, keyring: Keyring
) -> dict[int, int]:
    """Write who takes part in a new visit, in one statement.

    Whoever drew a code that somebody else has draws another.

    Returns:
        The id of each visitor's part, by the visitor's.

    Raises:
        RuntimeError: if no free codes were found, which needs most of a million in use.
    """
    enter = _ENTER[session.get_bind().dialect.name]
    entered: dict[int, int] = {}
    for _ in range(codes.TRIES):
        rows = await database.rows(session, enter, parts)
        entered |= {one.visitor_id: one.id for one in rows if one.visitor_id}
        written = {one.reference for one in rows}
        parts = [one for one in parts if one["reference"] not in written]
        if not parts:
            return entered
        for part, code in zip(
            parts, codes.draw(len(parts), keyring=keyring), strict=True
        ):
            part.update(_coded(code))
    raise RuntimeError("no free join code")


def part_of(
    visit_id: int,
    part: Part,
    *,
    reference: str,
    visitor_id: int | None = None,
    account_id: int | None = None,
    code: Code | None = None,
) -> dict[str, Any]:
    """A person's part in a new visit, as it is written."""
    return {
        "reference": reference,
        "visit_id": visit_id,
        "part": part,
        "visitor_id": visitor_id,
        "account_id": account_id,
        "state": ParticipantState.EXPECTED,
        **_coded(code),
        "seconds_connected": 0,
        "seconds_lost": 0,
    }


def _coded(code: Code | None) -> dict[str, Any]:
    return {
        "code_sealed": code.sealed if code else None,
        "code_fingerprint": code.fingerprint if code else None,
    }


async def expect_anew(
    session: AsyncSession, participants: Iterable[Participant]
) -> None:
    """Forget who was told or there already, of a visit that was moved."""
    for participant in participants:
        if participant.state in TICKS:
            participant.state = ParticipantState.EXPECTED
        participant.told_at = None
        participant.arrived_at = None
        participant.identified_at = None
        session.add(participant)
    await session.flush()


async def move(
    session: AsyncSession,
    visit: Visit,
    action: VisitAction,
    *,
    by: Actor,
    now: datetime,
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Carry out an action unless somebody else moved the visit first.

    Args:
        session: the transaction of the act.
        visit: as it was read; brought up to date.
        action: what is done to it.
        by: who does it.
        now: when.
        facts: what the audit entry says beside the action; ids and codes only.
        **changes: other columns to set with the state.

    Raises:
        IllegalMove: if the visit's state does not allow the action.
        Overtaken: if the visit is no longer in the state that was read.
    """
    then = lifecycle.after(visit.state, action)
    changes |= {"state": then, "changed_at": now}
    if visit in session.dirty or visit in session.new:
        await session.flush()
    moved = await database.rows(
        session,
        _moving(tuple(sorted(changes))),
        {"visit": visit.id, "was": visit.state, **_named(changes)},
    )
    if not moved:
        raise Overtaken(visit.reference)
    for column, value in zip(_VISIT.c, moved[0], strict=True):
        set_committed_value(visit, column.name, value)
    audit.note(
        session,
        by,
        f"visit_{action}",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        **(facts or {}),
    )
