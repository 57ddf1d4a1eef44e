"""What was measured of a line over a while, so that two whiles can be added. Pure."""

from dataclasses import dataclass, fields
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Sums over time, and the worst moments; "up" is from the participant to us.

    A total is a value times the seconds it held: divided by its seconds it is a mean.

    Attributes:
        seconds_up: seconds in which the participant's sending was measured.
        seconds_down: seconds in which their receiving was.
        seconds_timed: seconds in which the round trip was known.
        loss_up_total: of shares from 0 to 1, as every loss.
        round_trip_total: of seconds, as the jitter; of the worse leg.
        seconds_audio_only: seconds in which somebody's picture was there but not sent
            on this line.
        seconds_relayed: seconds through a TURN server.
    """

    seconds_up: float = 0.0
    seconds_down: float = 0.0
    seconds_timed: float = 0.0
    loss_up_total: float = 0.0
    loss_up_worst: float = 0.0
    loss_down_total: float = 0.0
    loss_down_worst: float = 0.0
    round_trip_total: float = 0.0
    round_trip_worst: float = 0.0
    jitter_total: float = 0.0
    jitter_worst: float = 0.0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds_audio_only: float = 0.0
    seconds_relayed: float = 0.0


FIELDS: Final = tuple(field.name for field in fields(Stretch))


def joined(one: object, other: Stretch) -> Stretch:
    """Both together; the first may also be a row with the same names."""
    return Stretch(
        **{
            name: _both(name, getattr(one, name), getattr(other, name))
            for name in FIELDS
        }
    )


def _both(name: str, one: Any, other: Any) -> Any:
    return max(one, other) if name.endswith("_worst") else one + other
