"""From what a line test measured to what a call over that line will be like. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What a call will be like, the best first."""

    GOOD = "good"
    WEAK = "weak"
    SOUND_ONLY = "sound_only"
    NOT_ENOUGH = "not_enough"


#: After these nobody need try the line again for a while.
PASSED: Final = frozenset({Verdict.GOOD, Verdict.WEAK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came out of a test, each way; "up" is from the device to the service.

    Attributes:
        loss_up: share of packets that did not arrive, 0 to 1, as the next.
        round_trip: seconds, None if no answer came back.
        jitter: seconds, of the worse direction.
        rate_up: bits per second that arrived, as the next.
        relayed: whether it went through a TURN server.
    """

    loss_up: float = 1.0
    loss_down: float = 1.0
    round_trip: float | None = None
    jitter: float = 0.0
    rate_up: int = 0
    rate_down: int = 0
    relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a line must do at least for a verdict."""

    verdict: Verdict
    loss: float
    round_trip: float
    rate: int


#: The first whose demands are met. A small picture and a voice take about 100 kbit/s, a
#: voice alone 16 and repeats itself, so that it bears more loss.
DEMANDS: Final = (
    Demand(verdict=Verdict.GOOD, loss=0.05, round_trip=0.8, rate=250_000),
    Demand(verdict=Verdict.WEAK, loss=0.12, round_trip=1.5, rate=60_000),
    Demand(verdict=Verdict.SOUND_ONLY, loss=0.35, round_trip=2.5, rate=10_000),
)


def verdict_of(measured: Measured) -> Verdict:
    """What a call over this line will be like."""
    met = (demand.verdict for demand in DEMANDS if _meets(measured, demand))
    return next(met, Verdict.NOT_ENOUGH)


def _meets(measured: Measured, demand: Demand) -> bool:
    return (
        max(measured.loss_up, measured.loss_down) <= demand.loss
        and (measured.round_trip or 0.0) <= demand.round_trip
        and min(measured.rate_up, measured.rate_down) >= demand.rate
    )
