"""One stream as it is sent: one SSRC for good, whoever is behind it.

Rewrites SSRC, payload type, sequence number and timestamp, and VP8's picture id and
TL0PICIDX, so that a change of source looks like one unbroken stream. Keeps what it
sent for a while, encrypted, and sends it again when asked. Decodes nothing.
"""

import struct
from collections import Counter
from dataclasses import dataclass
from typing import Final

from signaling.media import dtls, rtcp, rtp, vp8
from signaling.media.descriptions import PAYLOAD_TYPES
from signaling.media.engine import Kind
from signaling.media.leg import Leg
from signaling.media.upstream import CLOCK_RATES, Upstream

#: Packets kept for those who lost them, about one second's worth; powers of two.
_KEPT: Final[dict[Kind, int]] = {"audio": 64, "video": 512}
_SHORTEST_REPEAT: Final = 0.02
_HEADER: Final = struct.Struct("!BBHLL").pack
_FRESH: Final = 5.0
#: Receivers repeat their estimate about every second while it matters.
_ALLOWANCE_HOLDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Random numbers a stream begins with.

    Attributes:
        number: below 32768, else a receiver that misses the first packets may
            guess the wrong roll-over counter (RFC 3711 §3.3.1).
    """

    ssrc: int
    number: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the receiver last reported; seconds and fractions of one."""

    at: float
    loss: float
    jitter: float
    round_trip: float | None


_NOTHING_HEARD: Final = Heard(at=float("-inf"), loss=0.0, jitter=0.0, round_trip=None)


class Downstream:
    """The sending end of one SSRC."""

    def __init__(
        self, leg: Leg, kind: Kind, start: Start, *, dropped: Counter[str]
    ) -> None:
        self.kind: Kind = kind
        self.ssrc = start.ssrc
        self.packets = self.octets = self.nacks = self.plis = 0
        self.heard = _NOTHING_HEARD
        self._source: Upstream | None = None
        self._allowed = (0, float("-inf"))
        self._leg = leg
        self._dropped = dropped
        self._payload_type = PAYLOAD_TYPES[kind]
        self._clock_rate = CLOCK_RATES[kind]
        self._protect: dtls.Cipher | None = None
        self._kept: list[bytes] = [b""] * _KEPT[kind]
        self._mask = _KEPT[kind] - 1
        self._repeated: dict[int, float] = {}
        self._reported: dict[int, float] = {}
        self._top = start.number - 1
        self._timestamp = start.timestamp
        self._last = b""
        self._sent_at = 0.0
        self._first = self._number_shift = self._timestamp_shift = 0
        self._counters = vp8.Continuity()

    def begin(self, protect: dtls.Cipher) -> None:
        """Lets packets through from now on."""
        self._protect = protect

    def pause(self) -> None:
        """Forgets the source: whatever comes next is spliced on anew."""
        self._source = None

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
        protect = self._protect
        if protect is None:
            return
        if source is not self._source:
            if not self._begins(source, packet, offset, now):
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
        if len(plain) > dtls.MAX_PLAIN:
            self._dropped["too_long_to_forward"] += 1
            return
        if self._counters.shifted:
            plain = self._counters.shift(plain)
        cipher = protect(plain)
        self._kept[number & self._mask] = cipher
        if number > self._top:
            self._top, self._timestamp = number, timestamp
            self._last, self._sent_at = plain, now
        self.packets += 1
        self.octets += len(plain) - rtp.HEADER_LENGTH
        self._leg.send(cipher)

    def _begins(self, source: Upstream, packet: bytes, offset: int, now: float) -> bool:
        """Sound begins anywhere; a picture can only begin with a key frame."""
        if self.kind == "audio":
            return True
        described = vp8.describe(packet, offset)
        if described is None or not described.begins_key_frame:
            source.ask_key_frame(now)
            return False
        self._counters.splice(self._last, packet, described)
        return True

    def _splice(
        self, source: Upstream, number: int, timestamp: int, now: float
    ) -> None:
        """Continues with another source where the last one stopped."""
        elapsed = 0
        if self._last:
            elapsed = max(1, int((now - self._sent_at) * self._clock_rate))
        self._source, self._first = source, number
        self._number_shift = self._top + 1 - number
        self._timestamp_shift = self._timestamp + elapsed - timestamp

    def repeat(self, numbers: list[int], *, round_trip: float, now: float) -> None:
        """Sends again what was lost, but no packet twice within a round trip."""
        pause = max(_SHORTEST_REPEAT, 0.8 * round_trip)
        self.nacks += len(numbers)
        for number in numbers:
            cipher = self._kept[number & self._mask]
            # SRTP leaves the header readable, so the packet itself says its number.
            if int.from_bytes(cipher[2:4], "big") != number or not cipher:
                continue
            if now - self._repeated.get(number, float("-inf")) >= pause:
                self._repeated[number] = now
                self._leg.send(cipher)

    def ask_key_frame(self, now: float) -> None:
        """Passes on that the receiver cannot go on without a key frame."""
        self.plis += 1
        if self._source is not None:
            self._source.ask_key_frame(now)

    def note_block(self, block: rtcp.ReportBlock, now: float) -> None:
        """Remembers what the receiver says about the stream."""
        sent_at = self._reported.get(block.last_report)
        round_trip = self.heard.round_trip
        if sent_at is not None:
            round_trip = max(0.0, now - sent_at - block.delay / 65536)
        self.heard = Heard(
            at=now,
            loss=block.fraction_lost / 256,
            jitter=block.jitter / self._clock_rate,
            round_trip=round_trip,
        )

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
        ntp = known.ntp + source.track.clock.shift + int(since * 2**32)
        self._repeated = {n: at for n, at in self._repeated.items() if now - at < 2}
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
