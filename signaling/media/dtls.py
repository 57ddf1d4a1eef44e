"""DTLS-SRTP by aiortc: with `srtp` the one place that touches private names of it.

Knows how to shake hands over datagrams that somebody else carries, and hands out the
four functions that encrypt and decrypt. Knows no address, no ICE, and no stream.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Literal

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from OpenSSL import SSL

from signaling.media import srtp
from signaling.media.sdp import Fingerprint

Role = Literal["client", "server"]
Cipher = srtp.Cipher
Ciphers = srtp.Ciphers
MAX_PLAIN: Final = srtp.MAX_PLAIN
Rejected: Final = srtp.Rejected

_WAITING_DATAGRAMS: Final = 32


class HandshakeFailed(ConnectionError):
    """The peer has another certificate than it announced, or speaks no DTLS-SRTP."""


class Channel:
    """One DTLS association and the SRTP keys that come out of it."""

    def __init__(self, *, send: Callable[[bytes], None]) -> None:
        self._certificate = RTCCertificate.generateCertificate()
        self._carrier = _Carrier(send)
        # aiortc asks of its transport only what `_Carrier` has.
        self._transport = RTCDtlsTransport(
            self._carrier,  # type: ignore[arg-type]
            [self._certificate],
        )

    @property
    def fingerprint(self) -> Fingerprint:
        """The fingerprint our certificate is announced with."""
        sha256 = self._certificate.getFingerprints()[0]
        return Fingerprint(algorithm=sha256.algorithm, value=sha256.value)

    def receive(self, datagram: bytes) -> bool:
        """Takes a DTLS datagram from the peer; False when too many are waiting."""
        return self._carrier.put(datagram)

    async def shake_hands(
        self, *, role: Role, fingerprints: tuple[Fingerprint, ...]
    ) -> None:
        """Negotiates keys with the owner of the announced certificate.

        Raises:
            HandshakeFailed: it is somebody else, or offers nothing we can use.
        """
        self._transport._set_role(role)  # noqa: SLF001
        announced = [
            RTCDtlsFingerprint(algorithm=each.algorithm, value=each.value)
            for each in fingerprints
        ]
        try:
            await self._transport.start(RTCDtlsParameters(fingerprints=announced))
        except SSL.Error as error:
            raise HandshakeFailed from error
        if self._transport.state != "connected":
            raise HandshakeFailed

    def when_closed(self, then: Callable[[], None]) -> None:
        """Calls back once when the peer, not we, ends the association."""

        def look() -> None:
            if self._transport.state == "closed":
                self._transport.remove_all_listeners()
                then()

        self._transport.on("statechange", look)

    async def close(self) -> None:
        """Says goodbye to the peer."""
        self._transport.remove_all_listeners()
        await self._transport.stop()

    def ciphers(self) -> Ciphers:
        """Hands out the keys' functions, once hands are shaken."""
        return srtp.ciphers(
            sending=self._transport._tx_srtp,  # noqa: SLF001
            receiving=self._transport._rx_srtp,  # noqa: SLF001
        )


class _Carrier:
    """Stands where aiortc expects its own ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._deliver = send
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue(_WAITING_DATAGRAMS)

    def put(self, datagram: bytes) -> bool:
        if self._arrived.full():
            return False
        self._arrived.put_nowait(datagram)
        return True

    async def _recv(self) -> bytes:
        return await self._arrived.get()

    async def _send(self, datagram: bytes) -> None:
        self._deliver(datagram)
