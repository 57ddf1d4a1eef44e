"""Joining the waiting list and leaving it: one conditional UPDATE moves an entry.

Knows people and places, and what may follow what; knows no slot and no booking.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.people import Contact, Prisoner, Standing, standing
from visitation.places import Site
from visitation.visits import Overtaken
from visitation.waiting.tables import WaitingEntry, WaitingVisitor
from visitation.words import SERVICE_POINTS, VisitKind, WaitingState

#: What may follow what.
ENTRY: Mapping[WaitingState, frozenset[WaitingState]] = {
    WaitingState.WAITING: frozenset(
        {
            WaitingState.OFFERED,
            WaitingState.PLACED,
            WaitingState.WITHDRAWN,
            WaitingState.EXPIRED,
        }
    ),
    WaitingState.OFFERED: frozenset({WaitingState.WAITING, WaitingState.PLACED}),
    # Whose visit the prison cancels stands in line again.
    WaitingState.PLACED: frozenset({WaitingState.WAITING}),
}
#: States in which a family is on the list.
OPEN = frozenset({WaitingState.WAITING, WaitingState.OFFERED})
#: Nobody waits for a day farther ahead than this.
LONGEST = timedelta(days=366)
_WEEKDAYS = frozenset(range(7))
_NOTE = 300


class NotWaiting(VisitationError):
    """The family is no longer on the list, or a slot is offered to it just now."""

    def __init__(self, state: WaitingState) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """When a family can come: from one day to another, on some days of the week.

    Attributes:
        weekdays: as `date.weekday()`; empty means any.
    """

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()


async def join(
    session: AsyncSession,
    *,
    prisoner_id: int,
    visitor_ids: Collection[int],
    days: Days,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    points: Sequence[int] = (),
    own_phone: bool = False,
    kind: VisitKind = VisitKind.FAMILY,
    official_wanted: bool = False,
    distance_km: int | None = None,
    note: str = "",
    since: datetime | None = None,
) -> WaitingEntry:
    """Put a family on the list of the prison its prisoner is in.

    Points are in the order of the family's liking. Who waits already in another way
    brings along `since` when.

    Raises:
        NotFound: if there is no such prisoner, or no such service point.
        Invalid: if the prisoner was released, nobody visits or somebody may not, the
            days are over or the wrong way round, no place is named, or one of the
            visitors waits for this prisoner already.
    """
    prison = await _prison_of(session, prisoner_id, now)
    _check_days(days, now.astimezone(ZoneInfo(prison.zone)).date())
    await _check_places(session, points, own_phone=own_phone)
    await _check_visitors(session, prisoner_id, visitor_ids, now)
    entry = WaitingEntry(
        reference=keyring.reference(),
        prison_id=prison.id,
        prisoner_id=prisoner_id,
        kind=kind,
        official_wanted=official_wanted,
        first_day=days.first,
        last_day=days.last,
        weekdays=sorted(days.weekdays),
        points=list(dict.fromkeys(points)),
        own_phone=own_phone,
        distance_km=distance_km,
        note=note.strip()[:_NOTE],
        created_by_id=by.account_id,
        created_at=since or now,
        changed_at=now,
    )
    await _enlist(session, entry, sorted(set(visitor_ids)), by=by, now=now)
    return entry


async def may_join(
    session: AsyncSession,
    *,
    prisoner_id: int,
    visitor_ids: Collection[int],
    now: datetime,
) -> None:
    """Find out whether a family could be put on the list.

    Raises:
        NotFound: if there is no such prisoner.
        Invalid: if it could not, whatever days and places it wishes for.
    """
    prisoner = await session.get(Prisoner, prisoner_id)
    _check_prisoner(prisoner, now)
    await _check_visitors(session, prisoner_id, visitor_ids, now)


async def _prison_of(session: AsyncSession, prisoner_id: int, now: datetime) -> Site:
    # Two who put the same family on the list at once stand in line here.
    prisoner = await session.get(Prisoner, prisoner_id, with_for_update=True)
    return await session.get_one(Site, _check_prisoner(prisoner, now).site_id)


def _check_prisoner(prisoner: Prisoner | None, now: datetime) -> Prisoner:
    if prisoner is None:
        raise NotFound("prisoner")
    if prisoner.released_at is not None and prisoner.released_at <= now:
        raise Invalid("prisoner", "prisoner_released")
    return prisoner


async def _enlist(
    session: AsyncSession,
    entry: WaitingEntry,
    visitor_ids: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.add(entry)
    await session.flush()
    for visitor_id in visitor_ids:
        session.add(WaitingVisitor(entry_id=entry.id, visitor_id=visitor_id))
    await session.flush()
    audit.note(
        session,
        by,
        "join_waiting_list",
        f"waiting:{entry.id}",
        now=now,
        prison=entry.prison_id,
        prisoner=entry.prisoner_id,
        visitors=[*visitor_ids],
    )


async def withdraw(
    session: AsyncSession, entry: WaitingEntry, *, by: Actor, now: datetime
) -> None:
    """Take a family off the list.

    Raises:
        NotWaiting: if it is off the list, or must first answer an offer.
        Overtaken: if somebody else changed the entry first.
    """
    await shift(session, entry, WaitingState.WITHDRAWN, by=by, now=now)


async def returning(
    session: AsyncSession, *, visit_id: int, now: datetime
) -> WaitingEntry | None:
    """The entry that a visit placed, if its family could stand in line again.

    It could not once its last day is over, the prisoner is elsewhere, or the family
    joined the list anew.
    """
    rows = await session.exec(
        select(WaitingEntry, Prisoner, Site)
        .join(Prisoner, col(Prisoner.id) == col(WaitingEntry.prisoner_id))
        .join(Site, col(Site.id) == col(WaitingEntry.prison_id))
        .where(
            WaitingEntry.visit_id == visit_id,
            WaitingEntry.state == WaitingState.PLACED,
        )
    )
    found = rows.first()
    if found is None:
        return None
    entry, prisoner, prison = found
    today = now.astimezone(ZoneInfo(prison.zone)).date()
    gone = prisoner.released_at is not None and prisoner.released_at <= now
    if gone or prisoner.site_id != prison.id or entry.last_day < today:
        return None
    visitors = await visitors_of(session, entry.id)
    anew = await _waits(session, entry.prisoner_id, visitors)
    return None if anew else entry


async def put_back(
    session: AsyncSession, entry: WaitingEntry, *, by: Actor, now: datetime
) -> None:
    """Put a placed family back in line, as long in it as if it had never left.

    The entry goes on naming the visit that came to nothing.

    Raises:
        NotWaiting: if the family was not placed.
        Overtaken: if somebody else changed the entry first.
    """
    visit_id = entry.visit_id
    await shift(session, entry, WaitingState.WAITING, by=by, now=now, visit_id=visit_id)


async def shift(
    session: AsyncSession,
    entry: WaitingEntry,
    then: WaitingState,
    *,
    by: Actor,
    now: datetime,
    visit_id: int | None = None,
) -> None:
    """Move an entry to another state unless somebody else was quicker.

    Raises:
        NotWaiting: if its state does not allow it.
        Overtaken: if it is no longer in the state that was read.
    """
    if then not in ENTRY.get(entry.state, frozenset()):
        raise NotWaiting(entry.state)
    moved = await session.exec(
        update(WaitingEntry)
        .where(col(WaitingEntry.id) == entry.id, col(WaitingEntry.state) == entry.state)
        .values(state=then, visit_id=visit_id, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise Overtaken(entry.reference)
    await session.refresh(entry)
    audit.note(
        session,
        by,
        f"waiting_{then}",
        f"waiting:{entry.id}",
        now=now,
        visit_id=visit_id,
    )


async def visitors_of(session: AsyncSession, entry_id: int) -> tuple[int, ...]:
    """The ids of the visitors who would come."""
    rows = await session.exec(
        select(WaitingVisitor.visitor_id)
        .where(WaitingVisitor.entry_id == entry_id)
        .order_by(col(WaitingVisitor.visitor_id))
    )
    return tuple(rows.all())


async def _check_visitors(
    session: AsyncSession, prisoner_id: int, visitor_ids: Collection[int], now: datetime
) -> None:
    if not visitor_ids:
        raise Invalid("visitors", "nobody_visits")
    rows = await session.exec(
        select(Contact).where(
            Contact.prisoner_id == prisoner_id,
            col(Contact.visitor_id).in_(visitor_ids),
        )
    )
    approved = {
        c.visitor_id for c in rows.all() if standing(c, now) is Standing.APPROVED
    }
    if set(visitor_ids) - approved:
        raise Invalid("visitors", "not_approved")
    if await _waits(session, prisoner_id, visitor_ids):
        raise Invalid("visitors", "already_waiting")


async def _waits(
    session: AsyncSession, prisoner_id: int, visitor_ids: Collection[int]
) -> bool:
    rows = await session.exec(
        select(WaitingEntry.id)
        .join(WaitingVisitor, col(WaitingVisitor.entry_id) == col(WaitingEntry.id))
        .where(
            WaitingEntry.prisoner_id == prisoner_id,
            col(WaitingEntry.state).in_(OPEN),
            col(WaitingVisitor.visitor_id).in_(visitor_ids),
        )
        .limit(1)
    )
    return rows.first() is not None


def _check_days(days: Days, today: date) -> None:
    if days.last < days.first:
        raise Invalid("last_day", "ends_before_start")
    if days.last < today:
        raise Invalid("last_day", "already_over")
    if days.last > today + LONGEST:
        raise Invalid("last_day", "waits_too_long")
    if not days.weekdays <= _WEEKDAYS:
        raise Invalid("weekdays", "no_weekday")
    length = (days.last - days.first).days + 1
    shown = {(days.first + timedelta(n)).weekday() for n in range(min(length, 7))}
    if days.weekdays and not days.weekdays & shown:
        raise Invalid("weekdays", "weekday_never_comes")


async def _check_places(
    session: AsyncSession, points: Sequence[int], *, own_phone: bool
) -> None:
    if not points and not own_phone:
        raise Invalid("places", "place_needed")
    rows = await session.exec(
        select(Site.id).where(
            col(Site.id).in_(points), col(Site.kind).in_(SERVICE_POINTS)
        )
    )
    if set(points) - set(rows.all()):
        raise NotFound("point")
