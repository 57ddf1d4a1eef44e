"""What the engine measured: how good each line is just now, and what its record gets.

Looks at every line of a room now and then. Adds up what it sees, and gives that away
to be written whenever enough has come together, so that a kill loses little.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from signaling import quality
from signaling.effects import Effect, Effects, LineNote
from signaling.media.engine import LegStatistics, MediaEngine, ParticipantStatistics
from signaling.quality import Levels
from signaling.room import Room
from signaling.seats import Place
from signaling.views import PersonView
from visitation.lines.stretch import Stretch, joined

#: How often what was added up is written.
NOTE_EVERY: Final = timedelta(seconds=30)
#: A line not looked at for longer, in a pause for instance, is measured anew.
LONGEST_GAP: Final = timedelta(seconds=6)


@dataclass(slots=True, kw_only=True)
class _Watch:
    """What is remembered of a line between two looks."""

    at: datetime
    noted_at: datetime
    levels: Levels = field(default_factory=dict)
    bytes_up: int = 0
    bytes_down: int = 0
    stretch: Stretch = field(default_factory=Stretch)


class Measuring:
    """Looks at lines, and remembers what the record has not been told yet."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watch] = {}

    def look(self, room: Room, engine: MediaEngine, now: datetime) -> Effects:
        """What follows from the state of everybody's line just now."""
        return tuple(
            effect
            for person in room.snapshot().people
            if room.is_in_call(person.reference)
            for effect in self._look_at(room, person, engine, now)
        )

    def closed(self, participant: str) -> tuple[LineNote, ...]:
        """What is still to be noted of somebody who has gone."""
        watch = self._watched.pop(participant, None)
        if watch is None or watch.stretch == Stretch():
            return ()
        return (LineNote(participant=participant, measured=watch.stretch),)

    def rest(self) -> tuple[LineNote, ...]:
        """What is still to be noted of everybody."""
        everybody = tuple(self._watched)
        return tuple(note for one in everybody for note in self.closed(one))

    def _look_at(
        self, room: Room, person: PersonView, engine: MediaEngine, now: datetime
    ) -> Effects:
        one, place = person.reference, room.here.at(person.reference)
        expects = room.expects(one) if "publisher" not in place.awaited else ()
        statistics = engine.statistics(one)
        watch = self._watched.get(one)
        if watch is None:
            watch = self._watched[one] = _Watch(at=now, noted_at=now)
        gap = now - watch.at
        seconds = gap.total_seconds() if gap <= LONGEST_GAP else 0.0
        watch.levels = quality.steadied(watch.levels, statistics, seconds=seconds)
        _add(watch, statistics, seconds)
        watch.at = now
        of_use = _of_use(statistics, place)
        judged = quality.of(
            of_use, before=person.quality, levels=watch.levels, expects=expects
        )
        effects: list[Effect] = [*room.here.judge(one, judged)] if judged else []
        for kind in expects:
            stalled = quality.stalled(statistics, kind)
            effects += room.here.flow(one, kind, stalled=stalled)
        return (*effects, *self._due(one, watch, now))

    def _due(self, participant: str, watch: _Watch, now: datetime) -> Effects:
        if now - watch.noted_at < NOTE_EVERY or watch.stretch == Stretch():
            return ()
        note = LineNote(participant=participant, measured=watch.stretch)
        watch.stretch, watch.noted_at = Stretch(), now
        return (note,)


def _of_use(measured: ParticipantStatistics, place: Place) -> ParticipantStatistics:
    """Without what says nothing of the line of the page that is there now.

    That is the leg to send on of somebody who sends nothing (any more), and the legs of
    a page that is gone.
    """
    sends = place.is_sending and "publisher" not in place.awaited
    hears = "subscriber" not in place.awaited
    return replace(
        measured,
        publisher=measured.publisher if sends else None,
        subscriber=measured.subscriber if hears else None,
    )


def _add(watch: _Watch, measured: ParticipantStatistics, seconds: float) -> None:
    up, down = measured.publisher, measured.subscriber
    sent, watch.bytes_up = _fresh(watch.bytes_up, up)
    received, watch.bytes_down = _fresh(watch.bytes_down, down)
    round_trip, jitter = quality.round_trip(measured), quality.jitter(measured)
    if not seconds or (up is None and down is None):
        return
    seen = Stretch(
        seconds_up=seconds if up else 0.0,
        seconds_down=seconds if down else 0.0,
        seconds_timed=seconds if round_trip is not None else 0.0,
        loss_up_total=seconds * up.loss if up else 0.0,
        loss_up_worst=up.loss if up else 0.0,
        loss_down_total=seconds * down.loss if down else 0.0,
        loss_down_worst=down.loss if down else 0.0,
        round_trip_total=seconds * (round_trip or 0.0),
        round_trip_worst=round_trip or 0.0,
        jitter_total=seconds * jitter,
        jitter_worst=jitter,
        bytes_up=sent,
        bytes_down=received,
        seconds_audio_only=seconds if quality.audio_only(measured) else 0.0,
        seconds_relayed=seconds if _relayed(up, down) else 0.0,
    )
    watch.stretch = joined(watch.stretch, seen)


def _fresh(before: int, leg: LegStatistics | None) -> tuple[int, int]:
    """The bytes since the last look, and all; a new leg counts from nothing."""
    if leg is None:
        return 0, 0
    return (leg.bytes - before if leg.bytes >= before else leg.bytes), leg.bytes


def _relayed(*legs: LegStatistics | None) -> bool:
    return any(leg is not None and leg.relayed for leg in legs)
