"""Which quality of each picture a line is given: high, low, paused, sound alone.

Goes down at once and up only after a while, longer each time it was wrong. Sound is
not on the ladder: what sound takes is off the budget before it comes here. Pure; a
picture is known by its slot, and by the fewest bits each of its layers takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from signaling.media.engine import VideoQuality

Layer = Literal["high", "low"]

#: Seconds that a better quality must fit before it is given.
_HOLD: Final = 3.0
#: How much more than enough there must be for it, and how much less will do for one
#: that is there.
_HEADROOM, _FIRM = 1.2, 0.7
#: Seconds after which a picture that was given up for the moment is given up.
_GIVEN_UP: Final = 10.0
#: A better quality that lasted no longer was a mistake; seconds to wait after it.
_PROVEN: Final = 10.0
_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 60.0
_FLOWING: Final[tuple[Layer, ...]] = ("low", "high")
_RANK: Final[dict[VideoQuality, int]] = {
    "audio_only": 0,
    "paused": 0,
    "low": 1,
    "high": 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The fewest bits per second that each layer takes, None where there is none."""

    high: int | None = None
    low: int | None = None

    def least(self, layer: Layer) -> int | None:
        """What a layer takes."""
        return self.high if layer == "high" else self.low


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a picture stands."""

    quality: VideoQuality
    since: float
    rose: bool = False
    fits_since: float | None = None
    wait: float = _FIRST_WAIT
    not_before: float = float("-inf")


class Ladder:
    """The places of all pictures that share a line; the first slot comes first."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._lacking = 0

    @property
    def qualities(self) -> dict[int, VideoQuality]:
        """Where each picture stands."""
        return {slot: place.quality for slot, place in self._places.items()}

    @property
    def lacking(self) -> int:
        """The budget with which one more step up would fit, 0 when nothing is left."""
        return self._lacking

    def step(
        self, pictures: Mapping[int, Picture], *, budget: int, now: float
    ) -> dict[int, VideoQuality]:
        """Moves each picture where the budget, in bits per second, allows it to be."""
        for slot in self._places.keys() - pictures.keys():
            del self._places[slot]
        firm = _fitting(pictures, int(budget / _FIRM))
        roomy = _fitting(pictures, int(budget / _HEADROOM))
        for slot in sorted(pictures):
            place = self._places.get(slot)
            if place is None:
                first: VideoQuality = roomy[slot] or "paused"
                self._places[slot] = _Place(quality=first, since=now)
            else:
                better = roomy[slot]
                if not _RANK[place.quality] and pictures[slot].low is not None:
                    better = better and "low"
                _move(place, firm[slot], better, now)
        self._lacking = self._next(pictures)
        return self.qualities

    def forget_failures(self) -> None:
        """Starts climbing afresh: the line was gone, and what failed before is old."""
        for place in self._places.values():
            place.wait, place.not_before = _FIRST_WAIT, float("-inf")
            place.rose = False

    def _next(self, pictures: Mapping[int, Picture]) -> int:
        now_taken = 0
        steps: list[int] = []
        for slot, place in self._places.items():
            picture, rank = pictures[slot], _RANK[place.quality]
            taken = 0
            if place.quality in {"high", "low"}:
                taken = picture.least("high" if rank == 2 else "low") or 0
            now_taken += taken
            above = [
                least
                for layer in _FLOWING[rank:]
                if (least := picture.least(layer)) is not None
            ]
            steps += [least - taken for least in above[:1]]
        return int((now_taken + min(steps)) * _HEADROOM) + 1 if steps else 0


def _move(place: _Place, firm: Layer | None, roomy: Layer | None, now: float) -> None:
    if _RANK[place.quality] > _RANK[firm or "paused"]:
        if place.rose and now - place.since < _PROVEN:
            place.wait = min(_LONGEST_WAIT, place.wait * 2)
        place.not_before = now + place.wait
        _put(place, firm or "paused", now, rose=False)
        return
    if place.rose and now - place.since >= _PROVEN:
        place.rose, place.wait = False, _FIRST_WAIT
    if roomy is None or _RANK[roomy] <= _RANK[place.quality]:
        place.fits_since = None
    elif place.fits_since is None:
        place.fits_since = now
    elif now - place.fits_since >= _HOLD and now >= place.not_before:
        _put(place, roomy, now, rose=True)
        return
    if place.quality == "paused" and now - place.since >= _GIVEN_UP:
        place.quality = "audio_only"


def _put(place: _Place, quality: VideoQuality, now: float, *, rose: bool) -> None:
    place.quality, place.since = quality, now
    place.rose, place.fits_since = rose, None


def _fitting(pictures: Mapping[int, Picture], budget: int) -> dict[int, Layer | None]:
    """The best layer of each picture: something for everyone before more for one."""
    fitting: dict[int, Layer | None] = dict.fromkeys(pictures)
    for best in _FLOWING:
        for slot in sorted(pictures):
            least, had = pictures[slot].least(best), fitting[slot]
            taken = (pictures[slot].least(had) or 0) if had else 0
            if least is not None and least - taken <= budget:
                budget -= least - taken
                fitting[slot] = best
    return fitting
