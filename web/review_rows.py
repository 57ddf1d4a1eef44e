"""Flagged visits as pages show them: the queue by day, and one visit's own flags.

Words and links only; what is wrong with a visit was found by `scheduler.review`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true, tuple_
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.fitting import Fit
from visitation.lifecycle import VisitState
from visitation.people import Account
from visitation.places import Site, Station
from visitation.visits import Visit, flags
from visitation.visits.listed import Listed, listed
from visitation.visits.tables import Flag
from visitation.words import Part, Role
from web import paging, present, review_words, slot_names
from web.booking_choices import OWN_PHONE
from web.i18n import _
from web.paging import PER_PAGE
from web.principals import StaffPrincipal

BOOKED = frozenset({VisitState.BOOKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A flagged visit as a line of the queue."""

    reference: str
    hours: str
    when: str
    prison: str
    prisoner: str
    visitors: tuple[str, ...]
    place: str
    reasons: tuple[str, ...]
    since: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One flag of a visit: why, since when, and who keeps the visit in spite of it."""

    words: str
    since: datetime
    kept_by: str
    kept_because: str

    @property
    def is_kept(self) -> bool:
        """Whether somebody has decided."""
        return bool(self.kept_because)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Where a visit could go: in words, and as the form names it."""

    when: str
    terminal: str
    place: str
    fields: dict[str, str]


def within(me: StaffPrincipal, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Visit` that keep what somebody has to review."""
    inside = select(Site.id).where(me.scope.of_sites())
    there: ColumnElement[bool] = col(Visit.prison_id).in_(inside)
    if me.role is not Role.WARDEN:
        there = or_(there, col(Visit.point_id).in_(inside))
    return there, col(Visit.ends_at) > now, col(Visit.id).in_(_undecided())


async def count(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    """How many booked visits are to be reviewed."""
    found = await session.exec(
        select(func.count())
        .select_from(Visit)
        .where(Visit.state == VisitState.BOOKED, *conditions)
    )
    return found.one()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A page of the queue.

    Attributes:
        days: the visits, by their day in words, the next ones first.
        after: where the next page begins; empty on the last one.
    """

    days: Mapping[str, Sequence[Row]]
    after: str


async def queue(
    session: AsyncSession, *conditions: ColumnElement[bool], after: str = ""
) -> Queue:
    """The booked visits to be reviewed, beyond those of the pages before."""
    place = tuple_(col(Visit.starts_at), col(Visit.id))
    beyond = paging.read_moment(after)
    rows = await session.exec(
        select(Visit.starts_at, Visit.id)
        .where(
            Visit.state == VisitState.BOOKED,
            true() if beyond is None else place > beyond,
            *conditions,
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
        .limit(PER_PAGE + 1)
    )
    places = rows.all()
    shown = [visit_id for _start, visit_id in places[:PER_PAGE]]
    more = len(places) > PER_PAGE
    return Queue(
        days=await _by_day(session, shown),
        after=paging.moment(*places[PER_PAGE - 1]) if more else "",
    )


async def _by_day(
    session: AsyncSession, visit_ids: Sequence[int]
) -> dict[str, list[Row]]:
    found = await listed(session, col(Visit.id).in_(visit_ids), shown=BOOKED)
    raised: dict[int, list[Flag]] = defaultdict(list)
    rows = await session.exec(
        select(Flag)
        .where(
            col(Flag.visit_id).in_(visit_ids),
            col(Flag.gone_at).is_(None),
            col(Flag.kept_at).is_(None),
        )
        .order_by(col(Flag.id))
    )
    for flag in rows:
        raised[flag.visit_id].append(flag)
    days: dict[str, list[Row]] = defaultdict(list)
    for one in found:
        if raised[one.id]:
            day = present.day(one.span.start, ZoneInfo(one.zone))
            days[day].append(_row(one, raised[one.id]))
    return dict(days)


async def of_visit(session: AsyncSession, visit: Visit) -> list[Mark]:
    """What speaks against a booked visit, kept or not; nothing against any other."""
    if visit.state is not VisitState.BOOKED:
        return []
    found = await flags.open_flags(session, visit.id)
    keepers = await session.exec(
        select(Account.id, Account.name).where(
            col(Account.id).in_([flag.kept_by_id for flag in found if flag.kept_by_id])
        )
    )
    names = dict(keepers.all())
    return [
        Mark(
            words=review_words.words(flag.reason),
            since=flag.raised_at,
            kept_by=names.get(flag.kept_by_id or 0, ""),
            kept_because=flag.kept_reason,
        )
        for flag in found
    ]


async def offer(session: AsyncSession, fit: Fit, zone: ZoneInfo) -> Offer:
    """A place that was found for a visit, in words."""
    terminal = await session.get_one(Station, fit.terminal_id)
    place, kiosk = _("Their own phone or computer"), OWN_PHONE
    if fit.kiosk_id is not None:
        seat = await session.get_one(Station, fit.kiosk_id)
        site = await session.get_one(Site, seat.site_id)
        place = present.parted(site.name, seat.name)
        kiosk = str(fit.kiosk_id)
    return Offer(
        when=present.span(fit.span, zone),
        terminal=terminal.name,
        place=place,
        fields={
            "slot": slot_names.name(fit.terminal_id, fit.span),
            "minutes": str(int(fit.span.length.total_seconds()) // 60),
            "place": kiosk,
        },
    )


def _undecided() -> ColumnElement[int]:
    return select(Flag.visit_id).where(  # type: ignore[return-value]
        col(Flag.gone_at).is_(None), col(Flag.kept_at).is_(None)
    )


def _row(one: Listed, raised: Sequence[Flag]) -> Row:
    zone = ZoneInfo(one.zone)
    return Row(
        reference=one.reference,
        hours=present.hours(one.span, zone),
        when=present.span(one.span, zone),
        prison=one.prison,
        prisoner=one.prisoner,
        visitors=tuple(who.name for who in one.of(Part.VISITOR)),
        place=one.point or _("Own phone"),
        reasons=_words(raised),
        since=min(flag.raised_at for flag in raised),
        zone=zone,
    )


def _words(raised: Iterable[Flag]) -> tuple[str, ...]:
    return tuple(review_words.words(flag.reason) for flag in raised)
