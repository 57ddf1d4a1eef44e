"""The line down to one participant: what it carries, and what of each picture it gets.

Reads what the receiver reports of the streams, once a second decides with `estimate`
and `ladder`, and tells the streams which layer to take. Knows no participant.
"""

from collections.abc import Callable, Mapping
from typing import Final

from signaling.media import rtcp
from signaling.media.downstream import Downstream
from signaling.media.engine import VideoQuality
from signaling.media.estimate import (
    FADES_SLOWLY,
    OVERHEAD,
    TIMES_TORN,
    TORN,
    Estimate,
    Limits,
    Losses,
    Reading,
    Waiting,
)
from signaling.media.hearsay import Answer
from signaling.media.ladder import Ladder, Layer, Picture
from signaling.media.offered import LEAST_LOW, offer
from signaling.media.probing import Probing

FLOOR, CAP = 30_000, 4_000_000
#: So much more than arrives is tried: enough for the narrowest picture beside sound,
#: also while nobody speaks and hardly anything arrives.
VENTURE: Final = 80_000
#: With so many it is as good as it gets.
ENOUGH: Final = 1_300_000
#: A line that is trusted with so many begins with the high layer.
_AMPLE: Final = 500_000
#: Sound gets what it took lately, and at least so much, before any picture.
LEAST_SOUND: Final = 24_000
_SOUND_FADES: Final = 0.9
#: Loss from which on sound is sent twice, for so many seconds, on a line that carries
#: so many times what sound takes.
_LOSSY: Final = 0.06
_DOUBLED: Final = 30.0
_DOUBLE_ROOM: Final = 4.0
#: So many packets may have been sent in one second and be counted in the next.
_UNDER_WAY: Final = 100
#: Repeats take no more than this share of a line, saved up for so many seconds; of a
#: line that is full every packet is asked for again and again.
_REPEATS: Final = 0.2
_SAVED: Final = 2.0
_AT_ONCE: Final = 4
_ASSUMED_ROUND_TRIP: Final = 0.1
_LAYERS: Final[dict[VideoQuality, Layer | None]] = {
    "high": "high",
    "low": "low",
    "paused": None,
    "audio_only": None,
}
#: Browsers report a picture every second and sound every five.
_ANSWERED_SOON, _ANSWERED = 2.5, 8.0
#: Nothing was reported of a picture for so long, beside two round trips.
_UNREPORTED: Final = 1.8
#: Nothing was heard of a receiver of sound alone for so long: the line is gone.
_GONE: Final = 3.5


class Downlink:
    """One subscribe leg's line.

    Attributes:
        estimate: what it carries.
        qualities: what each occupied slot's picture is sent in.
        upward: seconds that the participant's own packets wait on their way up; they
            are part of every round trip.
    """

    def __init__(
        self,
        pictures: Mapping[int, Downstream],
        sounds: Mapping[int, Downstream],
        *,
        on_quality: Callable[[int, VideoQuality], None],
        start: int,
        now: float,
    ) -> None:
        self.estimate = Estimate(
            Limits(floor=FLOOR, start=start, cap=CAP, venture=VENTURE)
        )
        self.rate = self.upward = 0.0
        self.qualities: dict[int, VideoQuality] = {}
        self._pictures, self._sounds = pictures, sounds
        self._streams = (*pictures.values(), *sounds.values())
        self._on_quality = on_quality
        self._ladder, self._probing = Ladder(), Probing()
        self._waiting, self._losses = Waiting(), Losses()
        self._missed = Losses(fades=FADES_SLOWLY)
        self._sent, self._asked = 0, 0
        self._newest: dict[int, int] = {}
        self._counted: dict[int, tuple[int, int, int, int]] = {}
        self._expected = self._lost = 0
        self._round_trip: float | None = None
        self._allowed: int | None = None
        self._probed: int | None = None
        self._sound = 0.0
        self._needed = 0
        self._doubled_at: float | None = None
        self._train_left = float("inf")
        self._measured = (now, 0, 0)
        self._saved = (now, 0.0)
        self._gone = False
        self._reported_at = now
        first: Layer = "low" if start < _AMPLE else "high"
        self._wishes: dict[int, Layer | None] = dict.fromkeys(pictures, first)
        for each in pictures.values():
            each.want(first, now)

    def note(
        self,
        block: rtcp.ReportBlock,
        answer: Answer | None,
        stream: Downstream,
        now: float,
    ) -> None:
        """Takes what the receiver says about a stream, and the round trip it tells."""
        left_out = stream.left_out(block.highest)
        counts = block.highest, block.lost, stream.packets, left_out
        self._reported_at = now
        before = self._counted.get(block.ssrc, counts)
        self._counted[block.ssrc] = counts
        passed = (n - b for n, b in zip(counts, before, strict=True))
        expected, lost, sent, left = passed
        # Numbers that were left out are lost to a receiver, but not on this line. Where
        # they leap, the source began to count anew, and nobody lost anything.
        here, gone = expected - left, lost - left
        if 0 < here <= sent + _UNDER_WAY and abs(gone) <= here:
            self._expected += here
            self._lost += gone
        if answer is not None:
            self._time(answer)

    def _time(self, answer: Answer) -> None:
        self._round_trip = answer.round_trip
        # One late packet may make the way up look longer than both ways were.
        down = max(0.0, answer.round_trip - self.upward)
        if answer.asked_at < self._train_left:
            self._waiting.observe(down, answer.asked_at)
            return
        self._train_left = float("inf")
        later = down - self._waiting.shortest
        if later < 0:
            # The way is shorter than it was known to be, so nothing can be told.
            self._waiting.observe(down, answer.asked_at)
        else:
            self._probed = self._probing.arrived(later)

    def repeat(self, stream: Downstream, numbers: list[int], now: float) -> None:
        """Sends again what the receiver asks for, as far as the line bears it."""
        self._note_asked(stream, numbers)
        at, octets = self._saved
        share = _REPEATS * self.estimate.bits / 8
        octets = min(_SAVED * share, octets + (now - at) * share)
        before = stream.resending.octets
        for first in range(0, len(numbers), _AT_ONCE):
            if stream.resending.octets - before >= octets:
                break
            some = numbers[first : first + _AT_ONCE]
            trip = self._round_trip or _ASSUMED_ROUND_TRIP
            stream.repeat(some, round_trip=trip, now=now)
        self._saved = now, octets - (stream.resending.octets - before)

    def _note_asked(self, stream: Downstream, numbers: list[int]) -> None:
        """Counts what is asked for the first time."""
        for number in numbers:
            newest = self._newest.setdefault(stream.ssrc, number - 1)
            if 0 < (number - newest) & 0xFFFF < 0x8000:
                self._newest[stream.ssrc] = number
                self._asked += 1

    def allow(self, bits_per_second: int) -> None:
        """Takes the receiver's own estimate."""
        self._allowed = bits_per_second

    def look(self, now: float, *, last_heard: float | None) -> None:
        """Sums up a second and decides what is sent in the next."""
        silent = float("inf") if last_heard is None else now - last_heard
        flows = self._flow(now)
        if silent > (self._patience_with_reports if flows else _GONE):
            self._gone = True
        elif self._gone:
            self._return(now)
        sound = self._measure(now)
        if not flows:
            self._reported_at = now
        if self._expected and not self._gone:
            loss = self._losses.observe(expected=self._expected, lost=self._lost)
            reading = Reading(
                sent=int(self.rate),
                loss=loss,
                queue=self._waiting.seconds,
                round_trip=self._round_trip or _ASSUMED_ROUND_TRIP,
                allowed=self._allowed,
                probed=self._probed,
            )
            self.estimate.observe(reading, now)
        elif now - self._reported_at > self._patience_with_reports and silent <= _GONE:
            self.estimate.doubt()
        self._expected = self._lost = 0
        self._allowed = self._probed = None
        self._give(sound, now)

    def ask(self, now: float) -> bool:
        """Sends a train if it is time for one; says whether to report to the receiver.

        The report behind a train is the question whose answer tells how long the
        train took, so for a while no other may follow it.
        """
        patience = _ANSWERED_SOON if self._flow(now) else _ANSWERED
        if 0 <= now - self._train_left < patience:
            return False
        self._train_left = float("inf")
        if self._gone or not self.estimate.calm:
            return True
        hoped = self._needed + (self._ladder.lacking or ENOUGH * len(self.qualities))
        bits = self._probing.due(known=self.estimate.bits, hoped=hoped, now=now)
        if bits and self._round_trip is not None and self._fill(bits // 8):
            self._probing.left(bits, hoped=hoped, now=now)
            self._train_left = now
        return True

    def _flow(self, now: float) -> bool:
        """A picture is being sent; one that is given may wait for its key frame."""
        return any(
            _LAYERS[quality] and self._pictures[slot].flows(now)
            for slot, quality in self.qualities.items()
        )

    @property
    def _patience_with_reports(self) -> float:
        return _UNREPORTED + 2 * (self._round_trip or 0)

    def _fill(self, octets: int) -> bool:
        """Sends a train of what was sent before; False where that is too little."""
        for each in self._streams:
            octets -= each.send_again(octets)
            if octets <= 0:
                return True
        return False

    def _return(self, now: float) -> None:
        """The line is back: what was lost meanwhile says nothing about it."""
        self._gone, self._reported_at = False, now
        self._losses, self._counted = Losses(), {}
        self._missed = Losses(fades=FADES_SLOWLY)
        self._newest = {each.ssrc: each.top & 0xFFFF for each in self._streams}
        self._expected = self._lost = self._asked = 0
        self._train_left = float("inf")
        self._waiting, self._round_trip = Waiting(), None
        self.estimate.forgive(now)
        self._ladder.forget_failures()
        self._probing.start_afresh()

    def _measure(self, now: float) -> int:
        """Measures what was sent since the last second; returns what sound needs."""
        at, total, of_sound = self._measured
        sounds = sum(map(_octets, self._sounds.values()))
        octets = sounds + sum(map(_octets, self._pictures.values()))
        passed = max(0.1, now - at)
        self.rate = 8 * (octets - total) / passed
        spoken = 8 * (sounds - of_sound) / passed
        # A page that lagged behind makes up for it in one second.
        if spoken > self._sound:
            self._sound += (spoken - self._sound) / 2
        else:
            self._sound = max(spoken, self._sound * _SOUND_FADES)
        self._measured = now, octets, sounds
        speakers = sum(each.track is not None for each in self._sounds.values())
        return int(max(self._sound, LEAST_SOUND * speakers))

    def _give(self, sound: int, now: float) -> None:
        tracks = {
            slot: stream.track
            for slot, stream in self._pictures.items()
            if stream.track is not None
        }
        self._double(now)
        for each in self._sounds.values():
            each.allow(self.estimate.bits, now)
        self._needed = sound
        budget = self.estimate.bits - sound
        least = self._least()
        offered = {
            slot: offer(track, self._pictures[slot], now, least=least)
            for slot, track in tracks.items()
        }
        given = self._ladder.step(offered, budget=budget, now=now)
        taken = {slot: _taken(offered[slot], given[slot]) for slot in given}
        flowing = [slot for slot in given if taken[slot]]
        spare = max(0, budget - sum(taken.values())) // max(1, len(flowing))
        for slot in given.keys() | self.qualities.keys():
            # Also a picture that waits is kept as narrow as it would have to be.
            bits = max(LEAST_LOW, taken.get(slot, 0) + spare)
            self._tell(slot, given.get(slot), bits, now)

    def _least(self) -> int:
        """The narrowest picture that is worth having on a line that is torn so."""
        sent = sum(stream.packets for stream in self._streams)
        self._missed.observe(expected=sent - self._sent, lost=self._asked)
        self._sent, self._asked = sent, 0
        return LEAST_LOW if self._missed.share < TORN else TIMES_TORN * LEAST_LOW

    def _double(self, now: float) -> None:
        """Sends sound twice while many packets are lost and there is room for it.

        What is reported then is what both copies lost, so it is tried from time to
        time whether one is enough.
        """
        if self._doubled_at is not None and now - self._doubled_at < _DOUBLED:
            return
        room = self.estimate.bits > _DOUBLE_ROOM * max(self._sound, LEAST_SOUND)
        lossy = self.estimate.own_loss >= _LOSSY and not self._gone
        self._doubled_at = now if lossy and room else None
        for each in self._sounds.values():
            each.twice = self._doubled_at is not None

    def _tell(
        self, slot: int, quality: VideoQuality | None, bits: int, now: float
    ) -> None:
        stream = self._pictures[slot]
        if quality is None:
            del self.qualities[slot]
            return
        layer = _LAYERS[quality]
        stream.allow(bits, now)
        if self._wishes[slot] != layer:
            self._wishes[slot] = layer
            stream.want(layer, now)
        if layer:
            quality = stream.layer or layer
        if self.qualities.get(slot) != quality:
            self.qualities[slot] = quality
            self._on_quality(slot, quality)


def _octets(stream: Downstream) -> int:
    return stream.octets + stream.packets * OVERHEAD + stream.resending.octets


def _taken(picture: Picture, quality: VideoQuality) -> int:
    layer = _LAYERS[quality]
    return (picture.least(layer) or 0) if layer else 0
