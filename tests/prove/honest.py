"""The two whose call must go on while everybody else is hostile."""

import asyncio
import struct
from typing import Final

from tests.signaling.media.client import Peer, audio, video

_MARK: Final = b"honest"


class Honest:
    """Somebody who speaks fifty times a second, and somebody who listens."""

    def __init__(self, speaker: Peer, listener: Peer) -> None:
        self.sent = self.heard = 0
        self.wire = b""
        self._speaker = speaker
        listener.on_packet = self._hear

    def _hear(self, packet: bytes) -> None:
        self.heard += _MARK in packet

    async def speak(self) -> None:
        """Until cancelled: sound, and a picture with it."""
        assert self._speaker.ciphers
        while True:
            self.sent += 1
            number = self.sent & 0xFFFF
            sound = audio(number, payload=_MARK + struct.pack("!H", number))
            self.wire = self._speaker.ciphers.protect(sound)
            self._speaker.send_raw(self.wire)
            self._speaker.send(video(number, key=number % 100 == 1, picture=number))
            await asyncio.sleep(0.02)
