"""A peer of the forwarder that speaks ICE, DTLS-SRTP and nothing else.

It plays the browser's part in tests and benches: checks with USE-CANDIDATE, one
handshake, raw RTP in and out. Whatever it should lose it loses before decrypting,
so that the replay protection never sees it.
"""

import asyncio
import os
import re
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from aioice import stun

from signaling.media import dtls, rtcp, rtp
from signaling.media.sdp import Fingerprint
from signaling.media.sections import EXTENSIONS

VP8, H264, OPUS = 96, 102, 111
#: Numbers of the header extensions in offers.
RID, REPAIRED_RID = 10, 11


def _value(sdp: str, attribute: str) -> str:
    found = re.search(rf"^a={attribute}:(.+?)\r?$", sdp, re.MULTILINE)
    assert found, f"no a={attribute}"
    return found[1]


class Peer:
    """One bundled transport to the forwarder."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.channel = dtls.Channel(send=self._send)
        self.ciphers: dtls.Ciphers | None = None
        self.packets: list[bytes] = []
        self.reports: list[rtcp.Packet] = []
        self.loses: Callable[[bytes], bool] = lambda _: False
        self.on_packet: Callable[[bytes], None] = self.packets.append
        self.ufrag, self.password = os.urandom(4).hex(), os.urandom(16).hex()
        self.checks_answered = 0
        self._answered = asyncio.Event()
        self._host = host
        self.server: tuple[str, int] = (host, 0)
        self.server_ufrag = self.server_password = ""
        self._socket = self._bind()

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_DGRAM)
        bound.setblocking(False)
        bound.bind((self._host, 0))
        asyncio.get_running_loop().add_reader(bound, self._read, bound)
        return bound

    @property
    def address(self) -> tuple[str, int]:
        return self._socket.getsockname()

    def move(self) -> None:
        """Sends from another port from now on, as a phone that changes networks."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = self._bind()

    def meet(self, sdp: str) -> None:
        """Reads from the server's description where it is and how to reach it."""
        self.server_ufrag = _value(sdp, "ice-ufrag")
        self.server_password = _value(sdp, "ice-pwd")
        candidates = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp)
        host, port = next(c for c in candidates if (":" in c[0]) == (":" in self._host))
        self.server = (host, int(port))

    def check(self, *, nominate: bool = True, password: str | None = None) -> None:
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.server_ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1_853_693_695
        request.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or self.server_password).encode())
        self._send(bytes(request))

    async def reach(self) -> None:
        """Checks until the server answers."""
        self._answered.clear()
        for _ in range(50):
            self.check()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await self._answered.wait()
                return
        raise TimeoutError

    async def shake_hands(self, sdp: str) -> None:
        setup = _value(sdp, "setup")
        algorithm, value = _value(sdp, "fingerprint").split()
        await self.channel.shake_hands(
            role="server" if setup == "active" else "client",
            fingerprints=(Fingerprint(algorithm=algorithm, value=value),),
        )
        self.ciphers = self.channel.ciphers()

    async def connect(self, sdp: str) -> None:
        self.meet(sdp)
        await self.reach()
        await self.shake_hands(sdp)

    def send(self, packet: bytes) -> None:
        assert self.ciphers
        if 192 <= packet[1] <= 223:
            self._send(self.ciphers.protect_rtcp(packet))
        else:
            self._send(self.ciphers.protect(packet))

    def _send(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self.server)

    send_raw = _send

    def _read(self, bound: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                self._hear(bound.recv(2048))

    def _hear(self, datagram: bytes) -> None:
        if datagram[0] < 4:
            message = stun.parse_message(datagram)
            assert "FINGERPRINT" in message.attributes
            assert message.check_message_integrity(self.server_password.encode())
            self.checks_answered += 1
            self._answered.set()
            self.seen_as = message.attributes["XOR-MAPPED-ADDRESS"]
        elif datagram[0] < 64:
            self.channel.receive(datagram)
        elif self.ciphers and not self.loses(datagram):
            if rtp.is_rtcp(datagram):
                compound = self.ciphers.unprotect_rtcp(datagram)
                self.reports += rtcp.split(compound)
            else:
                self.on_packet(self.ciphers.unprotect(datagram))

    def asked(self, kind: int, form: int) -> list[rtcp.Packet]:
        """What the server asked for, of one type and format."""
        return [r for r in self.reports if (r.type, r.format) == (kind, form)]

    async def close(self) -> None:
        await self.channel.close()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def offer(
        self,
        *,
        audio: bool = True,
        video: bool = True,
        setup: str = "actpass",
        direction: str = "sendonly",
        rids: tuple[str, ...] = (),
        rtx: bool = False,
        codecs: tuple[str, ...] = ("VP8",),
    ) -> str:
        """An offer as a browser with a camera and a microphone makes it."""
        sections = [("audio", ["a=rtpmap:111 opus/48000/2"])] * audio
        sections += [("video", _video_lines(codecs, rtx=rtx))] * video
        mids = " ".join(str(i) for i in range(len(sections)))
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines.append(f"a=group:BUNDLE {mids}")
        for mid, (kind, described) in enumerate(sections):
            numbers = re.findall(r"a=rtpmap:(\d+)", "\n".join(described))
            lines += [
                f"m={kind} 9 UDP/TLS/RTP/SAVPF {' '.join(numbers)} 126",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{mid}",
                *self._transport_lines(setup),
                f"a={direction}",
                *described,
                "a=rtpmap:126 telephone-event/8000",
            ]
            if kind == "video" and rids:
                lines += _simulcast_lines(rids)
        return "\r\n".join(lines) + "\r\n"

    def answer(
        self,
        offer: str,
        *,
        refuse: str = "",
        setup: str = "active",
        rtx: bool = False,
        codecs: tuple[str, ...] = ("VP8", "H264"),
    ) -> str:
        """Answers the server's offer; a kind in `refuse` is not wanted."""
        head, *blocks = re.split(r"^m=", offer, flags=re.MULTILINE)
        group = next(x for x in head.split("\r\n") if x.startswith("a=group"))
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", group]
        for block in blocks:
            kind, _, protocol = block.split()[:3]
            described = ["a=rtpmap:111 opus/48000/2"]
            if kind == "video":
                described = _video_lines(codecs, rtx=rtx)
            numbers = re.findall(r"a=rtpmap:(\d+)", "\n".join(described))
            lines += [
                f"m={kind} {0 if kind == refuse else 9} {protocol} {' '.join(numbers)}",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{_value(block, 'mid')}",
                *self._transport_lines(setup),
                "a=recvonly",
                *described,
            ]
        return "\r\n".join(lines) + "\r\n"

    def _transport_lines(self, setup: str) -> list[str]:
        proof = self.channel.fingerprint
        return [
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:{proof.algorithm} {proof.value}",
            f"a=setup:{setup}",
            "a=rtcp-mux",
        ]


def _video_lines(codecs: tuple[str, ...], *, rtx: bool) -> list[str]:
    lines: list[str] = []
    for codec in codecs:
        number = {"VP8": VP8, "H264": H264}.get(codec, 120)
        lines.append(f"a=rtpmap:{number} {codec}/90000")
        if codec == "H264":
            lines.append(
                f"a=fmtp:{number} packetization-mode=1;profile-level-id=42e01f"
            )
        if rtx:
            lines.append(f"a=rtpmap:{number + 1} rtx/90000")
            lines.append(f"a=fmtp:{number + 1} apt={number}")
    return lines


def _simulcast_lines(rids: tuple[str, ...]) -> list[str]:
    return [
        f"a=extmap:4 {EXTENSIONS['mid']}",
        f"a=extmap:{RID} {EXTENSIONS['rid']}",
        f"a=extmap:{REPAIRED_RID} {EXTENSIONS['repaired_rid']}",
        *(f"a=rid:{rid} send" for rid in rids),
        f"a=simulcast:send {';'.join(rids)}",
    ]


def audio(number: int, *, ssrc: int = 0xA0D10, payload: bytes = b"\xfcsound") -> bytes:
    return struct.pack("!BBHLL", 0x80, OPUS, number, number * 960, ssrc) + payload


def video(
    number: int,
    *,
    ssrc: int = 0x71DE0,
    key: bool = False,
    picture: int = 0,
    timestamp: int | None = None,
) -> bytes:
    """A one-packet VP8 frame with a 15-bit picture id and TL0PICIDX."""
    descriptor = struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | picture, picture & 255, 0)
    frame = (b"\x10" if key else b"\x11") + f"frame {number}".encode()
    taken = number * 3000 if timestamp is None else timestamp & 0xFFFFFFFF
    header = struct.pack("!BBHLL", 0x80, 0x80 | VP8, number & 0xFFFF, taken, ssrc)
    return header + descriptor + frame


def h264(number: int, *, ssrc: int = 0x264, key: bool = False) -> bytes:
    """A one-packet H264 frame."""
    frame = (b"\x65" if key else b"\x41") + f"frame {number}".encode()
    return struct.pack("!BBHLL", 0x80, 0x80 | H264, number, number * 3000, ssrc) + frame


def named(packet: bytes, rid: str, *, extension: int = RID) -> bytes:
    """The packet with the name of its layer in a header extension."""
    element = bytes((extension << 4 | len(rid) - 1,)) + rid.encode()
    padded = element + bytes(-len(element) % 4)
    block = struct.pack("!HH", 0xBEDE, len(padded) // 4) + padded
    return bytes((packet[0] | 0x10,)) + packet[1:12] + block + packet[12:]


def repeated(packet: bytes, number: int, *, ssrc: int) -> bytes:
    """The packet wrapped into a repair stream (RFC 4588), as a browser does it."""
    header = struct.pack(
        "!BBHLL",
        packet[0],
        packet[1] & 0x80 | (packet[1] & 0x7F) + 1,
        number,
        int.from_bytes(packet[4:8], "big"),
        ssrc,
    )
    return header + packet[2:4] + packet[12:]
