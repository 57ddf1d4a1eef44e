"""Re-planning a day: who goes where instead, and what becomes of the others.

A draft writes nothing and is the same whenever the same is asked. Knows no page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import displaced, letters, newplaces, notices, postage
from scheduler.displaced import Bounds, Day, Displaced
from scheduler.newplaces import NewPlace
from scheduler.notices import Audience
from scheduler.postage import Letter, Postage
from visitation import waiting
from visitation.errors import Invalid
from visitation.places import MobileDay, Site
from visitation.waiting import Days
from visitation.wording import Template
from visitation.words import MobileDayState, Outcome

#: How many days a family waits that did not say how long it would.
WAITS: Final = timedelta(days=90)
FARTHEST_KILOMETRES: Final = 300
LONGEST: Final = timedelta(days=62)


class Rest(StrEnum):
    """What shall become of a visit for which nothing is found."""

    WAIT = "wait"
    STAY = "stay"
    CANCEL = "cancel"


class Then(StrEnum):
    """What becomes of a visit."""

    MOVES = "moves"
    WAITS = "waits"
    CANCELLED = "cancelled"
    STAYS = "stays"


#: Why a visit is cancelled for which nothing is found.
CLOSED: Final = Outcome.CANCELLED_BY_CLOSURE
#: What the people of a visit are told that is cancelled.
SAID: Final[Mapping[Then, Template]] = {
    Then.WAITS: Template.WAITLISTED,
    Then.CANCELLED: Template.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a scheduler decides before anything is drawn up.

    Attributes:
        last: the last day on which a new place may be.
        kilometres: how far another point may be; 0 for the same point only.
        own_phone: whether whoever has a phone may be asked to use it.
        prefer: the day on which the office comes instead.
        rest: what becomes of those for whom nothing is found.
    """

    last: date
    kilometres: int = 25
    own_phone: bool = False
    prefer: date | None = None
    rest: Rest = Rest.WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One visit of the day, and what becomes of it.

    Attributes:
        new: where it goes, if it moves.
        kilometres: from the old point to the new one; None if that is not known.
        reason: why there is no new place.
        held_back: why its family cannot wait in line, where nothing else is found.
    """

    one: Displaced
    then: Then
    new: NewPlace | None = None
    kilometres: int | None = None
    reason: str = ""
    held_back: str = ""
    letters: tuple[Letter, ...] = ()

    @property
    def reference(self) -> str:
        """The visit's name."""
        return self.one.visit.reference

    @property
    def mark(self) -> str:
        """What tells this outcome from any other."""
        told = (self.reference, self.one.visit.version, self.then.value, self.new)
        return sha256(repr(told).encode()).hexdigest()[:12]

    def postage(self, link: str = "") -> Postage:
        """What is said to its people, and what that costs."""
        return postage.stamped(self.letters, link=link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """What would become of a day's visits that cannot take place there."""

    of: Day
    lines: tuple[Line, ...] = ()

    @property
    def marks(self) -> Mapping[str, str]:
        """What is shown of each visit, by its reference."""
        return {line.reference: line.mark for line in self.lines}

    def those(self, then: Then) -> tuple[Line, ...]:
        """The visits of which the same becomes."""
        return tuple(line for line in self.lines if line.then is then)


async def draft(
    session: AsyncSession, of: Day, choices: Choices, *, now: datetime
) -> Replan:
    """Who goes where instead, who gets nothing and why, and what they are told.

    Raises:
        Invalid: if the last day comes before the day or long after it, or the way is
            longer than anybody goes.
    """
    _check(of, choices)
    bounds = Bounds(
        first=min(of.day, choices.prefer or of.day),
        last=choices.last,
        kilometres=choices.kilometres,
        own_phone=choices.own_phone,
    )
    line = await displaced.displaced(session, of, bounds, now=now)
    if not line:
        return Replan(of=of)
    found = await newplaces.find(session, of, line, prefer=choices.prefer, now=now)
    told = await notices.audiences(session, [one.visit for one in line])
    points = await _points(session, found.places.values())
    joining: set[tuple[int, int]] = set()
    lines = []
    for one in line:
        new, hear = found.places.get(one.visit.id), told[one.visit.id]
        if new is None:
            fate = await _without(session, one, choices.rest, joining, now=now)
            lines.append(_left(one, found.refused[one.visit.id], fate, hear))
        else:
            lines.append(_moved(one, new, hear, points.get(new.point_id)))
    return Replan(of=of, lines=tuple(lines))


async def _points(
    session: AsyncSession, places: Iterable[NewPlace]
) -> dict[int | None, str]:
    """The names of the points where families would sit."""
    wanted = {one.point_id for one in places if one.point_id is not None}
    rows = await session.exec(
        select(Site.id, Site.name).where(col(Site.id).in_(wanted))
    )
    return dict(rows.all())


async def other_days(
    session: AsyncSession, planned: MobileDay, *, now: datetime
) -> tuple[date, ...]:
    """The days on which an office could come instead: it drives then anyhow."""
    rows = await session.exec(
        select(MobileDay)
        .where(
            MobileDay.site_id == planned.site_id,
            MobileDay.state == MobileDayState.PLANNED,
            MobileDay.id != planned.id,
            col(MobileDay.day) > now.date(),
            col(MobileDay.day) <= planned.day + LONGEST,
        )
        .order_by(col(MobileDay.day))
    )
    return tuple(one.day for one in rows.all())


def days_on_list(one: Displaced, today: date) -> Days:
    """For which days a family joins the list that was not on it before."""
    return Days(
        first=today,
        last=today + WAITS,
        weekdays=frozenset(one.family.entry.weekdays),
    )


def _check(of: Day, choices: Choices) -> None:
    if choices.last < of.day:
        raise Invalid("last", "ends_before_start")
    if choices.last - of.day > LONGEST:
        raise Invalid("last", "plan_too_long")
    if not 0 <= choices.kilometres <= FARTHEST_KILOMETRES:
        raise Invalid("kilometres", "out_of_range")


def _moved(one: Displaced, new: NewPlace, told: Audience, point: str | None) -> Line:
    return Line(
        one=one,
        then=Then.MOVES,
        new=new,
        kilometres=one.away.get(new.point_id) if new.point_id else None,
        letters=letters.of_move(one, new, told, point),
    )


def _left(one: Displaced, reason: str, fate: tuple[Then, str], told: Audience) -> Line:
    then, held_back = fate
    said = SAID.get(then)
    return Line(
        one=one,
        then=then,
        reason=reason,
        held_back=held_back,
        letters=letters.of_cancelling(one, said, told, why=CLOSED) if said else (),
    )


async def _without(
    session: AsyncSession,
    one: Displaced,
    rest: Rest,
    joining: set[tuple[int, int]],
    *,
    now: datetime,
) -> tuple[Then, str]:
    """What becomes of a visit without a new place, and why it cannot wait in line.

    A family that waits already is not put on the list twice; whoever may not be on it
    is left for somebody to look at.
    """
    if rest is not Rest.WAIT:
        return (Then.STAYS if rest is Rest.STAY else Then.CANCELLED), ""
    who = {(one.visit.prisoner_id, visitor) for visitor in one.family.visitor_ids}
    held_back = "already_waiting" if joining & who else ""
    back = await waiting.returning(session, visit_id=one.visit.id, now=now)
    if back is None and not held_back:
        held_back = await _held_back(session, one, now)
    joining |= who
    if held_back == "already_waiting":
        return Then.CANCELLED, held_back
    return (Then.STAYS if held_back else Then.WAITS), held_back


async def _held_back(session: AsyncSession, one: Displaced, now: datetime) -> str:
    """Why a family cannot join the list, or an empty text."""
    try:
        await waiting.may_join(
            session,
            prisoner_id=one.visit.prisoner_id,
            visitor_ids=one.family.visitor_ids,
            now=now,
        )
    except Invalid as refused:
        return refused.reason
    return ""
