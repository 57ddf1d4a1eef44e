"""What a page's seconds say about a call: heard, seen, frozen, given up.

Pure: reads what `call` wrote down.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final

#: A second is heard when less than this share of its samples was made up.
_MADE_UP: Final = 0.5
#: A second is seen when at least so many pictures were decoded in it.
_FRAMES: Final = 3
_NOTHING: Final = {"samples": 0, "concealed": 0, "frames": 0, "freezes": 0}

Second = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A second of what one person got of the other.

    Attributes:
        at: seconds on the page's clock.
        concealed: share of the sound that was made up, None when there was none.
        frames: pictures decoded.
        quality: of the picture, as the service told.
        height: of the picture, in lines.
    """

    at: float
    concealed: float | None
    frames: int
    freezes: int
    quality: str
    height: int

    @property
    def heard(self) -> bool:
        """There was sound, and most of it was said by somebody."""
        return self.concealed is not None and self.concealed < _MADE_UP

    @property
    def seen(self) -> bool:
        """The picture moved."""
        return self.frames >= _FRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One direction of a call; shares are fractions of one."""

    seconds: int
    heard: float
    concealed: float
    seen: float
    given_up: float
    freezes: int
    quality: str
    height: int
    rtt: float


def moments(seconds: list[Second]) -> list[Moment]:
    """Reads what happened between one second and the next."""
    return list(_moments(seconds))


def _moments(seconds: list[Second]) -> Iterator[Moment]:
    for before, after in pairwise(seconds):
        was, now = _other(before), _other(after)
        samples = _grown(was, now, "samples")
        yield Moment(
            at=after["at"],
            concealed=_grown(was, now, "concealed") / samples if samples else None,
            frames=_grown(was, now, "frames"),
            freezes=_grown(was, now, "freezes"),
            quality=now.get("picture") or "",
            height=now.get("height", 0),
        )


def summary(seconds: list[Second]) -> Summary:
    """Sums up a stretch of a call."""
    each = moments(seconds)
    qualities = Counter(moment.quality for moment in each if moment.seen)
    made_up = [m.concealed for m in each if m.concealed is not None]
    return Summary(
        seconds=len(each),
        heard=_share(moment.heard for moment in each),
        concealed=sum(made_up) / len(made_up) if made_up else 1.0,
        seen=_share(moment.seen for moment in each),
        given_up=_share(m.quality in {"paused", "audio_only"} for m in each),
        freezes=sum(moment.freezes for moment in each),
        quality=qualities.most_common(1)[0][0] if qualities else "none",
        height=max((moment.height for moment in each), default=0),
        rtt=median([_leg(second).get("rtt", 0.0) for second in seconds] or [0.0]),
    )


def back(
    seconds: list[Second], since: float, *, within: float
) -> tuple[float | None, float | None]:
    """Seconds after `since` at which sound, and picture, were there again for good.

    Two seconds in a row count as for good; `since` is on the page's clock.
    """
    later = [m for m in moments(seconds) if since < m.at <= since + within]
    heard = next((a for a, b in pairwise(later) if a.heard and b.heard), None)
    seen = next((a for a, b in pairwise(later) if a.seen and b.seen), None)
    return (
        heard.at - since if heard else None,
        seen.at - since if seen else None,
    )


def _other(second: Second) -> dict[str, Any]:
    return second["people"][0] if second["people"] else dict(_NOTHING)


def _leg(second: Second) -> dict[str, Any]:
    return second["legs"]["subscriber"]


def _grown(was: dict[str, Any], now: dict[str, Any], what: str) -> int:
    """How much a counter grew; a leg that was built anew counts from nought."""
    grown = now.get(what, 0) - was.get(what, 0)
    return int(grown if grown >= 0 else now.get(what, 0))


def _share(each: Iterator[bool]) -> float:
    known = list(each)
    return sum(known) / len(known) if known else 0.0
