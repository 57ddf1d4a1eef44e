"""One stream as it arrives: counted, asked for again where it has holes, passed on.

Keeps receiver statistics (RFC 3550 §6.4.1, appendix A) and says what it wants of the
sender. Knows no subscriber: it passes packets to the outlets of its track.
"""

import struct
from collections.abc import Callable
from typing import Final, Protocol

from signaling.media import rtcp, rtp
from signaling.media.engine import Kind

CLOCK_RATES: Final[dict[Kind, int]] = {"audio": 48_000, "video": 90_000}
#: Our own source number in what we report; receivers of reports ignore it.
OWN_SSRC: Final = 1

_MAX_HOLE: Final = 100
_MAX_TRIES: Final = 4
_SHORTEST_RETRY: Final = 0.05
_KEY_FRAME_EVERY: Final = 0.5
_HEADER: Final = struct.Struct("!BBHL").unpack_from


class Outlet(Protocol):
    """Something that takes the packets of a track."""

    def forward(  # noqa: PLR0917  # names cost time in every packet
        self,
        source: "Upstream",
        packet: bytes,
        offset: int,
        number: int,
        timestamp: int,
        now: float,
    ) -> None:
        """Takes a packet whose payload is at the offset.

        Args:
            source: the stream it belongs to.
            packet: as it came, decrypted.
            offset: where the payload begins.
            number: the sequence number, extended to never wrap.
            timestamp: as in the packet.
            now: when it came, in monotonic seconds.
        """

    def loss(self, now: float) -> float:
        """The share of packets lost behind this outlet."""

    def allowance(self, now: float) -> int | None:
        """Bits per second that fit through, None when nobody said."""


class SenderClock:
    """How far a publisher's wall clock is from ours, alike for all it sends.

    `shift` is in 32.32 fixed point. It is measured once: measuring it again would
    let the jitter of reports move sound against picture.
    """

    def __init__(self) -> None:
        self.shift = 0
        self._measured = False

    def measure(self, sender_ntp: int, own_ntp: int) -> None:
        """Takes the first report as the measure."""
        if not self._measured:
            self.shift, self._measured = own_ntp - sender_ntp, True


class Track:
    """What a participant sends of one kind, whichever stream carries it."""

    def __init__(self, kind: Kind, payload_type: int, clock: SenderClock) -> None:
        self.kind: Kind = kind
        self.payload_type = payload_type
        self.clock = clock
        self.outlets: tuple[Outlet, ...] = ()
        self.stream: Upstream | None = None


class Upstream:
    """The receiving end of one SSRC."""

    def __init__(
        self,
        track: Track,
        ssrc: int,
        *,
        ask: Callable[[bytes], None],
        call: "Callable[[Upstream], None]",
    ) -> None:
        self.track = track
        self.ssrc = ssrc
        self.heard = 0.0
        self.packets = self.octets = self.nacks = self.plis = 0
        self.jitter = self.lost_fraction = 0.0
        self.round_trip = 0.1
        self.report_in: rtcp.SenderReport | None = None
        self.report_heard = 0.0
        self._ask = ask
        self._call = call
        self._clock_rate = CLOCK_RATES[track.kind]
        self._first = self._top = -1
        self._transit: float | None = None
        self._holes: dict[int, tuple[int, float]] = {}
        self._next_key_frame = 0.0
        self._key_frame_wanted = False
        self._expected_before = self._packets_before = 0

    def take(self, packet: bytes, now: float) -> None:
        """Counts a packet and passes it on.

        Raises:
            MalformedRtp: the packet's lengths do not fit.
        """
        bits, _, number, timestamp = _HEADER(packet)
        offset = 12
        if bits & rtp.LONG_HEADER:
            offset = rtp.payload_offset(packet)
        top = self._top
        if top < 0:
            self._first = self._top = number
        else:
            number = top + ((number - top + 0x8000) & 0xFFFF) - 0x8000
            if number == top + 1:
                self._top = number
            elif number > top:
                self._open_holes(number, now)
            else:
                self._holes.pop(number, None)
        self.heard = now
        self.packets += 1
        self.octets += len(packet)
        transit = now * self._clock_rate - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            # A wrapped or restarted timestamp says nothing about the network.
            if change < 0x100000:
                self.jitter += (change - self.jitter) / 16
        self._transit = transit
        track = self.track
        if track.stream is not self:
            return
        for outlet in track.outlets:
            outlet.forward(self, packet, offset, number, timestamp, now)

    def _open_holes(self, number: int, now: float) -> None:
        if number - self._top <= _MAX_HOLE:
            for missing in range(self._top + 1, number):
                self._holes[missing] = (0, now)
            self._call(self)
        self._top = number

    def ask_key_frame(self, now: float) -> None:
        """Asks the sender for a key frame: now, or as soon as it is polite again."""
        if now < self._next_key_frame:
            self._key_frame_wanted = True
            self._call(self)
            return
        self._key_frame_wanted = False
        self._next_key_frame = now + _KEY_FRAME_EVERY
        self.plis += 1
        self._ask(rtcp.picture_loss(OWN_SSRC, self.ssrc))

    def attend(self, now: float) -> bool:
        """Does what is due by now; False when nothing is left to be done."""
        if self._key_frame_wanted:
            self.ask_key_frame(now)
        due: list[int] = []
        for number, (tries, at) in list(self._holes.items()):
            if at > now:
                continue
            if tries == _MAX_TRIES:
                del self._holes[number]
                continue
            due.append(number)
            wait = max(_SHORTEST_RETRY, 1.2 * self.round_trip) * 1.5**tries
            self._holes[number] = (tries + 1, now + wait)
        if due:
            self.nacks += len(due)
            self._ask(rtcp.nack(OWN_SSRC, self.ssrc, sorted(due)))
        return bool(self._holes) or self._key_frame_wanted

    def note_report(
        self, report: rtcp.SenderReport, *, own_ntp: int, now: float
    ) -> None:
        """Remembers how the sender's clock stood."""
        self.track.clock.measure(report.ntp, own_ntp)
        self.report_in = report
        self.report_heard = now

    def block(self, now: float, *, at_least: float) -> rtcp.ReportBlock:
        """Reports on the time since the last report.

        Args:
            now: in monotonic seconds.
            at_least: loss further down the way that the sender should know of, so
                that Opus makes redundancy for the worst of its listeners.
        """
        expected = self._top - self._first + 1
        interval = expected - self._expected_before
        missing = interval - (self.packets - self._packets_before)
        self._expected_before, self._packets_before = expected, self.packets
        self.lost_fraction = max(0.0, missing / interval) if interval > 0 else 0.0
        report = self.report_in
        delay = int((now - self.report_heard) * 65536) if report else 0
        return rtcp.ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(256 * max(self.lost_fraction, at_least))),
            lost=max(-0x800000, min(0x7FFFFF, expected - self.packets)),
            highest=self._top,
            jitter=min(0xFFFFFFFF, int(self.jitter)),
            last_report=report.ntp >> 16 & 0xFFFFFFFF if report else 0,
            delay=min(0xFFFFFFFF, delay),
        )
