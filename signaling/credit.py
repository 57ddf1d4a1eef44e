"""How long one side of a visit could not hear the other. Pure.

Looks at the room every second or so, and counts only while both sides have come and
the visit is neither paused nor over. Muting oneself, or being muted, loses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from signaling.blame import Outage, blame
from signaling.media.engine import ParticipantStatistics
from signaling.reach import Break, Moment, downwards, upwards
from signaling.room import Room
from signaling.seats import Place
from signaling.words import Phase
from visitation.words import Fault, Part, VisitKind

#: After a fault of the service, people may take so long to come back by themselves.
RECOVERING: Final = timedelta(seconds=60)
_SECOND: Final = timedelta(seconds=1)
_THEIRS: Final = {Part.VISITOR: Fault.FAMILY, Part.OFFICIAL: Fault.OFFICIAL}

Measure = Callable[[str], ParticipantStatistics]


@dataclass(slots=True, kw_only=True)
class _Side:
    """One side of a visit, as it was when last looked at."""

    fault: Fault
    here: bool = False
    broken: Break | None = None
    #: Everybody of it was without a socket: if they vanish, it was not by choice.
    adrift: bool = False
    been_in: bool = False
    heard: dict[str, datetime] = field(default_factory=dict)
    hears: dict[str, datetime] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether the other side can miss it: it is here, or the line took it away."""
        return self.here or (self.adrift and self.broken is not None)


class Ledger:
    """The lost time of one visit, for as long as its room lives.

    Args:
        resumed_at: when the room was made anew in the middle of the visit. Those who
            were in the call before then have been without it through our fault.
    """

    def __init__(self, *, resumed_at: datetime | None = None) -> None:
        self._prison = _Side(fault=Fault.PRISON)
        self._others = _Side(fault=Fault.FAMILY)
        self._resumed_at = resumed_at
        self._counted = resumed_at
        self._looked = resumed_at
        self._recovers_until: datetime | None = None
        self._lost: dict[Fault, timedelta] = {}

    @property
    def both_here(self) -> bool:
        """Whether both sides have somebody in the call, with a good line or a bad."""
        return self._prison.here and self._others.here

    def look(
        self, room: Room, measure: Measure, *, now: datetime, monotonic: float
    ) -> None:
        """Count what was lost since the last look.

        Args:
            room: as it is now.
            measure: the legs of somebody in the call.
            now: by the wall clock.
            monotonic: the same moment as the engine counts.
        """
        at = Moment(now=min(now, room.ends_at), monotonic=monotonic)
        prisoner, others = _sides(room)
        if others:
            self._others.fault = _THEIRS[others[0].guest.part]
        for side, places in ((self._prison, prisoner), (self._others, others)):
            self._see(side, places, measure, at)
        if room.phase is not Phase.LIVE or at.now <= room.starts_at:
            self._counted = at.now
        elif self._prison.counts and self._others.counts:
            self._count(room, at.now)
        elif self._resumed_at is None:
            self._counted = at.now
        self._looked = at.now

    def taken(self) -> dict[Fault, int]:
        """The whole seconds lost since this was last asked."""
        whole = {fault: lost // _SECOND for fault, lost in self._lost.items()}
        for fault, seconds in whole.items():
            self._lost[fault] -= seconds * _SECOND
        return {fault: seconds for fault, seconds in whole.items() if seconds}

    def _see(
        self, side: _Side, places: Sequence[Place], measure: Measure, at: Moment
    ) -> None:
        side.here = bool(places)
        if not places:
            if not side.adrift:
                side.heard.clear()
                side.hears.clear()
            return
        side.adrift = all(
            place.socket_lost_at and not place.page_closed for place in places
        )
        side.been_in = any(place.guest.been_in for place in places)
        ups, downs = [], []
        for place in places:
            measured, one = measure(place.id), place.id
            came = (self._resumed_at if place.guest.been_in else None) or at.now
            well = side.heard.setdefault(one, came)
            up = upwards(place, measured, at=at, well=well)
            ups.append(_felt(side.heard, one, up, at.now))
            well = side.hears.setdefault(one, came)
            down = downwards(measured, at=at, well=well)
            downs.append(_felt(side.hears, one, down, at.now))
        side.broken = _either(_all(ups), _all(downs))

    def _count(self, room: Room, now: datetime) -> None:
        self._begin(now)
        outage = Outage(
            held=room.is_held,
            prison=self._prison.broken,
            others=self._others.broken,
            theirs=self._others.fault,
            from_server=self._recovers_until is not None
            and now <= self._recovers_until,
        )
        if not (outage.held or outage.breaks):
            self._recovers_until = None
            return
        fault = blame(outage)
        if fault is Fault.SERVER and self._recovers_until is None:
            self._recovers_until = now + RECOVERING
        began = [one.since for one in outage.breaks]
        if outage.held:
            began.append(self._looked or now)
        since = max(min(began), self._counted or now)
        if now > since:
            self._lost[fault] = self._lost.get(fault, timedelta(0)) + now - since
            self._counted = now

    def _begin(self, now: datetime) -> None:
        """Both sides are there for the first time."""
        if self._counted is None:
            self._counted = now
        if self._resumed_at is None:
            return
        back = now
        if self._prison.been_in and self._others.been_in:
            back = max(self._counted, self._looked or now)
            self._lost[Fault.SERVER] = back - self._counted
            self._recovers_until = now + RECOVERING
        self._counted = back
        self._resumed_at = None


def _sides(room: Room) -> tuple[list[Place], list[Place]]:
    """The prisoner's place, and those whom they meet; whoever else helps or watches."""
    there: dict[Part, list[Place]] = {}
    for place in room.here:
        if place.admitted:
            there.setdefault(place.guest.part, []).append(place)
    others = there.get(Part.VISITOR, [])
    if not others and room.kind is VisitKind.OFFICIAL:
        others = there.get(Part.OFFICIAL, [])
    return there.get(Part.PRISONER, []), others


def _felt(
    well: dict[str, datetime], one: str, found: Break | None, now: datetime
) -> Break | None:
    """What is broken for long enough to be felt; nothing broken at all is well."""
    if found is None:
        well[one] = now
    return found if found is not None and found.is_felt(now) else None


def _all(breaks: Sequence[Break | None]) -> Break | None:
    """Broken from when the last of them broke."""
    broken = [one for one in breaks if one is not None]
    if len(broken) < len(breaks):
        return None
    return max(broken, key=lambda one: one.since)


def _either(up: Break | None, down: Break | None) -> Break | None:
    """Broken from when the first of the two broke."""
    broken = [one for one in (up, down) if one is not None]
    if not broken:
        return None
    return Break(
        since=min(one.since for one in broken),
        is_line=any(one.is_line for one in broken),
    )
