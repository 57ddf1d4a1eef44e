"""From what the engine measured to what people are told about a line. Pure.

One table of limits. Every measure is steadied over some seconds, and a line that was
poor has to be clearly better before it is good again, so that nothing flickers.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from signaling.media.engine import Kind, LegStatistics, ParticipantStatistics
from signaling.words import Quality

STALLED_SECONDS: Final = 3.0
#: Whoever should be heard and was not for so long has lost their line.
UNHEARD_SECONDS: Final = 5.0
#: How long a change takes to be believed: two thirds of it within this time.
STEADY_SECONDS: Final = 5.0
_GONE: Final = frozenset({"lost", "failed", "closed"})
_NO_PICTURE: Final = frozenset({"paused", "audio_only"})

Levels = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A line is poor from `poor` on, and good again below `good`.

    Attributes:
        measure: finds the value; the sides are "up", from the participant to us, and
            "down".
    """

    name: str
    measure: Callable[[ParticipantStatistics], float]
    poor: float
    good: float


def audio_only(measured: ParticipantStatistics) -> bool:
    """Whether somebody's picture could be seen and none is sent on this line."""
    watching = measured.watching.values()
    return bool(watching) and all(each in _NO_PICTURE for each in watching)


def round_trip(measured: ParticipantStatistics) -> float | None:
    """Seconds there and back, of the slower leg; None if neither knows."""
    known = [leg.rtt for leg in _legs(measured) if leg.rtt is not None]
    return max(known, default=None)


def jitter(measured: ParticipantStatistics) -> float:
    """Seconds by which packets come unevenly, of the worse leg."""
    return max((leg.jitter for leg in _legs(measured)), default=0.0)


LIMITS: Final = (
    Limit(
        name="loss_up",
        measure=lambda line: line.publisher.loss if line.publisher else 0.0,
        poor=0.08,
        good=0.04,
    ),
    Limit(
        name="loss_down",
        measure=lambda line: line.subscriber.loss if line.subscriber else 0.0,
        poor=0.08,
        good=0.04,
    ),
    Limit(
        name="round_trip",
        measure=lambda line: round_trip(line) or 0.0,
        poor=0.8,
        good=0.6,
    ),
    Limit(name="jitter", measure=jitter, poor=0.15, good=0.08),
    Limit(name="audio_only", measure=audio_only, poor=0.6, good=0.4),
)


def steadied(
    before: Levels, measured: ParticipantStatistics, *, seconds: float
) -> Levels:
    """Every measure of the table, moved towards what it is now.

    Args:
        before: the levels as they were; empty for a line not yet measured.
        measured: how the line is now.
        seconds: since `before`.
    """
    share = 1 - math.exp(-seconds / STEADY_SECONDS)
    now = {limit.name: float(limit.measure(measured)) for limit in LIMITS}
    return {
        name: before[name] + share * (value - before[name]) if before else value
        for name, value in now.items()
    }


def of(
    measured: ParticipantStatistics,
    *,
    before: Quality,
    levels: Levels,
    expects: Collection[Kind] = (),
) -> Quality | None:
    """How good a line is; None if there is none to judge.

    Args:
        measured: how the line is now.
        before: what was last said of it.
        levels: its measures as `steadied` gives them.
        expects: the kinds that should arrive from the participant.
    """
    legs = _legs(measured)
    if not legs:
        return None
    unheard = measured.silence.get("audio", 0.0) >= UNHEARD_SECONDS
    if any(leg.state in _GONE for leg in legs) or ("audio" in expects and unheard):
        return Quality.LOST
    if before is Quality.POOR:
        holds = any(levels[limit.name] >= limit.good for limit in LIMITS)
    else:
        holds = any(levels[limit.name] >= limit.poor for limit in LIMITS)
    return Quality.POOR if holds else Quality.GOOD


def stalled(measured: ParticipantStatistics, kind: Kind) -> bool:
    """Whether a kind that did arrive has stopped."""
    return measured.silence.get(kind, 0.0) >= STALLED_SECONDS


def _legs(measured: ParticipantStatistics) -> list[LegStatistics]:
    legs = (measured.publisher, measured.subscriber)
    return [leg for leg in legs if leg is not None]
