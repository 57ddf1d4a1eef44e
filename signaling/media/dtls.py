"""DTLS-SRTP by aiortc: with `srtp` the one place that touches private names of it.

Knows how to shake hands over datagrams that somebody else carries, and hands out the
four functions that encrypt and decrypt. Knows no address, no ICE, and no stream.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Literal

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
_LEGS_OF_AN_IDENTITY: Final = 64


class HandshakeFailed(ConnectionError):
    """The peer has another certificate than it announced, or speaks no DTLS-SRTP."""


class Channel:
    """One DTLS association and the SRTP keys that come out of it.

    Attributes:
        fingerprint: what our certificate is announced with.
    """

    def __init__(
        self,
        *,
        send: Callable[[bytes], None],
        turns: "Turns | None" = None,
        identities: "Identities | None" = None,
    ) -> None:
        identity = (identities or Identities()).next()
        self.fingerprint = identity.fingerprint
        self._turns = turns or Turns()
        self._carrier = _Carrier(send, self._turns)
        # aiortc asks of its transport only what `_Carrier` has.
        self._transport = _Transport(
            self._carrier,  # type: ignore[arg-type]
            [identity],
        )

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
        await self._turns.wait()
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


class _Identity(RTCCertificate):
    """A certificate, and what OpenSSL needs to use it, made once for many legs."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        sha256 = self.getFingerprints()[0]
        self.fingerprint = Fingerprint(algorithm=sha256.algorithm, value=sha256.value)
        self._context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # Every handshake is a whole one: what one leg agreed on is not another's.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class Identities:
    """Certificates, each of which is used for some legs and then no more."""

    def __init__(self) -> None:
        self._used = 0
        self._present = _Identity.generateCertificate()

    def next(self) -> _Identity:
        """Gives the present one, or its successor."""
        if self._used == _LEGS_OF_AN_IDENTITY:
            self._used, self._present = 0, _Identity.generateCertificate()
        self._used += 1
        return self._present


class Turns:
    """Lets handshakes take a step each, one in a round of the event loop.

    A step is a millisecond of arithmetic. Hundreds of people may join at the same
    moment; packets of those who talk go in between.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Returns in a round that nobody else has."""
        async with self._turn:
            await asyncio.sleep(0)


class _Transport(RTCDtlsTransport):
    async def _recv_next(self) -> None:
        # On a busy machine OpenSSL may answer the timer of a lost flight with "read
        # first", which aiortc would take for the end of the handshake.
        with suppress(SSL.WantReadError):
            await super()._recv_next()


class _Carrier:
    """Stands where aiortc expects its own ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None], turns: Turns) -> None:
        self._deliver = send
        self._turns = turns
        self._arrived: deque[bytes] = deque()
        self._some = asyncio.Event()

    def put(self, datagram: bytes) -> bool:
        if len(self._arrived) >= _WAITING_DATAGRAMS:
            return False
        self._arrived.append(datagram)
        self._some.set()
        return True

    async def _recv(self) -> bytes:
        # aiortc may give up waiting at any point; the datagram must stay for later.
        while not self._arrived:
            self._some.clear()
            await self._some.wait()
        await self._turns.wait()
        return self._arrived.popleft()

    async def _send(self, datagram: bytes) -> None:
        self._deliver(datagram)
