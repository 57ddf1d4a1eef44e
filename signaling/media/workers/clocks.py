"""Seconds of a worker's clock, in the seconds of ours."""

from dataclasses import replace

from signaling.media.engine import LegStatistics, ParticipantStatistics


def on_our_clock(
    measured: ParticipantStatistics, ahead: float
) -> ParticipantStatistics:
    """The same statistics, for a clock that is so many seconds ahead."""
    return replace(
        measured,
        publisher=_leg_on_our_clock(measured.publisher, ahead),
        subscriber=_leg_on_our_clock(measured.subscriber, ahead),
    )


def _leg_on_our_clock(leg: LegStatistics | None, ahead: float) -> LegStatistics | None:
    if leg is None or leg.last_heard is None:
        return leg
    return replace(leg, last_heard=leg.last_heard + ahead)
