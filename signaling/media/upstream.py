"""One stream as it arrives: counted, asked for again where it has holes, passed on.

Keeps receiver statistics (RFC 3550 §6.4.1, appendix A) and says what it wants of the
sender. Knows no subscriber: it passes packets to the outlets it is given.
"""

import struct
from collections.abc import Callable
from typing import Final, Literal, Protocol

from signaling.media import rtcp, rtp, rtx
from signaling.media.codecs import CLOCK_RATES, Codec
from signaling.media.engine import Kind

Layer = Literal["high", "low"]

#: Our own source number in what we report; receivers of reports ignore it.
OWN_SSRC: Final = 1

_MAX_HOLE: Final = 100
#: libsrtp encrypts nothing that is 1024 numbers behind.
_TOO_LATE: Final = 1000
_MAX_TRIES: Final = 4
_SHORTEST_RETRY: Final = 0.05
_KEY_FRAME_EVERY: Final = 0.5
#: A picture that has not moved for so long is not being sent.
_LIVELY: Final = 1.0
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

    def forget(self, source: "Upstream") -> None:
        """What comes from the source next cannot follow what came last."""


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


class Upstream:
    """The receiving end of one SSRC.

    Attributes:
        layer: which of a picture's sizes it is; the only one there is counts as high.
        codec: of the packets that come now.
        given_up: packets that will not come any more, however often asked for.
        outlets: who takes its packets now.
        repaired: packets that came only by a repair stream; they count as lost.
        missed: packets that did not come in their turn, whatever mended that later.
        bitrate: bits per second, lately.
    """

    # More than thirty attributes: without slots each access would be a look-up.
    __slots__ = (
        "_admitted", "_ask", "_call", "_clock_rate", "_codecs", "_expected_before",
        "_first", "_holes", "_key_frame_wanted", "_measured", "_next_key_frame",
        "_packets_before", "_transit", "bitrate", "clock", "codec", "given_up", "heard",
        "jitter", "kind", "layer", "lost_fraction", "missed", "nacks", "octets",
        "outlets", "packets", "payload_type", "plis", "repaired", "report_heard",
        "report_in", "round_trip", "ssrc", "top",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        ssrc: int,
        layer: Layer,
        *,
        number: int,
        codecs: dict[int, Codec],
        clock: SenderClock,
        ask: Callable[[bytes], None],
        call: "Callable[[Upstream], None]",
    ) -> None:
        self.kind: Kind = kind
        self.ssrc = ssrc
        self.layer: Layer = layer
        self.clock = clock
        self.payload_type = -1
        self.codec: Codec | None = None
        self.outlets: tuple[Outlet, ...] = ()
        self.heard = 0.0
        self.packets = self.octets = self.nacks = self.plis = self.bitrate = 0
        self.repaired = self.missed = self.given_up = 0
        self.jitter = self.lost_fraction = 0.0
        self.round_trip = 0.1
        self.report_in: rtcp.SenderReport | None = None
        self.report_heard = 0.0
        self._codecs = codecs
        self._ask = ask
        self._call = call
        self._clock_rate = CLOCK_RATES[kind]
        self._first, self.top = number, number - 1
        self._transit: float | None = None
        self._holes: dict[int, tuple[int, float]] = {}
        self._next_key_frame = 0.0
        self._key_frame_wanted = False
        self._expected_before = self._packets_before = self._admitted = 0
        self._measured = (0.0, 0)

    def take(self, packet: bytes, now: float) -> None:
        """Counts a packet and passes it on.

        Raises:
            MalformedRtp: the packet's lengths do not fit.
        """
        bits, flags, number, timestamp = _HEADER(packet)
        offset = 12
        if bits & rtp.LONG_HEADER:
            offset = rtp.payload_offset(packet)
        if flags & 0x7F != self.payload_type and not self._speaks(flags & 0x7F):
            return
        top = self.top
        number = top + ((number - top + 0x8000) & 0xFFFF) - 0x8000
        if number == top + 1:
            self.top = number
            # Only what comes in order says something about the network.
            transit = now * self._clock_rate - timestamp
            if self._transit is not None:
                change = abs(transit - self._transit)
                # A wrapped or restarted timestamp says nothing.
                if change < 0x100000:
                    self.jitter += (change - self.jitter) / 16
            self._transit = transit
        elif number > top:
            self._open_holes(number, now)
        elif self._holes.pop(number, None) is None or top - number > _TOO_LATE:
            return
        self.heard = now
        self.packets += 1
        self.octets += len(packet)
        for outlet in self.outlets:
            outlet.forward(self, packet, offset, number, timestamp, now)

    def _speaks(self, payload_type: int) -> bool:
        """Takes note of another codec; False when it is none that was accepted."""
        codec = self._codecs.get(payload_type)
        if codec is None:
            return False
        if codec != self.codec:
            for outlet in self.outlets:
                outlet.forget(self)
        self.payload_type, self.codec = payload_type, codec
        return True

    def live(self, now: float) -> bool:
        """Something came lately."""
        return now - self.heard < _LIVELY

    @property
    def travelled(self) -> float | None:
        """How long the newest packet took, in seconds of an unknown offset."""
        return None if self._transit is None else self._transit / self._clock_rate

    def measure(self, now: float) -> None:
        """Takes the bitrate since it was last measured."""
        at, octets = self._measured
        if now > at:
            self.bitrate = int(8 * (self.octets - octets) / (now - at)) if at else 0
            self._measured = now, self.octets

    def _open_holes(self, number: int, now: float) -> None:
        if number - self.top <= _MAX_HOLE:
            self.missed += number - self.top - 1
            holes = self._holes
            for missing in range(self.top + 1, number):
                holes[missing] = (0, now)
            # Of too many the oldest are given up: their pictures are past mending.
            while len(holes) > _MAX_HOLE:
                del holes[next(iter(holes))]
                self.given_up += 1
            self._call(self)
        else:
            self.given_up += number - self.top - 1
        self.top = number

    def ask_key_frame(self, now: float) -> None:
        """Asks the sender for a key frame: now, or as soon as it is polite again."""
        if now < self._next_key_frame:
            self._key_frame_wanted = True
            self._call(self)
        else:
            self.await_key_frame(now)

    def await_key_frame(self, now: float) -> None:
        """Asks for a key frame, unless one was asked for a moment ago."""
        if now < self._next_key_frame:
            return
        self._key_frame_wanted = False
        # Where a frame takes long to come, asking again only makes it come twice.
        self._next_key_frame = now + max(_KEY_FRAME_EVERY, 1.5 * self.round_trip)
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
                self.given_up += 1
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
        self.clock.measure(report.ntp, own_ntp)
        self.report_in = report
        self.report_heard = now

    def block(
        self, now: float, *, at_least: float, admits: bool = True
    ) -> rtcp.ReportBlock:
        """Reports on the time since the last report.

        Args:
            now: in monotonic seconds.
            at_least: loss further down the way that the sender should know of, so
                that Opus makes redundancy for the worst of its listeners.
            admits: loss counts against the line. Browsers send less picture for any
                loss that adds up, also where the line loses as much at any rate.
        """
        expected = self.top - self._first + 1
        interval = expected - self._expected_before
        received = self.packets - self.repaired
        missing = interval - (received - self._packets_before)
        self._expected_before, self._packets_before = expected, received
        self.lost_fraction = max(0.0, missing / interval) if interval > 0 else 0.0
        if admits:
            self._admitted = max(0, self._admitted + missing)
        report = self.report_in
        delay = int((now - self.report_heard) * 65536) if report else 0
        return rtcp.ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(256 * max(self.lost_fraction, at_least))),
            lost=min(0x7FFFFF, self._admitted),
            highest=self.top,
            jitter=min(0xFFFFFFFF, int(self.jitter)),
            last_report=report.ntp >> 16 & 0xFFFFFFFF if report else 0,
            delay=min(0xFFFFFFFF, delay),
        )

    @property
    def lost(self) -> int:
        """Packets that should have come and did not, at least not at first."""
        return max(0, self.top - self._first + 1 - self.packets + self.repaired)


class Repair:
    """The receiving end of an SSRC that repeats what another one lost."""

    def __init__(self, original: Upstream, payload_type: int) -> None:
        self._original = original
        self._payload_type = payload_type

    def take(self, packet: bytes, now: float) -> None:
        """Restores a packet and has it fill its hole, if there is one.

        Raises:
            MalformedRtp: the packet's lengths do not fit.
        """
        original = self._original
        restored = rtx.unwrap(
            packet, ssrc=original.ssrc, payload_type=self._payload_type
        )
        if restored is not None:
            before = original.packets
            original.take(restored, now)
            original.repaired += original.packets - before
