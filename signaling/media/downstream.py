"""One stream as it is sent: one SSRC for good, whoever is behind it.

Rewrites SSRC, payload type, sequence number and timestamp, and VP8's picture id and
TL0PICIDX, so that a change of source or layer looks like one unbroken stream. Keeps
what it sent for a while and sends it again when asked. Decodes nothing.
"""

import struct
from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from signaling.media import dtls, rtcp, rtp, vp8
from signaling.media.choosing import Chooser
from signaling.media.codecs import CLOCK_RATES, Codec
from signaling.media.engine import Kind
from signaling.media.hearsay import NOTHING_HEARD, Answer, Heard
from signaling.media.leg import Leg
from signaling.media.resending import Resending
from signaling.media.rtx import Repairs
from signaling.media.sections import Format
from signaling.media.splicing import elapsed
from signaling.media.upstream import Upstream

_HEADER: Final = struct.Struct("!BBHLL").pack
_FRESH: Final = 5.0
#: Enough for the time between a packet and a report on it.
_HOLES_KNOWN: Final = 256
#: Receivers repeat their estimate about every second while it matters.
_ALLOWANCE_HOLDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Random numbers a stream begins with.

    Attributes:
        number: below 32768, else a receiver that misses the first packets may
            guess the wrong roll-over counter (RFC 3711 §3.3.1).
        repair_ssrc: of the stream that repeats packets, if the receiver takes one.
    """

    ssrc: int
    repair_ssrc: int
    number: int
    timestamp: int


class Downstream(Chooser):
    """The sending end of one SSRC.

    Attributes:
        codecs: the payload types of what the receiver can decode.
        top: the newest sequence number that was sent, extended to never wrap.
        twice: every packet is sent again with the next one, for lines that lose many.
    """

    # More than thirty attributes: without slots each access would be a look-up.
    __slots__ = (
        "_allowed", "_clock_rate", "_counters", "_dropped", "_first", "_holes",
        "_kept", "_last", "_last_codec", "_last_source", "_leg", "_mask",
        "_number_shift", "_payload_type", "_plain_kept", "_protect", "_reported",
        "_sent_at", "_timestamp", "_timestamp_shift",
        "codecs", "heard", "nacks", "octets", "packets", "plis",
        "resending", "ssrc", "top", "twice",
    )  # fmt: skip

    def __init__(
        self, leg: Leg, kind: Kind, start: Start, *, dropped: Counter[str]
    ) -> None:
        super().__init__(kind)
        self.ssrc = start.ssrc
        self.codecs: dict[Codec, int] = {}
        self.packets = self.octets = self.nacks = self.plis = 0
        self.twice = False
        self.heard = NOTHING_HEARD
        self._last_source: Upstream | None = None
        self._last_codec: Codec | None = None
        self._allowed = (0, float("-inf"))
        self._leg = leg
        self._dropped = dropped
        self._payload_type = 0
        self._clock_rate = CLOCK_RATES[kind]
        self._protect: dtls.Cipher = _no_keys
        self.resending = Resending(leg, kind, Repairs(start.repair_ssrc, start.number))
        self._kept, self._mask = self.resending.kept, self.resending.mask
        self._plain_kept = False
        self._reported: dict[int, float] = {}
        self.top = start.number - 1
        self._holes = deque([(self.top, 0)], maxlen=_HOLES_KNOWN)
        self._timestamp = start.timestamp
        self._last = b""
        self._sent_at = 0.0
        self._first = self._number_shift = self._timestamp_shift = 0
        self._counters = vp8.Continuity()

    def accept(self, formats: tuple[Format, ...]) -> None:
        """Takes note of what the receiver can decode, and how it takes repeats."""
        self.codecs = {each.codec: each.payload_type for each in formats}
        repairs = {
            each.payload_type: each.repair_type
            for each in formats
            if each.repair_type is not None
        }
        self._plain_kept = 0 < len(repairs) == len(formats)
        self.resending.accept(repairs if self._plain_kept else {})

    def begin(self, protect: dtls.Cipher) -> None:
        """Has the keys: from now on it may be connected."""
        self._protect = protect

    def forward(  # noqa: PLR0917  # names cost time in every packet
        self,
        source: Upstream,
        packet: bytes,
        offset: int,
        number: int,
        timestamp: int,
        now: float,
    ) -> None:
        """Sends a packet on, rewritten."""
        if source is not self._source:
            if not self._begins(source, packet, offset, number, now):
                return
            self._splice(source, number, timestamp, now)
        if number < self._first:
            return
        number += self._number_shift
        timestamp = timestamp + self._timestamp_shift & 0xFFFFFFFF
        plain = (
            _HEADER(
                0x80 | packet[0] & rtp.PADDED,
                packet[1] & rtp.MARKER | self._payload_type,
                number & 0xFFFF,
                timestamp,
                self.ssrc,
            )
            + packet[offset:]
        )
        length = len(plain)
        if length > dtls.MAX_PLAIN:
            self._dropped["too_long_to_forward"] += 1
            return
        if self._counters.shifted:
            plain = self._counters.shift(plain)
        cipher = self._protect(plain)
        self._kept[number & self._mask] = plain if self._plain_kept else cipher
        if number > self.top:
            if number > self.top + 1:
                self._leave_out(number, number - self.top - 1)
            self.top, self._timestamp = number, timestamp
            self._last, self._sent_at = plain, now
        else:
            self._leave_out(self.top, -1)
        self.packets += 1
        self.octets += length - rtp.HEADER_LENGTH
        self._leg.send(cipher)
        if self.twice:
            self.resending.echo(number - 1)

    def _begins(
        self, source: Upstream, packet: bytes, offset: int, number: int, now: float
    ) -> bool:
        """Begins with nothing that the receiver cannot decode."""
        codec = source.codec
        if codec not in self.codecs:
            return False
        if not super()._begins(source, packet, offset, number, now):
            return False
        if self.kind == "video":
            last = self._last if codec == self._last_codec else b""
            described = vp8.describe(packet, offset) if codec == "vp8" else None
            self._counters.splice(last, packet, described)
        return True

    def _splice(
        self, source: Upstream, number: int, timestamp: int, now: float
    ) -> None:
        """Continues with another source where the last one stopped."""
        step = 0
        if self._last:
            step = elapsed(
                since=self._timestamp,
                shift=self._timestamp_shift,
                before=self._last_source,
                source=source,
                timestamp=timestamp,
                ticks=int((now - self._sent_at) * self._clock_rate),
            )
        self._last_source = source
        self._last_codec = source.codec
        if source.codec is not None:
            self._payload_type = self.codecs[source.codec]
        self._first = number
        self._number_shift = self.top + 1 - number
        self._timestamp_shift = self._timestamp + step - timestamp
        self._settle(source)

    def _leave_out(self, number: int, more: int) -> None:
        self._holes.append((number, self._holes[-1][1] + more))

    def left_out(self, number: int) -> int:
        """How many numbers up to this one stand for what never came to us.

        Receivers take them for lost, but not on their own line.
        """
        known = (left for at, left in reversed(self._holes) if at <= number)
        return next(known, self._holes[0][1])

    def repeat(self, numbers: list[int], *, round_trip: float, now: float) -> None:
        """Sends again what was lost."""
        self.nacks += len(numbers)
        self.resending.resend(numbers, self._protect, round_trip=round_trip, now=now)

    def send_again(self, octets: int) -> int:
        """Sends so much of what was sent last once more; returns how much it was.

        The receiver has it already. It is only to see how the line bears it.
        """
        return self.resending.fill(self.top, octets, self._protect)

    def ask_key_frame(self, now: float) -> None:
        """Passes on that the receiver cannot go on without a key frame."""
        self.plis += 1
        if self._source is not None:
            self._source.ask_key_frame(now)

    def note_block(self, block: rtcp.ReportBlock, now: float) -> Answer | None:
        """Remembers what the receiver says about the stream."""
        sent_at = self._reported.get(block.last_report)
        round_trip, answer = self.heard.round_trip, None
        if sent_at is not None:
            round_trip = max(0.0, now - sent_at - block.delay / 65536)
            answer = Answer(asked_at=sent_at, round_trip=round_trip)
        self.heard = Heard(
            at=now,
            loss=block.fraction_lost / 256,
            jitter=block.jitter / self._clock_rate,
            round_trip=round_trip,
            lost=max(0, block.lost),
        )
        return answer

    def loss(self, now: float) -> float:
        """The loss last reported, if that was lately."""
        return self.heard.loss if self.loss_known(now) else 0.0

    def loss_known(self, now: float) -> bool:
        """The receiver reported lately."""
        return now - self.heard.at < _FRESH

    def allow(self, bits_per_second: int, now: float) -> None:
        """Remembers the share of the receiver's bandwidth that is this stream's."""
        self._allowed = (bits_per_second, now)

    def allowance(self, now: float) -> int | None:
        """Bits per second that the receiver can take, if it said so lately."""
        allowed, at = self._allowed
        return allowed if now - at < _ALLOWANCE_HOLDS else None

    def flows(self, now: float) -> bool:
        """Something was sent within the last second."""
        return bool(self._last) and now - self._sent_at < 1

    def report(self, now: float) -> rtcp.SenderReport | None:
        """Says how the stream's timestamps and the time go together.

        The publisher's own pairing is carried on, shifted alike for its sound and
        its picture, so that jitter on the way to us cannot part lips from voice.
        """
        source = self._source
        known = source.report_in if source else None
        if source is None or known is None:
            return None
        since = now - source.report_heard
        ntp = known.ntp + source.clock.shift + int(since * 2**32)
        self.resending.forget(now)
        self._reported = {
            key: at for key, at in self._reported.items() if now - at < 2 * _FRESH
        }
        self._reported[ntp >> 16 & 0xFFFFFFFF] = now
        shifted = known.timestamp + self._timestamp_shift
        return rtcp.SenderReport(
            ssrc=self.ssrc,
            ntp=ntp & 0xFFFFFFFFFFFFFFFF,
            timestamp=shifted + int(since * self._clock_rate) & 0xFFFFFFFF,
            packets=self.packets,
            octets=self.octets,
        )


def _no_keys(packet: bytes) -> bytes:
    raise RuntimeError("a stream was connected before its leg")
