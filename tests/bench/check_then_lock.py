"""Booking as most systems do it, beside which ours is measured.

The rows of the seats and the people are locked, then visits that overlap are looked
for, then the visit is written. Everything else is ours: the rules and what they look
at, the life of the visit, the people and their codes, the allowance, the audit entries
and the messages. The database has the indexes that such a search needs.
"""

from datetime import datetime, timedelta
from typing import Any, Unpack

from sqlalchemy import bindparam, select, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import facts, notices, rules
from scheduler.proposals import Proposal
from scheduler.seats import Seats, seats
from scheduler.situation import known_of
from scheduler.verdict import refused_for
from scheduler.wishes import Wish, parts_of, proposed, visit_of
from visitation import audit, database, messages, visits
from visitation.audit import Actor
from visitation.database import Database
from visitation.database.migrate import sync_engine
from visitation.keyring import Keyring
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.visits import Visit, ledger
from visitation.wording import Template

_TABLES = SQLModel.metadata.tables
_visit, _part = _TABLES["visit"], _TABLES["participant"]
_INDEXES = [
    f"CREATE INDEX ends_at_{column} ON visit ({column}, ends_at)"
    for column in ("terminal_id", "kiosk_id", "prisoner_id")
]
_LOCKS = [
    select(_TABLES[name].c.id)
    .where(_TABLES[name].c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_TABLES[name].c.id)
    .with_for_update()
    for name in ("station", "prisoner", "visitor")
]


def _overlaps(*which: Any, turnover: bool) -> Any:
    start, end = ("freed", "turned_over") if turnover else ("start", "end")
    return (
        select(_visit.c.id)
        .where(
            *which,
            _visit.c.state.in_(sorted(OCCUPYING)),
            _visit.c.starts_at < bindparam(end),
            _visit.c.ends_at > bindparam(start),
        )
        .limit(1)
    )


_SEARCHES = {
    "terminal": _overlaps(_visit.c.terminal_id == bindparam("who"), turnover=True),
    "kiosk": _overlaps(_visit.c.kiosk_id == bindparam("who"), turnover=True),
    "prisoner": _overlaps(_visit.c.prisoner_id == bindparam("who"), turnover=False),
    "visitor": _overlaps(
        _visit.c.id == _part.c.visit_id,
        _part.c.visitor_id == bindparam("who"),
        turnover=False,
    ),
}


def prepare(url: str) -> None:
    """Adds the indexes, and takes away the claims, which nothing looks at."""
    engine = sync_engine(Database(url).url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM claim"))
        for index in _INDEXES:
            connection.execute(text(index))
    engine.dispose()


async def book(
    session: AsyncSession,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Books a visit.

    Raises:
        Refused: with every reason, and the next free slots.
    """
    proposal = proposed(wish)
    await _lock(session, proposal)
    ends = await seats(session, proposal)
    day = ends.prison.day(proposal.span.start)
    quota = visits.quota(ends.prison.policy, ends.prison.zone, day)
    pages = await ledger.read(session, proposal.prisoner_id, quota)
    left = pages.balances(quota, but_visit=None)
    known = known_of(
        proposal,
        ends,
        await facts.day(session, proposal, ends, (), but_visit=None),
        now=now,
        allowance=(left[quota.week.name], left[quota.month.name]),
        taken=await _taken(session, proposal, ends.prison.policy.turnover),
    )
    if reasons := rules.refusals(proposal, known):
        raise await refused_for(session, proposal, reasons, ends.prison, now)
    visit = await _written(session, wish, proposal, ends, keyring, by=by, now=now)
    told = await notices.audience(session, visit)
    acts: dict[str, dict[str, object]] = {"visit_hold": {}, "visit_confirm": {}}
    subject, granted = f"visit:{visit.id}", quota.granted.keys()
    await database.put(
        session,
        *await visits.counting(session, visit, quota, pages, granted, by=by, now=now),
        audit.rows(by, acts, subject, now=now, visit_id=visit.id),
        messages.rows(notices.drafts(visit, told, Template.BOOKED, now=now)),
    )
    return visit


async def _written(
    session: AsyncSession,
    wish: Wish,
    proposal: Proposal,
    ends: Seats,
    keyring: Keyring,
    *,
    by: Actor,
    now: datetime,
) -> Visit:
    visit = visit_of(
        wish,
        proposal,
        reference=keyring.reference(),
        state=VisitState.BOOKED,
        starts_at=proposal.span.start,
        ends_at=proposal.span.end,
        booked_end_at=proposal.span.end,
        terminal_id=proposal.terminal_id,
        kiosk_id=proposal.kiosk_id,
        point_id=ends.point_id,
        booked_by_id=by.account_id,
        created_at=now,
        changed_at=now,
    )
    session.add(visit)
    await session.flush()
    codes = visits.draw(len(proposal.visitor_ids), keyring=keyring)
    parts = parts_of(visit, proposal, keyring, codes)
    await visits.enter(session, parts, keyring=keyring)
    return visit


async def _lock(session: AsyncSession, proposal: Proposal) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return
    connection = await session.connection()
    for lock, ids in zip(
        _LOCKS,
        (
            [proposal.terminal_id, proposal.kiosk_id],
            [proposal.prisoner_id],
            sorted(proposal.visitor_ids),
        ),
        strict=True,
    ):
        await connection.execute(lock, {"ids": ids})


async def _taken(
    session: AsyncSession, proposal: Proposal, turnover: timedelta
) -> frozenset[str]:
    span = proposal.span
    when = {
        "start": span.start,
        "end": span.end,
        "freed": span.start - turnover,
        "turned_over": span.end + turnover,
    }
    looked_for = [
        ("terminal", proposal.terminal_id),
        ("kiosk", proposal.kiosk_id),
        ("prisoner", proposal.prisoner_id),
        *(("visitor", who) for who in sorted(proposal.visitor_ids)),
    ]
    connection = await session.connection()
    taken = set()
    for kind, who in looked_for:
        search = await connection.execute(_SEARCHES[kind], when | {"who": who})
        if search.first() is not None:
            taken.add(kind)
    return frozenset(taken)
