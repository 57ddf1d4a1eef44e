"""What one participant receives: a leg with a fixed number of slots.

Every slot has a stream of sound and one of picture whose numbers are negotiated once.
Knows no publisher: it hands out its streams, and somebody else connects them.
"""

from collections.abc import Callable, Coroutine
from typing import Final

from signaling.media import codecs, descriptions, dtls, rtcp, rtp, sdp
from signaling.media.codecs import Codec
from signaling.media.downlink import Downlink
from signaling.media.downstream import Downstream, Start
from signaling.media.engine import (
    SLOTS,
    BadSdp,
    Kind,
    LegState,
    LegStatistics,
    VideoQuality,
)
from signaling.media.leg import Habits, Leg
from signaling.media.sections import Format, Section
from signaling.media.tally import Tally

_KINDS: Final[tuple[Kind, ...]] = ("audio", "video")


class Subscription:
    """A subscribe leg and its streams.

    Attributes:
        line: what the line to the participant carries.
    """

    def __init__(
        self,
        habits: Habits,
        *,
        on_state: Callable[[LegState, str], None],
        on_quality: Callable[[int, VideoQuality], None],
        line_start: int,
    ) -> None:
        self.leg = Leg(habits, hear=self._hear, on_state=on_state)
        self._dropped = habits.dropped
        self._wanted: set[str] = set()
        self._version = 0
        self._offered: dict[str, descriptions.OfferedStream] = {}
        self._by_mid: dict[str, Downstream] = {}
        for slot in range(SLOTS):
            for kind in _KINDS:
                self._offer_stream(kind, slot, habits)
        self._by_ssrc = {each.ssrc: each for each in self._by_mid.values()}
        self.line = Downlink(
            {slot: self.stream("video", slot) for slot in range(SLOTS)},
            {slot: self.stream("audio", slot) for slot in range(SLOTS)},
            on_quality=on_quality,
            start=line_start,
            now=habits.clock(),
        )

    def _offer_stream(self, kind: Kind, slot: int, habits: Habits) -> None:
        # The slot in the numbers keeps those of a leg apart.
        ssrc = int.from_bytes(habits.randomness(4), "big") & ~0x1F | 4 * slot
        start = Start(
            ssrc=ssrc | (kind == "video"),
            repair_ssrc=ssrc | 2 if kind == "video" else 0,
            number=int.from_bytes(habits.randomness(2), "big") >> 2 | 1,
            timestamp=int.from_bytes(habits.randomness(4), "big"),
        )
        offered = descriptions.OfferedStream(
            kind=kind,
            slot=slot,
            ssrc=start.ssrc,
            repair_ssrc=start.repair_ssrc,
            cname=f"slot{slot}",
        )
        self._offered[offered.mid] = offered
        self._by_mid[offered.mid] = Downstream(
            self.leg, kind, start, dropped=habits.dropped
        )

    def stream(self, kind: Kind, slot: int) -> Downstream:
        """The stream of a slot."""
        return self._by_mid[f"{kind[0]}{slot}"]

    def open(self, kind: Kind, slot: int) -> bool:
        """The peer is connected and wants this stream."""
        return self.leg.state == "connected" and f"{kind[0]}{slot}" in self._wanted

    def offer(self, *, addresses: tuple[str, ...], port: int) -> str:
        """Offers the streams; every offer after the first is an ICE restart."""
        if self._version:
            self.leg.renew_credentials()
        self._version += 1
        return descriptions.offer(
            tuple(self._offered.values()),
            transport=descriptions.Transport(
                credentials=self.leg.credentials,
                fingerprint=self.leg.channel.fingerprint,
                setup="actpass",
                addresses=addresses,
                port=port,
            ),
            session=2,
            version=self._version,
        )

    def accept(self, answer: sdp.Description) -> None:
        """Takes the peer's answer; the first one binds its certificate.

        Raises:
            BadSdp: it does not fit the offer, or comes from somebody else.
        """
        if not {section.mid for section in answer.sections} <= self._offered.keys():
            raise BadSdp("mid_unknown")
        if answer.setup == "actpass":
            raise BadSdp("no_setup")
        wanted = {
            section.mid: _usable(section)
            for section in answer.sections
            if section.receives
        }
        if not all(wanted.values()):
            raise BadSdp("codec_unknown")
        if self.leg.state != "new" and self.leg.fingerprints != answer.fingerprints:
            raise BadSdp("fingerprint_changed")
        self._wanted = set(wanted)
        for mid, formats in wanted.items():
            self._by_mid[mid].accept(formats)
        if self.leg.state == "new":
            role: dtls.Role = "server" if answer.setup == "active" else "client"
            self.leg.begin(role=role, fingerprints=answer.fingerprints)

    @property
    def decodes(self) -> frozenset[Codec] | None:
        """The codecs of pictures that the peer takes, None before it said so."""
        pictures = [
            frozenset(self._by_mid[mid].codecs)
            for mid in self._wanted
            if self._by_mid[mid].kind == "video"
        ]
        return frozenset[Codec].intersection(*pictures) if pictures else None

    def begin(self) -> None:
        """Lets packets out: the keys are there."""
        if self.leg.ciphers is not None:
            for stream in self._by_mid.values():
                stream.begin(self.leg.ciphers.protect)

    def _hear(self, datagram: bytes, now: float) -> None:
        ciphers = self.leg.ciphers
        if ciphers is None or not rtp.is_rtcp(datagram):
            self._dropped["early" if ciphers is None else "not_asked_for"] += 1
            return
        try:
            compound = ciphers.unprotect_rtcp(datagram)
        except dtls.Rejected:
            self._dropped["srtp"] += 1
            return
        self.leg.last_heard = now
        for packet in rtcp.split(compound):
            self._hear_packet(packet, now)

    def _hear_packet(self, packet: rtcp.Packet, now: float) -> None:
        for block in rtcp.report_blocks_in(packet):
            if stream := self._by_ssrc.get(block.ssrc):
                answer = stream.note_block(block, now)
                self.line.note(block, answer, stream, now)
        for ssrc in rtcp.key_frames_asked_in(packet):
            if stream := self._by_ssrc.get(ssrc):
                stream.ask_key_frame(now)
        if nacked := rtcp.nacked_in(packet):
            if stream := self._by_ssrc.get(nacked[0]):
                self.line.repeat(stream, nacked[1], now)
        elif (allowed := rtcp.bitrate_in(packet)) is not None:
            self.line.allow(allowed)

    @property
    def round_trip(self) -> float | None:
        """Seconds to the peer and back, from its latest report."""
        latest = max(
            (each.heard for each in self._by_mid.values()),
            key=lambda heard: (heard.round_trip is not None, heard.at),
        )
        return latest.round_trip

    def report(self, now: float) -> None:
        """Reports on what was sent, stream by stream."""
        self.line.look(now, last_heard=self.leg.last_heard)
        if not self.line.ask(now):
            return
        for mid, stream in self._by_mid.items():
            if report := stream.report(now):
                cname = self._offered[mid].cname
                named = rtcp.description(stream.ssrc, cname)
                self.leg.send_rtcp(rtcp.sender_report(report) + named)

    def statistics(self, now: float) -> LegStatistics:
        """Sums up what was sent and what the peer said about it."""
        streams = self._by_mid.values()
        heard = [each.heard for each in streams if each.loss_known(now)]
        tally = self.tally()
        return LegStatistics(
            state=self.leg.state,
            last_heard=self.leg.last_heard,
            rtt=self.round_trip,
            loss=max((each.loss for each in heard), default=0.0),
            jitter=max((each.jitter for each in heard), default=0.0),
            packets=tally.packets_out,
            bytes=tally.bytes_out,
            nacks=tally.nacks_in,
            plis=tally.plis_in,
            bitrate=int(self.line.rate),
            relayed=self.leg.relayed,
        )

    def tally(self) -> Tally:
        """Counts what was sent since the beginning, and what the peer asked for."""
        tally = Tally()
        for each in self._by_mid.values():
            tally.packets_out += each.packets
            tally.bytes_out += each.octets
            tally.packets_lost += each.heard.lost
            tally.nacks_in += each.nacks
            tally.plis_in += each.plis
            tally.retransmitted += each.resending.repeats
            tally.layer_switches += each.switches
        return tally

    def close(self) -> Coroutine[object, object, None]:
        """Ends the leg at once; what it returns is only the goodbye to the peer."""
        return self.leg.close()


def _usable(section: Section) -> tuple[Format, ...]:
    """What an answer takes of the formats that we offered, by the same numbers."""
    return tuple(
        each
        for each in section.formats
        if each.payload_type == codecs.PAYLOAD_TYPES[each.codec]
    )
