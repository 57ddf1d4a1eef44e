"""How the visits of a day stand, in words and signs, for those who run the day.

Pure: a visit from the lists, its live room if it has one, and the time give one row.
What a row offers comes from the lifecycle and the door, as the server decides it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol, runtime_checkable
from urllib.parse import quote
from zoneinfo import ZoneInfo

from scheduler import summoning
from signaling.views import RoomView
from signaling.words import Phase, Presence
from visitation import lifecycle
from visitation.lifecycle import ParticipantState, VisitAction, VisitState
from visitation.timespan import Timespan
from visitation.visits.listed import AHEAD, Attendee, Listed
from visitation.words import Part, VisitKind
from web import line_signs, present, recording_signs
from web.i18n import N_, _
from web.labels import label, tone
from web.line_signs import LineSign
from web.recording_signs import AnswerSign, RecordingSign


@runtime_checkable
class Rooms(Protocol):
    """The live calls, as far as a board looks at them."""

    def snapshot(self, reference: str) -> RoomView | None:
        """A visit's room, or None if nobody has come yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A tag: words, and the kind of it (plain, calm, good, warn, bad)."""

    words: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something that staff tick of a person; `at` is empty until they have."""

    state: str
    words: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a row.

    Attributes:
        called: whether the sign comes from the call and not from a tick.
        line: how good their line is; None for whoever is not in the call.
        outside: whether they wait in the waiting room to be let in.
        inside: whether they have a place in the call, be their line broken or not.
        blocked: what of them staff turned off, `audio` or `video`.
        answer: what they said of being recorded.
    """

    reference: str
    name: str
    part: str
    sign: Sign
    called: bool
    line: LineSign | None
    ticks: tuple[Tick, ...]
    phoneless: bool
    reads: bool
    has_code: bool
    outside: bool
    is_identified: bool
    inside: bool = False
    blocked: tuple[str, ...] = ()
    answer: AnswerSign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One visit on a board.

    Attributes:
        begins: its wall time, at the prison.
        kind: the words for a visit that is no family visit; empty for one that is.
        unsupervised: staff have to watch it, and nobody does.
        unstarted: the time has come and nobody has started it.
    """

    reference: str
    call: str
    day: str
    begins: str
    hours: str
    kind: str
    prison: str
    terminal: str
    point: str
    kiosk: str
    prisoner: str
    number: str
    ward: str
    official: str
    official_wanted: bool
    attendance: str
    sign: Sign
    outcome: str
    held: Person | None
    guests: tuple[Person, ...]
    opens: str
    is_open: bool
    ahead: bool
    live: bool
    paused: bool
    unsupervised: bool
    unstarted: bool
    may_start: bool
    may_watch: bool
    may_end: bool
    may_miss: bool
    may_close: bool
    may_summon: bool
    recording: RecordingSign | None = None

    @property
    def outside(self) -> bool:
        """Whether somebody waits to be let into a visit under way."""
        return self.live and any(one.outside for one in self.guests)

    @property
    def callers(self) -> tuple[Person, ...]:
        """Who is in the call and could be silenced."""
        people = (self.held, *self.guests) if self.held else self.guests
        return tuple(one for one in people if one.inside)


_PRISONERS_TICKS = (
    (ParticipantState.TOLD, "told_at", N_("Told")),
    (ParticipantState.ARRIVED, "arrived_at", N_("Brought")),
    (ParticipantState.IDENTIFIED, "identified_at", N_("Identified")),
)
_FAMILYS_TICKS = (
    (ParticipantState.ARRIVED, "arrived_at", N_("Arrived")),
    (ParticipantState.IDENTIFIED, "identified_at", N_("Identified")),
)
_GUESTS = (Part.VISITOR, Part.INTERPRETER, Part.OFFICIAL, Part.COMPANION)
_FAMILY = (Part.VISITOR, Part.INTERPRETER)
_COME = frozenset({ParticipantState.WAITING, ParticipantState.JOINED})
_PATIENCE = timedelta(minutes=1)
#: How far ahead of midnight the next day's visits are today's business already.
_NEAR = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """What the sign of a visit is decided from."""

    visit: Listed
    room: RoomView | None
    now: datetime

    @property
    def late(self) -> timedelta:
        return self.now - self.visit.span.start


def _is_over(at: _Moment) -> Sign | None:
    if at.visit.state in AHEAD:
        return None
    return Sign(words=label(at.visit.state), kind=tone(at.visit.state))


def _is_held(at: _Moment) -> Sign | None:
    if at.visit.state is not VisitState.LIVE or at.room is None:
        return None
    if not at.room.unsupervised:
        return None
    return Sign(words=_("Held: nobody watches"), kind="bad")


def _is_paused(at: _Moment) -> Sign | None:
    if at.visit.state is not VisitState.LIVE or at.room is None:
        return None
    paused = at.room.phase is Phase.PAUSED
    return Sign(words=_("Paused"), kind="warn") if paused else None


def _is_live(at: _Moment) -> Sign | None:
    if at.visit.state is not VisitState.LIVE:
        return None
    left = at.visit.span.end - at.now
    if left <= timedelta(0):
        return Sign(words=_("Live, its time is up"), kind="warn")
    words = _("Live, %(minutes)s left", minutes=present.minutes(left))
    return Sign(words=words, kind="good")


def _has_passed(at: _Moment) -> Sign | None:
    passed = at.visit.span.end <= at.now
    return Sign(words=_("Its time has passed"), kind="bad") if passed else None


def _is_late(at: _Moment) -> Sign | None:
    if at.late < _PATIENCE:
        return None
    late = present.minutes(timedelta(minutes=at.late // timedelta(minutes=1)))
    return Sign(words=_("Late by %(minutes)s", minutes=late), kind="bad")


def _family_waits(at: _Moment) -> Sign | None:
    waits = any(one.state in _COME for one in at.visit.of(*_FAMILY))
    return Sign(words=_("Family waiting"), kind="calm") if waits else None


def _door_is_open(at: _Moment) -> Sign | None:
    shut = at.visit.denial(Part.PRISONER, at.now)
    return None if shut else Sign(words=_("Waiting room open"))


#: The first that has something to say decides.
_SIGNS: tuple[Callable[[_Moment], Sign | None], ...] = (
    _is_over,
    _is_held,
    _is_paused,
    _is_live,
    _has_passed,
    _is_late,
    _family_waits,
    _door_is_open,
)


def sign_of(visit: Listed, *, now: datetime, room: RoomView | None = None) -> Sign:
    """How a visit stands."""
    at = _Moment(visit=visit, room=room, now=now)
    found = (sign for rule in _SIGNS if (sign := rule(at)))
    return next(found, Sign(words=label(visit.state)))


def row(visit: Listed, *, now: datetime, room: RoomView | None = None) -> Row:
    """One visit as a board shows it."""
    zone, opens_at = ZoneInfo(visit.zone), visit.door(Part.PRISONER, now).opens_at
    is_open = visit.denial(Part.PRISONER, now) is None
    booked, live = visit.state is VisitState.BOOKED, visit.state is VisitState.LIVE
    return Row(
        reference=visit.reference,
        call=call_path(visit.reference),
        day=present.day(visit.span.start, zone),
        begins=present.clock(visit.span.start, zone),
        hours=present.hours(visit.span, zone),
        kind="" if visit.kind is VisitKind.FAMILY else label(visit.kind),
        prison=visit.prison,
        terminal=visit.terminal,
        point=visit.point or _("Own phone"),
        kiosk=visit.kiosk,
        prisoner=visit.prisoner,
        number=present.digits(visit.number),
        ward=present.digits(visit.ward),
        official=visit.official,
        official_wanted=visit.official_wanted and visit.state in AHEAD,
        attendance=label(visit.attendance) if visit.attendance else "",
        sign=sign_of(visit, now=now, room=room),
        outcome=label(visit.outcome) if visit.outcome else "",
        held=next((_person(one, zone, room) for one in visit.of(Part.PRISONER)), None),
        guests=tuple(_person(one, zone, room) for one in visit.of(*_GUESTS)),
        opens=present.clock(opens_at, zone),
        is_open=is_open,
        ahead=visit.state in AHEAD,
        live=live,
        paused=room is not None and room.phase is Phase.PAUSED,
        unsupervised=room is not None and room.unsupervised,
        unstarted=booked and visit.span.start <= now,
        may_start=is_open and lifecycle.allows(visit.state, VisitAction.START),
        may_watch=visit.denial(Part.MONITOR, now) is None,
        may_end=lifecycle.allows(visit.state, VisitAction.FINISH),
        may_miss=booked and opens_at <= now,
        may_close=lifecycle.allows(visit.state, VisitAction.CLOSE),
        may_summon=summoning.in_time(visit.state, visit.span, now),
        recording=recording_signs.of_room(room),
    )


def call_path(reference: str, *, part: Part | None = None) -> str:
    """Where the call page of a visit is."""
    path = f"/call/{quote(reference)}"
    return f"{path}?part={part}" if part else path


def local_day(day: date, zone: tzinfo, *, now: datetime) -> Timespan:
    """A whole day of a wall clock; today reaches over midnight by what is near.

    A day has 23 or 25 hours where clocks are changed.
    """
    start, end = (
        datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1))
    )
    if start <= now < end:
        end = max(end, now + _NEAR)
    return Timespan(start, end)


def _person(one: Attendee, zone: tzinfo, room: RoomView | None) -> Person:
    seen = room.person(one.reference) if room is not None else None
    visitor = one.part is Part.VISITOR
    return Person(
        reference=one.reference,
        name=one.name,
        part="" if visitor else label(one.part),
        sign=Sign(words=label(one.state), kind=tone(one.state)),
        called=one.state not in lifecycle.TICKS,
        line=line_signs.in_call(seen),
        ticks=_pending(one, zone),
        phoneless=visitor and one.phone is None,
        reads=one.reads,
        has_code=one.has_code,
        outside=seen is not None and seen.state is Presence.WAITING,
        is_identified=one.identified_at is not None,
        inside=seen is not None and seen.state is not Presence.WAITING,
        blocked=seen.blocked if seen is not None else (),
        answer=recording_signs.answer(seen, room),
    )


def _pending(one: Attendee, zone: tzinfo) -> tuple[Tick, ...]:
    """What was ticked, and what can be; a later tick stands for those before it."""
    if one.part not in {Part.PRISONER, *_FAMILY}:
        return ()
    known = _PRISONERS_TICKS if one.part is Part.PRISONER else _FAMILYS_TICKS
    ticks = [
        Tick(state=state, words=_(words), at=_at(getattr(one, field), zone))
        for state, field, words in known
    ]
    last = max((i for i, tick in enumerate(ticks) if tick.at), default=-1)
    return tuple(tick for i, tick in enumerate(ticks) if tick.at or i > last)


def _at(moment: datetime | None, zone: tzinfo) -> str:
    return present.clock(moment, zone) if moment else ""
