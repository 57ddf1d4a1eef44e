"""The prison's wall in words and signs: each terminal's tile, and what waits.

Pure: seats, visits with their rooms, and the time give tiles and tasks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from signaling.views import RoomView
from signaling.words import Presence
from visitation.devices import Device
from visitation.lifecycle import VisitState
from visitation.lines import LineTest
from visitation.visits.boards import Seat
from visitation.visits.listed import AHEAD, Listed, next_of
from visitation.words import Part
from web import line_signs, present
from web.boards import Row, Sign, row
from web.i18n import _
from web.line_signs import LineSign

#: A station's page is heard of at least once a minute, and is given another.
SILENT = timedelta(minutes=2)
_SEEN = frozenset({Part.PRISONER, Part.VISITOR, Part.INTERPRETER, Part.OFFICIAL})
#: A visit so near wants its terminal to be there.
SOON = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A visit on the wall, with its live room if it has one."""

    listed: Listed
    row: Row
    room: RoomView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One terminal: how it stands in one sign, and its visits.

    Attributes:
        offline: its device has fallen silent.
    """

    seat: Seat
    sign: Sign
    offline: bool
    tested: LineSign | None
    current: Row | None
    coming: tuple[Row, ...]
    past: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that waits for the warden; `anchor` is where on the wall."""

    words: str
    anchor: str
    kind: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Booth:
    """What the sign of a terminal is decided from."""

    seat: Seat
    device: Device | None
    current: Shown | None
    zone: tzinfo
    now: datetime

    @property
    def is_silent(self) -> bool:
        """Whether the device that is paired with it has not been heard of lately."""
        if self.device is None or self._is_in_call:
            return False
        return self.now - self.device.last_seen_at > SILENT

    @property
    def _is_in_call(self) -> bool:
        return (
            self.current is not None
            and self.current.room is not None
            and self.current.listed.state is VisitState.LIVE
        )


def _is_broken(at: _Booth) -> Sign | None:
    broken = at.seat.out_of_order is not None
    return Sign(words=_("Out of order"), kind="bad") if broken else None


def _is_under_way(at: _Booth) -> Sign | None:
    if at.current is None or at.current.listed.state is not VisitState.LIVE:
        return None
    return at.current.row.sign


def _is_offline(at: _Booth) -> Sign | None:
    if not at.is_silent or at.device is None:
        return None
    since = present.clock(at.device.last_seen_at, at.zone)
    return Sign(words=_("Offline since %(time)s", time=since), kind="bad")


def _is_wanted(at: _Booth) -> Sign | None:
    if at.current is None:
        return None
    starts = at.current.listed.span.start
    if starts - at.now > SOON:
        words = _("Free until %(time)s", time=at.current.row.begins)
        return Sign(words=words, kind="good")
    # An open waiting room is no news; a family that sits in it is.
    if starts > at.now and at.current.row.sign.kind == "plain":
        words = _("Next at %(time)s", time=at.current.row.begins)
        return Sign(words=words, kind="calm")
    return at.current.row.sign


#: The first that has something to say decides.
_SIGNS: tuple[Callable[[_Booth], Sign | None], ...] = (
    _is_broken,
    _is_under_way,
    _is_offline,
    _is_wanted,
)


def tiles(
    seats: Sequence[Seat],
    shown: Sequence[Shown],
    *,
    devices: Mapping[int, Device],
    tests: Mapping[int, LineTest],
    zone: tzinfo,
    now: datetime,
) -> tuple[Tile, ...]:
    """Every terminal, with what it has now, next, and behind it."""
    found = []
    for seat in seats:
        mine = [one for one in shown if one.listed.terminal_id == seat.id]
        current = current_of(mine, now)
        rest = [one for one in mine if one is not current]
        booth = _Booth(
            seat=seat,
            device=devices.get(seat.id),
            current=current,
            zone=zone,
            now=now,
        )
        found.append(
            Tile(
                seat=seat,
                sign=_sign(booth),
                offline=booth.is_silent,
                tested=line_signs.tested(tests.get(seat.id), now=now),
                current=current.row if current else None,
                coming=tuple(one.row for one in rest if one.row.ahead),
                past=tuple(one.row for one in rest if not one.row.ahead),
            )
        )
    return tuple(found)


def current_of(mine: Sequence[Shown], now: datetime) -> Shown | None:
    """The visit that a terminal is in, or waits for."""
    by_id = {one.listed.id: one for one in mine if one.listed.state in AHEAD}
    following = next_of([one.listed for one in by_id.values()], now)
    return by_id[following.id] if following else None


def tasks(shown: Iterable[Shown], tiles: Iterable[Tile]) -> tuple[Task, ...]:
    """What waits for the warden, the most urgent first."""
    ahead = [one for one in shown if one.row.ahead]
    return tuple(
        Task(words=words, anchor=f"visit-{one.row.reference}", kind=kind)
        for find in (_held, _lost, _outside, _hands, _unstarted)
        for one in ahead
        for words, kind in find(one)
    ) + tuple(
        Task(
            words=_("%(terminal)s is offline, and its visit begins soon.", **_at(tile)),
            anchor=f"seat-{tile.seat.id}",
            kind="bad",
        )
        for tile in tiles
        if tile.offline and tile.current is not None and tile.sign.kind == "bad"
    )


_Found = Iterable[tuple[str, str]]


def _held(one: Shown) -> _Found:
    if one.row.live and one.row.unsupervised:
        name = _apart(one.row.prisoner)
        yield _("%(name)s: held, because nobody watches.", name=name), "bad"


def _lost(one: Shown) -> _Found:
    for person in one.room.people if one.room and one.row.live else ():
        if person.state is Presence.RECONNECTING and person.part in _SEEN:
            name = _apart(_name(one, person.reference))
            yield _("The line of %(name)s is lost.", name=name), "bad"


def _outside(one: Shown) -> _Found:
    for person in one.row.guests if one.row.live else ():
        if person.outside:
            yield _("%(name)s waits to be let in.", name=_apart(person.name)), "warn"


def _hands(one: Shown) -> _Found:
    for person in one.room.people if one.room and one.row.live else ():
        if person.hand:
            name = _apart(_name(one, person.reference))
            yield _("%(name)s raises a hand.", name=name), "warn"


def _unstarted(one: Shown) -> _Found:
    if one.row.unstarted and one.row.may_start:
        name = _apart(one.row.prisoner)
        yield _("%(name)s: its time has come, and it has not begun.", name=name), "warn"


def _name(one: Shown, reference: str) -> str:
    named = {seen.reference: seen.name for seen in one.listed.attendees}
    return named.get(reference, one.row.prisoner)


def _apart(name: str) -> str:
    """A name that keeps its own direction inside a sentence."""
    return f"\u2068{name}\u2069"


def _at(tile: Tile) -> dict[str, str]:
    return {"terminal": _apart(tile.seat.name)}


def _sign(booth: _Booth) -> Sign:
    found = (sign for rule in _SIGNS if (sign := rule(booth)))
    return next(found, Sign(words=_("Free"), kind="good"))


def shown(
    listed: Iterable[Listed],
    room_of: Callable[[Listed], RoomView | None],
    *,
    now: datetime,
) -> tuple[Shown, ...]:
    """Visits with their rooms, as the wall shows them."""
    return tuple(
        Shown(listed=one, room=room, row=row(one, now=now, room=room))
        for one in listed
        for room in (room_of(one),)
    )
