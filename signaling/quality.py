"""From what the engine measured to what people are told about a line. Pure."""

from typing import Final

from signaling.media.engine import Kind, LegStatistics, ParticipantStatistics
from signaling.words import Quality

POOR_LOSS: Final = 0.10
BAD_LOSS: Final = 0.15
STALLED_SECONDS: Final = 3.0
_GONE: Final = frozenset({"lost", "failed", "closed"})


def of(measured: ParticipantStatistics) -> Quality | None:
    """How good a line is, by the worse of its legs; None if there is none to judge."""
    legs = [leg for leg in (measured.publisher, measured.subscriber) if leg is not None]
    if not legs:
        return None
    if any(leg.state in _GONE for leg in legs):
        return Quality.LOST
    return _by_loss(legs)


def stalled(measured: ParticipantStatistics, kind: Kind) -> bool:
    """Whether a kind that did arrive has stopped."""
    return measured.silence.get(kind, 0.0) >= STALLED_SECONDS


def _by_loss(legs: list[LegStatistics]) -> Quality:
    loss = max(leg.loss for leg in legs)
    if loss >= BAD_LOSS:
        return Quality.BAD
    return Quality.POOR if loss >= POOR_LOSS else Quality.GOOD
