"""Peers that replay a trace, and measure when its packets come out at the other end.

Latency is from just before a packet is handed to the kernel until the kernel has
received its copy (SO_TIMESTAMPNS), so that a busy load generator does not count.
"""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from aioice import stun

from tests.bench import trace as traces
from tests.signaling.media.client import OPUS, VP8, Peer

_TIMESTAMPNS = 35
_COUNTER = struct.Struct("!4sL")
_MARK = b"MARK"
_BUFFER = 4 * 1024 * 1024


class Replayer(Peer):
    """Sends a trace on one transport; receives on the same or on another one."""

    def __init__(self, trace: traces.Trace, *, marks: bool) -> None:
        super().__init__()
        self.sent = self.received = self.frames = 0
        self.latencies: list[float] = []
        self.first_received = asyncio.Event()
        self.listens_to: Replayer = self
        self.trace = trace
        self._marks = marks
        self._sent_at: dict[int, float] = {}
        self._frame = self._sound = 0
        self._numbers = {VP8: 1000, OPUS: 1000}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)

    def play(self, *, at_once: bool = False) -> None:
        """Begins to send, in real time, until stopped."""
        start = asyncio.get_running_loop().time()
        if not at_once:
            start += int.from_bytes(os.urandom(1), "big") / 256 * traces.FRAME_SECONDS
        self._next_frame(start)
        self._next_sound(start)

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _next_frame(self, at: float) -> None:
        payloads = self.trace.frames[self._frame % len(self.trace.frames)]
        for index, payload in enumerate(payloads):
            last = index == len(payloads) - 1
            self._send_media(VP8, payload, self._frame * 3000, marker=last)
        self._frame += 1
        self._again(VP8, self._next_frame, at + traces.FRAME_SECONDS)

    def _next_sound(self, at: float) -> None:
        payload = self.trace.sounds[self._sound % len(self.trace.sounds)]
        self._send_media(OPUS, payload, self._sound * 960, marker=False)
        self._sound += 1
        self._again(OPUS, self._next_sound, at + traces.AUDIO_SECONDS)

    def _again(self, kind: int, then: Callable[[float], None], at: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[kind] = loop.call_at(at, then, at)

    def _send_media(self, kind: int, payload: bytes, at: int, *, marker: bool) -> None:
        number = self._numbers[kind] = self._numbers[kind] + 1 & 0xFFFF
        header = struct.pack(
            "!BBHLL", 0x80, marker << 7 | kind, number, at & 0xFFFFFFFF, kind
        )
        self.sent += 1
        if self._marks:
            payload += _COUNTER.pack(_MARK, self.sent)
        wire = self.ciphers.protect(header + payload)
        if self._marks:
            self._sent_at[self.sent] = time.time()
        self._send(wire)

    def _read(self, bound: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                datagram, ancillary, _, address = bound.recvmsg(2048, 64)
                if 127 < datagram[0] < 192 and not 192 <= datagram[1] <= 223:
                    self._take(datagram, ancillary)
                elif datagram[0] < 4 and datagram[:2] == b"\x00\x01":
                    self._answer(datagram, address)
                else:
                    self._hear(datagram)

    def _take(self, datagram: bytes, ancillary: list) -> None:
        self.received += 1
        self.frames += datagram[1] == 0x80 | VP8
        self.first_received.set()
        if not self._marks or datagram[3] & 3 or not self.ciphers:
            return
        plain = self.ciphers.unprotect(datagram)
        mark, counter = _COUNTER.unpack(plain[-8:])
        assert mark == _MARK, "the payload came out changed"
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        sent_at = self.listens_to._sent_at.get(counter)
        if sent_at is not None:
            self.latencies.append(seconds + nanoseconds / 1e9 - sent_at)

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

    def reset(self) -> None:
        """Begins to count anew."""
        self.sent_before, self.received = self.sent, 0
        self.frames = 0
        self.latencies.clear()
