"""How long records are kept of which a country or an office may choose that.

Knows the bounds, and what was chosen; no table, and nothing about deleting. The record
of visits and the audit are kept for good, and are not among these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.places.tables import PolicyChoice

_SCOPE = "retention"


class Kept(StrEnum):
    """A kind of record that somebody chooses how long to keep."""

    CHAT_LINES = "chat_lines"
    HELP_CALLS = "help_calls"
    HANDOVERS = "handovers"
    FEEDBACK = "feedback"
    LINK_REQUESTS = "link_requests"
    TICKETS = "tickets"
    LINE_RECORDS = "line_records"
    LINE_TESTS = "line_tests"
    DEVICE_TESTS = "device_tests"
    SERVICE_NOTES = "service_notes"
    CASES = "cases"
    RECORDINGS_FAMILY = "recordings_family"
    RECORDINGS_OFFICIAL = "recordings_official"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The fewest and the most days a kind is kept, and what is usual."""

    least: int
    usual: int
    most: int


_YEARS = 3653
#: What is read for a complaint is kept a month at least; what months of statistics are
#: counted from, until the month and one more are over; a remark, for as long as its
#: service may be sent; a request, while somebody may come back to its answer. What
#: shows people is kept as short as an office likes.
BOUNDS: Mapping[Kept, Bounds] = {
    Kept.CHAT_LINES: Bounds(least=30, usual=180, most=_YEARS),
    Kept.HELP_CALLS: Bounds(least=30, usual=365, most=_YEARS),
    Kept.HANDOVERS: Bounds(least=7, usual=90, most=_YEARS),
    Kept.FEEDBACK: Bounds(least=62, usual=730, most=_YEARS),
    Kept.LINK_REQUESTS: Bounds(least=30, usual=365, most=_YEARS),
    Kept.TICKETS: Bounds(least=7, usual=90, most=_YEARS),
    Kept.LINE_RECORDS: Bounds(least=62, usual=730, most=_YEARS),
    Kept.LINE_TESTS: Bounds(least=7, usual=180, most=_YEARS),
    Kept.DEVICE_TESTS: Bounds(least=7, usual=180, most=_YEARS),
    Kept.SERVICE_NOTES: Bounds(least=31, usual=180, most=_YEARS),
    Kept.CASES: Bounds(least=365, usual=5 * 365, most=30 * 365),
    Kept.RECORDINGS_FAMILY: Bounds(least=1, usual=90, most=_YEARS),
    Kept.RECORDINGS_OFFICIAL: Bounds(least=1, usual=90, most=_YEARS),
}


async def chosen(session: AsyncSession) -> Mapping[Kept, int]:
    """The days that somebody chose, for the kinds for which somebody did."""
    rows = await session.exec(
        select(PolicyChoice.name, PolicyChoice.value).where(
            PolicyChoice.scope == _SCOPE
        )
    )
    known = set(Kept)
    return {Kept(name): int(days) for name, days in rows if name in known}


def in_force(
    chosen: Mapping[Kept, int], settings: Mapping[Kept, int]
) -> Mapping[Kept, int]:
    """The days each kind is kept: as chosen, else as set, else as is usual."""
    return {
        kept: chosen.get(kept, settings.get(kept, bounds.usual))
        for kept, bounds in BOUNDS.items()
    }


async def choose(
    session: AsyncSession,
    days: Mapping[Kept, int | None],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Choose for how many days kinds are kept; None goes back to the settings.

    Raises:
        Invalid: if a number is out of its bounds.
    """
    for kept, count in days.items():
        refuse_unless_within(kept, count)
    before = await chosen(session)
    changes = {one: count for one, count in days.items() if before.get(one) != count}
    if not changes:
        return
    for kept, count in changes.items():
        row = await session.get(PolicyChoice, (_SCOPE, kept.value))
        if count is None:
            await session.delete(row)
            continue
        row = row or PolicyChoice(scope=_SCOPE, name=kept.value, value=count)
        row.value = count
        session.add(row)
    await session.flush()
    facts = {one.value: [before.get(one), count] for one, count in changes.items()}
    audit.note(session, by, "set_retention", "system", now=now, days=facts)


def refuse_unless_within(kept: Kept, days: int | None) -> None:
    """Let a number of days pass that is within the bounds of its kind, or none.

    Raises:
        Invalid: with the kind's name.
    """
    bounds = BOUNDS[kept]
    if days is not None and not bounds.least <= days <= bounds.most:
        raise Invalid(kept.value, "out_of_range")
