"""The line up from one publisher: what it carries, and what the publisher is let send.

Looks at how the streams arrive and at what their viewers take, once a second; decides
with `estimate` and `uplink`. Knows no participant and sends nothing itself.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from signaling.media.engine import Kind
from signaling.media.estimate import (
    FADES_SLOWLY,
    TIMES_TORN,
    TORN,
    Estimate,
    Limits,
    Losses,
    Reading,
    Waiting,
)
from signaling.media.ladder import Picture
from signaling.media.layers import Track
from signaling.media.uplink import Uplink, Viewer, demand
from signaling.media.upstream import Upstream

#: Bytes around an RTP packet: the SRTP tag, UDP and IPv4.
_AROUND: Final = 16 + 28
_LEAST_LOW: Final = 40_000
_LEAST_HIGH: Final = 200_000
#: A page that sends no picture can be let try one only by trying it.
_VENTURE: Final = 70_000
#: What the low layer takes beside the high one before it was measured.
_LOW: Final = 150_000
_SOUND: Final = 30_000
_SOUND_FADES: Final = 0.97
#: Seconds of which a usual one is taken: what waited in a line comes all in one.
_USUAL_OF: Final = 5
#: Nothing arrived for so long: the line is gone. One that was too full may stand still.
_GONE, _GONE_IF_FULL = 1.5, 3.0
#: How fresh a packet must be to say how long packets wait now.
_LATELY: Final = 0.5
#: An offset that leaps by so many seconds is of another clock.
_LEAP: Final = 30.0
#: So many packets are not lost in a second by lines that carry calls.
_LEAP_OF_NUMBERS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bits per second of one publisher's picture.

    Attributes:
        floor: below it a picture is not worth having.
        start: what a line is trusted with before anything is known of it.
        cap: what is enough for a good picture.
    """

    floor: int
    start: int
    cap: int


class Inbound:
    """One publish leg's line.

    Attributes:
        allowed: bits per second of picture that the publisher is told.
        overused: the line is too full just now.
        decided: what the page is told.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.allowed = bounds.start
        self.decided = Uplink()
        self._bounds = bounds
        self._estimate = Estimate(
            Limits(
                floor=bounds.floor,
                start=bounds.start + _SOUND,
                cap=2 * bounds.cap,
                venture=_VENTURE,
            )
        )
        self._waiting, self._losses = Waiting(), Losses()
        self._travelled: float | None = None
        self._last_travelled: float | None = None
        self._missed = Losses(fades=FADES_SLOWLY)
        self._came: dict[int, tuple[int, int]] = {}
        self._counted: dict[int, tuple[int, int, int, int]] = {}
        self._sound = 0.0
        self._spoken: deque[float] = deque(maxlen=_USUAL_OF)
        self._at = float("-inf")
        self._gone = False

    @property
    def overused(self) -> bool:
        """The line is too full just now."""
        return self._estimate.overused

    @property
    def waits(self) -> float:
        """Seconds that packets wait in the line."""
        return self._waiting.seconds

    def sample(self, tracks: Mapping[Kind, Track], now: float) -> None:
        """Notes how long the newest packet of sound travelled; several in a second."""
        for stream in _streams(tracks, "audio"):
            travelled = stream.travelled
            if now - stream.heard > _LATELY or travelled is None:
                continue
            before = self._last_travelled
            if before is not None and abs(travelled - before) > _LEAP:
                self._waiting = Waiting()
            self._last_travelled = travelled
            shortest = self._travelled
            if shortest is None or travelled < shortest:
                self._travelled = travelled

    def look(self, tracks: Mapping[Kind, Track], round_trip: float, now: float) -> None:
        """Sums up a second and decides what is sent in the next."""
        heard = max((each.heard for each in _streams(tracks)), default=now)
        full = self._estimate.overused or not self._estimate.calm
        if now - heard > (_GONE_IF_FULL if full else _GONE):
            self._gone = True
        elif self._gone:
            self._return(now)
        passed = min(5.0, max(0.1, now - self._at))
        self._at = now
        octets, spoken, expected, lost = self._count(tracks)
        self._spoken.append(8 * spoken / passed)
        usual = median(self._spoken)
        self._sound = max(usual, self._sound * _SOUND_FADES, _SOUND)
        if self._travelled is not None:
            self._waiting.observe(self._travelled, now)
            self._travelled = None
        if expected and not self._gone:
            loss = self._losses.observe(expected=expected, lost=lost)
            reading = Reading(
                sent=int(8 * octets / passed / max(0.05, 1 - loss)),
                loss=loss,
                queue=self._waiting.seconds,
                round_trip=round_trip,
            )
            self._estimate.observe(reading, now)
        self._decide(tracks, now)

    def _return(self, now: float) -> None:
        """The line is back: what was lost meanwhile says nothing about it."""
        self._gone = False
        self._waiting, self._losses, self._counted = Waiting(), Losses(), {}
        self._missed, self._came = Losses(fades=FADES_SLOWLY), {}
        self._last_travelled = self._travelled = None
        self._estimate.forgive(now)
        self.decided.forget_failures()

    def _count(self, tracks: Mapping[Kind, Track]) -> tuple[int, int, int, int]:
        """Counts octets, those of sound, packets expected and lost since last time."""
        sums = [0, 0, 0, 0]
        for stream in _streams(tracks):
            octets = stream.octets + stream.packets * _AROUND
            sound = octets if stream.kind == "audio" else 0
            counts = octets, sound, stream.packets + stream.lost, stream.lost
            before = self._counted.get(stream.ssrc, counts)
            self._counted[stream.ssrc] = counts
            # A page that begins to count anew has lost nothing.
            if counts[3] - before[3] > _LEAP_OF_NUMBERS:
                continue
            for index, (new, old) in enumerate(zip(counts, before, strict=True)):
                sums[index] += max(0, new - old)
        octets, sound, expected, lost = sums
        return octets, sound, expected, lost

    def _least(self, tracks: Mapping[Kind, Track]) -> int:
        """The narrowest picture that is worth having on a line that is torn so."""
        for stream in _streams(tracks):
            counts = stream.packets, stream.missed
            before = self._came.get(stream.ssrc, counts)
            self._came[stream.ssrc] = counts
            came, missed = (n - b for n, b in zip(counts, before, strict=True))
            self._missed.observe(expected=came, lost=missed)
        return _LEAST_LOW if self._missed.share < TORN else TIMES_TORN * _LEAST_LOW

    def _decide(self, tracks: Mapping[Kind, Track], now: float) -> None:
        picture = tracks.get("video")
        outlets = picture.outlets if picture else ()
        layered = picture is not None and len(picture.expected) > 1
        low = _LOW if layered else 0
        budget = self._estimate.bits - int(self._sound)
        viewers = []
        for each in outlets:
            bits = each.allowance(now)
            viewers.append(
                Viewer(layer=each.wish, bits=self._bounds.cap if bits is None else bits)
            )
        wanted, bits = demand(viewers, low=low, cap=self._bounds.cap)
        least = self._least(tracks)
        offered = Picture(high=least)
        if layered:
            offered = Picture(high=_LEAST_HIGH, low=least)
        self.decided.decide(offered, budget=budget, wanted=wanted, now=now)
        self.allowed = max(self._bounds.floor, min(budget, bits))
        sound = tracks.get("audio")
        listening = [each.allowance(now) for each in sound.outlets] if sound else []
        known = [each for each in listening if each is not None]
        self.decided.pack(min([self._estimate.bits, *known]), now)


def _streams(tracks: Mapping[Kind, Track], kind: Kind | None = None) -> list[Upstream]:
    return [
        stream
        for each, track in tracks.items()
        if kind in {None, each}
        for stream in track.layers.values()
    ]
