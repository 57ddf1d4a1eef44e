"""Peers that replay a trace, and measure when its packets come out at the other end.

Latency is from just before a packet is handed to the kernel until the kernel has
received its copy (SO_TIMESTAMPNS), so that a busy load generator does not count.
They report what they receive as a browser does on a good line: nothing lost, and
room for more.
"""

import asyncio
import os
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field

from aioice import stun

from signaling.media import rtcp
from tests.bench import trace as traces
from tests.bench.pacer import Pacer
from tests.signaling.media.client import OPUS, VP8, Peer

_TIMESTAMPNS = 35
_MARK = struct.Struct("!4sHL")
_MARKED = b"MARK"
_BUFFER = 4 * 1024 * 1024
#: What a receiver says it could take: never what holds a server back.
_AMPLE = 20_000_000
_NTP_EPOCH = 2_208_988_800
#: A mask: so many sequence numbers are remembered, to tell repeats.
_RECENT = 1023


@dataclass
class Heard:
    """One stream as a receiver saw it."""

    highest: int
    recent: list[int] = field(default_factory=lambda: [-1] * (_RECENT + 1))
    last_report: int = 0
    reported_at: float = 0.0


@dataclass
class Load:
    """All peers of a measurement, with what they share.

    Attributes:
        marks: packets carry who sent them and a number; a server that decodes the
            payload could not use them.
    """

    trace: traces.Trace
    pacer: Pacer
    marks: bool = True
    peers: "list[Replayer]" = field(default_factory=list)

    def reset(self) -> None:
        """Begins to count anew."""
        self.pacer.lateness.clear()
        for peer in self.peers:
            peer.sent_before, peer.received_before = peer.sent, peer.received
            peer.frames = 0
            peer.latencies.clear()

    async def close(self) -> None:
        for peer in self.peers:
            peer.stop()
        for peer in self.peers:
            await peer.close()
        self.pacer.close()


class Replayer(Peer):
    """Sends a trace on one transport; receives on the same or on another one."""

    def __init__(self, load: Load, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.sent = self.sent_before = self.frames = 0
        self.received = self.received_before = 0
        self.latencies: list[float] = []
        self.first_received = asyncio.Event()
        self.senders: list[Replayer] = []
        self.sent_at: list[float] = [0.0]
        self._load = load
        self._number = len(load.peers)
        load.peers.append(self)
        self._frame = self._sound = self._position = 0
        self._numbers = {VP8: 1000, OPUS: 1000}
        self._octets = {VP8: 0, OPUS: 0}
        self._playing = self._reporting = False
        self._heard: dict[bytes, Heard] = {}
        self._nominated = asyncio.Event()

    def _bind(self) -> socket.socket:
        bound = super()._bind()
        bound.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        return bound

    @property
    def heard_from(self) -> "list[Replayer]":
        """Whose packets should arrive here; of oneself, that is, where a server
        that decodes sends them to the other one instead."""
        return self.senders or [self] * (self._playing and not self._load.marks)

    def play(self, *, at_once: bool = False) -> None:
        """Begins to send, in real time, until stopped."""
        self._playing = True
        start = time.monotonic()
        if not at_once:
            start += int.from_bytes(os.urandom(2), "big") / 65536 * traces.FRAME_SECONDS
        self._load.pacer.add(start, self._next_frame)
        self._load.pacer.add(start, self._next_sound)
        self._load.pacer.add(start + traces.FRAME_SECONDS, self._next_report)

    def listen(self, *senders: "Replayer") -> None:
        """Begins to report what comes from those senders."""
        self.senders = list(senders)
        self._reporting = True
        wait = int.from_bytes(os.urandom(2), "big") / 65536
        self._load.pacer.add(time.monotonic() + wait, self._next_reception)

    def stop(self) -> None:
        self._playing = self._reporting = False

    def _next_frame(self, due: float) -> float | None:
        if not self._playing:
            return None
        payloads = self._load.trace.frames[self._position]
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            self._send_media(VP8, payload, self._frame * 3000, index == last)
        self._frame += 1
        self._position = (self._position + 1) % len(self._load.trace.frames)
        return due + traces.FRAME_SECONDS

    def _next_sound(self, due: float) -> float | None:
        if not self._playing:
            return None
        payload = self._load.trace.sounds[self._sound % len(self._load.trace.sounds)]
        self._send_media(OPUS, payload, self._sound * 960, False)
        self._sound += 1
        return due + traces.AUDIO_SECONDS

    def _send_media(self, kind: int, payload: bytes, at: int, marker: bool) -> None:
        number = self._numbers[kind] = self._numbers[kind] + 1 & 0xFFFF
        ssrc = self._ssrc(kind)
        packet = (
            struct.pack(
                "!BBHLL", 0x80, marker << 7 | kind, number, at & 0xFFFFFFFF, ssrc
            )
            + payload
        )
        self.sent += 1
        self._octets[kind] += len(payload)
        if not self._load.marks:
            self._send(self.ciphers.protect(packet))
            return
        wire = self.ciphers.protect(
            packet + _MARK.pack(_MARKED, self._number, self.sent)
        )
        self.sent_at.append(time.time())
        self._send(wire)

    def _ssrc(self, kind: int) -> int:
        return self._number + 1 << 8 | kind

    def _next_report(self, due: float) -> float | None:
        """How the clocks of what it sends go together (RFC 3550 §6.4.1)."""
        if not self._playing:
            return None
        ntp = int((time.time() + _NTP_EPOCH) * 2**32)
        for kind, at in ((VP8, self._frame * 3000), (OPUS, self._sound * 960)):
            report = rtcp.SenderReport(
                ssrc=self._ssrc(kind),
                ntp=ntp,
                timestamp=at & 0xFFFFFFFF,
                packets=self.sent,
                octets=self._octets[kind],
            )
            named = rtcp.description(self._ssrc(kind), "replayer")
            self.send(rtcp.sender_report(report) + named)
        return due + 1

    def _next_reception(self, due: float) -> float | None:
        """What a browser says each second of what it receives."""
        if not self._reporting:
            return None
        if self._heard and self.ciphers:
            blocks = [
                rtcp.ReportBlock(
                    ssrc=int.from_bytes(ssrc, "big"),
                    fraction_lost=0,
                    lost=0,
                    highest=heard.highest,
                    jitter=0,
                    last_report=heard.last_report,
                    delay=int((time.monotonic() - heard.reported_at) * 65536)
                    if heard.last_report
                    else 0,
                )
                for ssrc, heard in self._heard.items()
            ]
            said = rtcp.receiver_report(1, blocks) + rtcp.description(1, "replayer")
            self.send(said + rtcp.bitrate(1, _AMPLE, [each.ssrc for each in blocks]))
        return due + 1

    def _read(self, bound: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                datagram, ancillary, _, address = bound.recvmsg(2048, 64)
                first = datagram[0]
                if 127 < first < 192 and not 192 <= datagram[1] <= 223:
                    self._take(datagram, ancillary)
                elif first < 4 and datagram[:2] == b"\x00\x01":
                    self._answer(datagram, address)
                else:
                    self._hear(datagram)

    def _take(self, datagram: bytes, ancillary: list) -> None:
        if datagram[1] & 0x7F not in self._numbers:
            return  # a repeat, which is sent to see how much the line bears
        number = datagram[2] << 8 | datagram[3]
        heard = self._heard.get(datagram[8:12])
        if heard is None:
            heard = self._heard[datagram[8:12]] = Heard(highest=number)
        if heard.recent[number & _RECENT] == number:
            return  # a repeat where there is no stream for repeats
        heard.recent[number & _RECENT] = number
        self.received += 1
        self.frames += datagram[1] == 0x80 | VP8
        self.first_received.set()
        if number & 7:
            return
        heard.highest += (number - heard.highest + 0x8000 & 0xFFFF) - 0x8000
        if not self._load.marks or not self.ciphers:
            return
        plain = self.ciphers.unprotect(datagram)
        mark, sender, counter = _MARK.unpack(plain[-_MARK.size :])
        assert mark == _MARKED, "the payload came out changed"
        peer = self._load.peers[sender]
        assert not self.senders or peer in self.senders, "it came from another room"
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        self.latencies.append(seconds + nanoseconds / 1e9 - peer.sent_at[counter])

    def _hear(self, datagram: bytes) -> None:
        if datagram[0] < 4:
            # A full agent's answer to a check may lack what a lite one's must have.
            self.checks_answered += datagram[:2] == b"\x01\x01"
            self._answered.set()
            return
        super()._hear(datagram)
        for packet in self.reports:
            report = rtcp.sender_report_in(packet)
            heard = report and self._heard.get(report.ssrc.to_bytes(4, "big"))
            if report and heard:
                heard.last_report = report.ntp >> 16 & 0xFFFFFFFF
                heard.reported_at = time.monotonic()
            if rtcp.key_frames_asked_in(packet):
                self._position = 0
        self.reports.clear()

    def _answer(self, datagram: bytes, address: tuple[str, int]) -> None:
        """A full ICE agent checks us too."""
        request = stun.parse_message(datagram)
        response = stun.Message(
            stun.Method.BINDING,
            stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = address
        response.add_message_integrity(self.password.encode())
        self._socket.sendto(bytes(response), address)
        if "USE-CANDIDATE" in request.attributes:
            self.server = address
            self._nominated.set()

    async def reach(self) -> None:
        """Checks until the server answers, with pauses that grow (RFC 8489 §6.2.1)."""
        pause = 0.1
        self._answered.clear()
        async with asyncio.timeout(20):
            while not self._answered.is_set():
                self.check()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._answered.wait(), pause)
                pause *= 2

    async def be_found(self, sdp: str) -> None:
        """Connects to a full agent that makes the checks itself and nominates."""
        self.meet(sdp)
        async with asyncio.timeout(10):
            await self._nominated.wait()
        await self.shake_hands(sdp)

    def offer(self, **described: object) -> str:
        """An offer with all that a browser's has and that costs a server work."""
        sdp = super().offer(rtx=True, **described)
        for kind, codec, wishes in (
            (VP8, "VP8/90000", ("nack", "nack pli", "ccm fir", "goog-remb")),
            (OPUS, "opus/48000/2", ()),
        ):
            line = f"a=rtpmap:{kind} {codec}\r\n"
            extra = "".join(f"a=rtcp-fb:{kind} {wish}\r\n" for wish in wishes)
            extra += f"a=ssrc:{self._ssrc(kind)} cname:replayer\r\n"
            sdp = sdp.replace(line, line + extra)
        return sdp

    def answer(self, offer: str, **described: object) -> str:
        """Takes VP8, with repeats as a stream of their own, and Opus."""
        return super().answer(offer, rtx=True, codecs=("VP8",), **described)

    def with_candidate(self, sdp: str) -> str:
        """A full agent has to be told where we are."""
        host, port = self.address
        line = f"a=candidate:1 1 udp 2130706431 {host} {port} typ host"
        return sdp.replace(
            "a=rtcp-mux\r\n", f"a=rtcp-mux\r\n{line}\r\na=end-of-candidates\r\n"
        )


def quantile(values: list[float], share: float) -> float:
    """Of a sorted list; 0 of an empty one."""
    return values[int(share * (len(values) - 1))] if values else 0.0
