"""What should be true, in plain Python: who holds what, and what each step changes.

Shares no line with the code under test: its own quanta, its own weeks and months, its
own idea of who is in whose way. `judging` asks it why something may not be.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tests.scheduler.machine.ground import AHEAD, MINUTE, TURNOVER, Ground

HOLDING = frozenset({"held", "requested", "booked"})
LIMITS = {"week": 2, "month": 3}
HOLD = 10 * MINUTE
REMEMBERED = timedelta(days=1)
PATIENCE = timedelta(days=3)
DECIDE, LAST_CALL, GRACE = 60 * MINUTE, 120 * MINUTE, 5 * MINUTE
#: The first days of Azar, Dey, Bahman and Esfand 1405, from an almanac.
_MONTHS = (date(2026, 11, 22), date(2026, 12, 22), date(2027, 1, 21), date(2027, 2, 20))
Claims = frozenset[tuple[str, int]]
#: How a use case declines: the error's name, and the reasons or the code.
Refusal = tuple[object, ...]


def quanta(start: datetime, end: datetime) -> range:
    return range(int(start.timestamp()) // 300, -(-int(end.timestamp()) // 300))


def local(instant: datetime) -> date:
    return (instant + AHEAD).date()


def periods(start: datetime) -> frozenset[str]:
    """The Saturday's week and the solar month of a start."""
    day = local(start)
    saturday = day - timedelta(days=(day.weekday() + 2) % 7)
    month = sum(first <= day for first in _MONTHS) + 8
    return frozenset({f"week:{saturday}", f"month:1405-{month:02}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody would like to have booked."""

    prison: int
    terminal: int
    start: datetime
    end: datetime
    kind: str
    prisoner: int
    visitors: frozenset[int]
    kiosk: int | None = None
    official: int | None = None
    cover: int | None = None
    wanted: bool = False
    asker: str = "staff"
    override: bool = False

    def needs(self) -> Claims:
        """Every five minutes of whom and what; seats are kept for the turnover too."""
        held = {("terminal", self.terminal): True, ("prisoner", self.prisoner): False}
        held |= {("visitor", who): False for who in self.visitors}
        if self.kiosk is not None:
            held["kiosk", self.kiosk] = True
        if self.official is not None and self.cover is None:
            held["official", self.official] = False
        return frozenset(
            (f"{kind}:{one}", quantum)
            for (kind, one), seat in held.items()
            for quantum in quanta(self.start, self.end + TURNOVER if seat else self.end)
        )


@dataclass(slots=True, kw_only=True)
class Meeting:
    """A visit as it should stand.

    `was` is the state it ended from, `override` whether a reason was stated.
    """

    ask: Ask
    state: str
    override: bool = False
    until: datetime | None = None
    version: int = 1
    was: str = ""
    counted: frozenset[str] = frozenset()
    places: tuple[Ask, ...] = ()
    series: int | None = None
    occurrence: date | None = None


@dataclass(slots=True, kw_only=True)
class Shut:
    """A closure: what it is of, and what it claims; visits it lies over keep theirs."""

    site: int
    station: int | None
    seats: tuple[int, ...]
    start: datetime
    end: datetime
    claims: Claims = frozenset()

    def wanted(self, model: "Model") -> Claims:
        """All that is still to come of it."""
        since = quanta(model.now, model.now + MINUTE).start
        return frozenset(
            (f"{'terminal' if one in model.ground.terminals else 'kiosk'}:{one}", each)
            for one in self.seats
            for each in quanta(self.start, self.end)
            if each >= since
        )


@dataclass(slots=True, kw_only=True)
class Covering:
    """An official over a prison's session or a village day."""

    official: int
    prison: int | None
    mobile: bool
    start: datetime
    end: datetime

    def claims(self) -> Claims:
        name = f"official:{self.official}"
        return frozenset((name, one) for one in quanta(self.start, self.end))


@dataclass(slots=True, kw_only=True)
class Entry:
    """A family on the waiting list; without a point it would use its own phone."""

    id: int
    prison: int
    prisoner: int
    visitors: frozenset[int]
    first: date
    last: date
    point: int | None
    since: datetime
    state: str = "waiting"
    visit: int | None = None


@dataclass(slots=True, kw_only=True)
class Asked:
    """A slot offered to a family."""

    entry: int
    visit: int
    until: datetime
    start: datetime
    state: str = "open"


@dataclass(slots=True, kw_only=True)
class Drawn:
    """A plan and what it gives to whom: an entry and a place, or nothing."""

    rows: tuple[tuple[int, Ask | None], ...]
    state: str = "draft"


@dataclass(slots=True)
class Model:
    """The whole truth of one run; with some twists and changes alone, where named."""

    ground: Ground
    now: datetime
    twists: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    meetings: dict[int, Meeting] = field(default_factory=dict)
    closures: dict[int, Shut] = field(default_factory=dict)
    covers: dict[int, Covering] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    offers: dict[int, Asked] = field(default_factory=dict)
    plans: dict[int, Drawn] = field(default_factory=dict)
    bars: dict[int, tuple[int, int | None, datetime, datetime]] = field(
        default_factory=dict
    )
    apart: dict[int, frozenset[int]] = field(default_factory=dict)
    away: dict[int, tuple[int, datetime, datetime]] = field(default_factory=dict)
    banned: dict[tuple[int, int], datetime] = field(default_factory=dict)
    suspended: set[tuple[int, int]] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    moved_to: dict[int, int] = field(default_factory=dict)
    released: dict[int, datetime] = field(default_factory=dict)
    extra: dict[tuple[int, str], int] = field(default_factory=dict)
    series: dict[int, None] = field(default_factory=dict)
    left: set[tuple[int, datetime, datetime, datetime]] = field(default_factory=set)

    def prison_of(self, prisoner: int) -> int:
        return self.moved_to.get(prisoner, self.ground.prisons[0])

    def holding(self, but: int | None = None) -> dict[int, Meeting]:
        """The meetings that keep their places."""
        return {
            one: meeting
            for one, meeting in self.meetings.items()
            if meeting.state in HOLDING and one != but
        }

    def open_offers(self) -> list[datetime]:
        """Until when each open offer may be answered."""
        return [one.until for one in self.offers.values() if one.state == "open"]

    def claims(
        self, *, but: int | None = None, closures: bool = True
    ) -> dict[tuple[str, int], str]:
        """Every claim that should be on record, with its owner."""
        owned: dict[tuple[str, int], str] = {}
        for one, meeting in self.holding(but).items():
            owned |= dict.fromkeys(meeting.ask.needs(), f"visit:{one}")
        for one, cover in self.covers.items():
            owned |= dict.fromkeys(cover.claims(), f"cover:{one}")
        if closures:
            for one, shut in self.closures.items():
                owned |= dict.fromkeys(shut.claims, f"closure:{one}")
        return owned

    def close_ranks(self) -> None:
        """Closures have what visits left that they were closed over."""
        for shut in self.closures.values():
            shut.claims |= shut.wanted(self) - self.claims().keys()

    def stop(self, start: datetime, end: datetime) -> bool:
        """Whether the mobile office stands in its village for all of a time."""
        ground = self.ground
        begin, over = ground.road
        return begin <= start and end <= over

    def used(self, prisoner: int, period: str, but: int | None = None) -> int:
        return sum(
            period in meeting.counted
            for one, meeting in self.meetings.items()
            if meeting.ask.prisoner == prisoner and one != but
        )

    def granted(self, prisoner: int, period: str) -> int:
        limit = LIMITS[period.partition(":")[0]]
        return max(
            limit + self.extra.get((prisoner, period), 0), self.used(prisoner, period)
        )

    def spent(self, prisoner: int, period: str, but: int | None = None) -> bool:
        return self.used(prisoner, period, but) >= self.granted(prisoner, period)

    def holds(self, cover_id: int, ask: Ask) -> bool:
        """Whether a cover has its official there for all of the time."""
        cover = self.covers.get(cover_id)
        if cover is None or not (cover.start <= ask.start and ask.end <= cover.end):
            return False
        if cover.mobile:
            office = self.ground.office
            return ask.kiosk is not None and self.ground.stations[ask.kiosk] == office
        return cover.prison == ask.prison

    def add(
        self,
        visit: int,
        ask: Ask,
        state: str,
        *,
        reasons: frozenset[str],
        **more: object,
    ) -> Meeting:
        """A new meeting, counted as family visits are."""
        plain = replace(ask, override=False)
        meeting = Meeting(ask=plain, state=state, override=ask.override, **more)
        self.meetings[visit] = meeting
        self.count(visit, reasons)
        return meeting

    def count(self, visit: int, reasons: frozenset[str]) -> None:
        """Count a meeting in its week and month; limits passed on purpose grow."""
        meeting = self.meetings[visit]
        if meeting.ask.kind != "family":
            return
        wanted = periods(meeting.ask.start)
        prisoner = meeting.ask.prisoner
        new = wanted - meeting.counted
        meeting.counted &= wanted
        if reasons & {"weekly_limit", "monthly_limit"}:
            for period in new:
                if self.spent(prisoner, period):
                    before = self.extra.get((prisoner, period), 0)
                    self.extra[prisoner, period] = before + 1
        meeting.counted = wanted

    def end(self, visit: int, state: str, *, given_back: bool = True) -> None:
        """A meeting that does not take place."""
        meeting = self.meetings[visit]
        meeting.was, meeting.state = meeting.state, state
        if given_back:
            meeting.counted = frozenset()
        if state == "declined":
            meeting.until = None

    def place(self, visit: int, ask: Ask, reasons: frozenset[str]) -> None:
        """Another time or place for a meeting."""
        had = self.meetings[visit].ask
        place = had.terminal, had.start, had.end
        if place != (ask.terminal, ask.start, ask.end):
            self.left.add((*place, self.now))
        self.meetings[visit].ask = replace(ask, override=False)
        self.count(visit, reasons)
