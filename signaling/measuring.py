"""What the engine measured, made known in the room: how good each line is."""

from signaling import quality
from signaling.effects import Effect, Effects
from signaling.media.engine import MediaEngine
from signaling.room import Room


def measured(room: Room, engine: MediaEngine) -> Effects:
    """What follows from the state of everybody's line just now."""
    effects: list[Effect] = []
    for person in room.snapshot().people:
        one = person.reference
        if not room.is_in_call(one):
            continue
        statistics = engine.statistics(one)
        if judged := quality.of(statistics):
            effects += room.judge(one, judged)
        for kind in room.expects(one):
            stalled = quality.stalled(statistics, kind)
            effects += room.flow(one, kind, stalled=stalled)
    return tuple(effects)
