"""Session templates: when a prison is open each week, checked before they are kept.

Knows no holiday and no slot; slots are unrolled elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, jalali
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.places.policy import policy_of
from visitation.places.stations import stations_of
from visitation.places.tables import SessionTemplate, Site
from visitation.timespan import QUANTUM
from visitation.words import SiteKind, VisitKind

#: The most weeks from one session of a template to the next.
MOST_WEEKS = 52
_QUANTUM_MINUTES = QUANTUM.seconds // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a session template says, before it is kept.

    Attributes:
        weekday: as `date.weekday()`: 0 is Monday.
        starts: wall time of the site.
        ends: wall time of the site, on the same day; midnight means the day's end.
        slot_minutes: from one slot's start to the next one's, turnover included.
        valid_to: the last day on which it holds; None for no end.
        stations: terminals it opens; empty for every terminal of the prison.
        every_weeks: 2 for every other week, counted from that of `valid_from`; weeks
            are from Saturday to Friday.
        on_holidays: whether it is in force on holidays too.
    """

    weekday: int
    starts: time
    ends: time
    slot_minutes: int
    valid_from: date
    valid_to: date | None = None
    stations: frozenset[int] = frozenset()
    kinds: frozenset[VisitKind] = frozenset(VisitKind)
    every_weeks: int = 1
    on_holidays: bool = False

    @property
    def minutes(self) -> int:
        """How long the session is."""
        return _end_minute(self.ends) - _minute(self.starts)


async def add_template(
    session: AsyncSession, *, site: Site, opening: Opening, by: Actor, now: datetime
) -> SessionTemplate:
    """Open a prison every week.

    Raises:
        Invalid: if the opening makes no sense, is over already, or overlaps another
            of the same terminals.
    """
    await _check(session, site, opening, now)
    template = SessionTemplate(
        site_id=site.id,
        weekday=opening.weekday,
        starts=opening.starts,
        ends=opening.ends,
        slot_minutes=opening.slot_minutes,
        valid_from=opening.valid_from,
        valid_to=opening.valid_to,
        stations=sorted(opening.stations),
        kinds=[kind.value for kind in VisitKind if kind in opening.kinds],
        every_weeks=opening.every_weeks,
        on_holidays=opening.on_holidays,
    )
    session.add(template)
    await session.flush()
    audit.note(
        session,
        by,
        "add_template",
        f"template:{template.id}",
        now=now,
        site=site.id,
        weekday=opening.weekday,
    )
    return template


async def _check(
    session: AsyncSession, site: Site, opening: Opening, now: datetime
) -> None:
    if site.kind is not SiteKind.PRISON:
        raise Invalid("site", "not_a_prison")
    for rule in _RULES:
        if wrong := rule(opening):
            raise Invalid(*wrong)
    today = now.astimezone(ZoneInfo(site.zone)).date()
    if opening.valid_to is not None and opening.valid_to < today:
        raise Invalid("valid_to", "template_over")
    policy = await policy_of(session, site.id)
    if opening.slot_minutes <= policy.turnover_minutes:
        raise Invalid("slot_minutes", "slot_within_turnover")
    # Holding the site's row makes the second of two equal requests wait, then see.
    await session.get_one(Site, site.id, with_for_update=True)
    own = {station.id for station in await stations_of(session, site.id)}
    if not opening.stations <= own:
        raise Invalid("stations", "not_a_terminal_here")
    if any(overlap(opening, other) for other in await templates_of(session, site.id)):
        raise Invalid("starts", "template_overlaps")


async def end_template(
    session: AsyncSession,
    template: SessionTemplate,
    *,
    last_day: date,
    by: Actor,
    now: datetime,
) -> None:
    """Let a template hold up to a last day; one that never began is forgotten.

    Visits that are booked stay booked.

    Raises:
        Invalid: if it ends before that day already.
    """
    check_last_day(template, last_day)
    if last_day < template.valid_from:
        await session.exec(
            delete(SessionTemplate).where(col(SessionTemplate.id) == template.id)
        )
    else:
        template.valid_to = last_day
        session.add(template)
    audit.note(
        session,
        by,
        "end_template",
        f"template:{template.id}",
        now=now,
        last_day=last_day.isoformat(),
    )


def check_last_day(template: SessionTemplate, last_day: date) -> None:
    """Pass if a template can end on a day.

    Raises:
        Invalid: if it ends before that day already.
    """
    if template.valid_to is not None and last_day > template.valid_to:
        raise Invalid("last_day", "ends_earlier")


async def templates_of(
    session: AsyncSession, site_id: int
) -> Sequence[SessionTemplate]:
    """The templates of a prison, past ones too, by time of day."""
    rows = await session.exec(
        select(SessionTemplate)
        .where(SessionTemplate.site_id == site_id)
        .order_by(col(SessionTemplate.starts), col(SessionTemplate.id))
    )
    return rows.all()


def overlap(opening: Opening, other: SessionTemplate) -> bool:
    """Whether an opening and a template would open some terminal twice at once."""
    shared = opening.stations & set(other.stations)
    return (
        opening.weekday == other.weekday
        and _minute(opening.starts) < _end_minute(other.ends)
        and _minute(other.starts) < _end_minute(opening.ends)
        and bool(shared or not opening.stations or not other.stations)
        and _share_a_day(opening, other)
    )


def _share_a_day(opening: Opening, other: SessionTemplate) -> bool:
    """Whether both are in force on some day, given that their weekday is the same."""
    first = max(opening.valid_from, other.valid_from)
    last = min(opening.valid_to or date.max, other.valid_to or date.max)
    day = first + timedelta(days=(opening.weekday - first.weekday()) % 7)
    day += timedelta(weeks=-_week_of(opening, day) % opening.every_weeks)
    # After as many turns as the other's are apart, the two weeks repeat.
    for _ in range(other.every_weeks):
        if day > last:
            return False
        if _week_of(other, day) % other.every_weeks == 0:
            return True
        day += timedelta(weeks=opening.every_weeks)
    return False


def _week_of(opening: Opening | SessionTemplate, day: date) -> int:
    return jalali.week_number(day) - jalali.week_number(opening.valid_from)


def _is_a_day(opening: Opening) -> tuple[str, str] | None:
    return None if 0 <= opening.weekday < 7 else ("weekday", "no_weekday")  # noqa: PLR2004


def _starts_on_quantum(opening: Opening) -> tuple[str, str] | None:
    return None if _on_quantum(opening.starts) else ("starts", "whole_quanta")


def _ends_on_quantum(opening: Opening) -> tuple[str, str] | None:
    return None if _on_quantum(opening.ends) else ("ends", "whole_quanta")


def _ends_after_start(opening: Opening) -> tuple[str, str] | None:
    return None if opening.minutes > 0 else ("ends", "ends_before_start")


def _slot_is_quanta(opening: Opening) -> tuple[str, str] | None:
    whole = opening.slot_minutes > 0 and opening.slot_minutes % _QUANTUM_MINUTES == 0
    return None if whole else ("slot_minutes", "whole_quanta")


def _slot_fits(opening: Opening) -> tuple[str, str] | None:
    fits = opening.slot_minutes <= opening.minutes
    return None if fits else ("slot_minutes", "slot_too_long")


def _validity(opening: Opening) -> tuple[str, str] | None:
    ordered = opening.valid_to is None or opening.valid_from <= opening.valid_to
    return None if ordered else ("valid_to", "ends_before_start")


def _repeats(opening: Opening) -> tuple[str, str] | None:
    often = 1 <= opening.every_weeks <= MOST_WEEKS
    return None if often else ("every_weeks", "out_of_range")


def _some_kind(opening: Opening) -> tuple[str, str] | None:
    return None if opening.kinds else ("kinds", "kind_needed")


_RULES: tuple[Callable[[Opening], tuple[str, str] | None], ...] = (
    _is_a_day,
    _starts_on_quantum,
    _ends_on_quantum,
    _ends_after_start,
    _slot_is_quanta,
    _slot_fits,
    _validity,
    _repeats,
    _some_kind,
)


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _end_minute(wall: time) -> int:
    return _minute(wall) or 24 * 60


def _on_quantum(wall: time) -> bool:
    return wall.minute % _QUANTUM_MINUTES == 0 and not wall.second
