"""One transport between a participant and the server.

Knows its ICE credentials, the addresses that proved themselves, the DTLS channel, and
when the peer was last heard. The DTLS channel outlives ICE restarts and changes of
address. Refuses to know what the packets carry: their readers are given to it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final, Protocol

from signaling.media import dtls
from signaling.media.checks import Address
from signaling.media.engine import LegState
from signaling.media.sdp import Fingerprint

_MAX_PATHS: Final = 16
_KEPT_CREDENTIALS: Final = 2
_DEAD: Final = frozenset[LegState](("failed", "closed"))


class Line(Protocol):
    """A socket as a leg sees it."""

    def way_to(self, address: Address) -> Callable[[bytes], None]:
        """Makes the function that sends there, or drops: never waits, never raises."""

    def admit(self, address: Address, leg: "Leg") -> None:
        """Routes what comes from the address to the leg."""

    def forget(self, address: Address, leg: "Leg") -> None:
        """Routes nothing from the address to the leg any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a peer must know to reach a leg (RFC 8839 §5.4)."""

    ufrag: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What all legs of a forwarder have in common.

    Attributes:
        doors: from ufrag to the leg and password it opens.
        dropped: why how many datagrams were not used.
        patience: seconds until an unfinished handshake has failed.
        silence: seconds without an authenticated packet until a leg is lost.
        relays: addresses of TURN servers that we know.
        turns: what keeps handshakes from taking the loop for themselves.
        identities: the certificates that legs show.
    """

    doors: "dict[str, tuple[Leg, str]]"
    dropped: Counter[str]
    clock: Callable[[], float]
    randomness: Callable[[int], bytes]
    patience: float
    silence: float
    relays: frozenset[str] = frozenset()
    turns: dtls.Turns = field(default_factory=dtls.Turns)
    identities: dtls.Identities = field(default_factory=dtls.Identities)


class Leg:
    """Addresses, keys and liveness of one transport.

    Attributes:
        hear: what takes an RTP or RTCP datagram of the peer, and when it came.
        send: sends what is already encrypted to where the peer was last nominated.
            It changes with that place: to be looked up for each packet.
    """

    def __init__(
        self,
        habits: Habits,
        *,
        hear: Callable[[bytes, float], None],
        on_state: Callable[[LegState, str], None],
    ) -> None:
        self.hear = hear
        self.send: Callable[[bytes], None] = _nowhere
        self.state: LegState = "new"
        self.last_heard: float | None = None
        self.fingerprints: tuple[Fingerprint, ...] = ()
        self.channel = dtls.Channel(
            send=self._send_now, turns=habits.turns, identities=habits.identities
        )
        self.ciphers: dtls.Ciphers | None = None
        self._habits = habits
        self._on_state = on_state
        self._credentials: list[Credentials] = []
        self._paths: dict[tuple[Line, Address], None] = {}
        self._line: Line | None = None
        self._address: Address = None
        self._reached = asyncio.Event()
        self._handshake: asyncio.Task[None] | None = None
        self.renew_credentials()

    @property
    def credentials(self) -> Credentials:
        """The newest credentials; the ones before stay good until the next."""
        return self._credentials[-1]

    @property
    def connected(self) -> bool:
        """Media can flow."""
        return self.state == "connected"

    @property
    def relayed(self) -> bool:
        """It is connected, and the peer is reached through a TURN server of ours."""
        if not self.connected or self._address is None:
            return False
        # A socket for both families writes IPv4 as IPv6.
        return self._address[0].removeprefix("::ffff:") in self._habits.relays

    @property
    def dead(self) -> bool:
        """Only a new leg can help."""
        return self.state in _DEAD

    def renew_credentials(self) -> None:
        """Begins an ICE restart: keys, addresses and streams stay as they are."""
        fresh = Credentials(
            ufrag=self._habits.randomness(6).hex(),
            password=self._habits.randomness(16).hex(),
        )
        self._credentials.append(fresh)
        self._habits.doors[fresh.ufrag] = (self, fresh.password)
        while len(self._credentials) > _KEPT_CREDENTIALS:
            self._habits.doors.pop(self._credentials.pop(0).ufrag, None)

    def begin(self, *, role: dtls.Role, fingerprints: tuple[Fingerprint, ...]) -> None:
        """Binds the peer's certificate and waits for it to connect."""
        self.fingerprints = fingerprints
        self.state = "connecting"
        self._handshake = asyncio.get_running_loop().create_task(self._connect(role))

    async def _connect(self, role: dtls.Role) -> None:
        try:
            async with asyncio.timeout(self._habits.patience):
                await self._reached.wait()
                await self.channel.shake_hands(
                    role=role, fingerprints=self.fingerprints
                )
        except TimeoutError:
            self._become("failed", "dtls_timeout" if self._line else "unreachable")
        except dtls.HandshakeFailed:
            self._become("failed", "dtls_failed")
        else:
            self.ciphers = self.channel.ciphers()
            self.channel.when_closed(lambda: self._become("closed", "closed_by_peer"))
            self._become("connected", "")

    def _become(self, state: LegState, reason: str) -> None:
        if not self.dead and state != self.state:
            self.state = state
            self._on_state(state, reason)

    def checked(
        self, line: Line, address: Address, *, nominated: bool, now: float
    ) -> None:
        """Takes note of an authenticated check: from now on the address is heard."""
        path = (line, address)
        self.last_heard = now
        if path not in self._paths:
            self._admit(path)
        if self._line is None or (nominated and path != (self._line, self._address)):
            self._line, self._address = path
            self.send = line.way_to(address)
            self._reached.set()

    def _admit(self, path: tuple[Line, Address]) -> None:
        for old in list(self._paths):
            if len(self._paths) < _MAX_PATHS:
                break
            if old != (self._line, self._address):
                self._drop(old)
        self._paths[path] = None
        path[0].admit(path[1], self)

    def _drop(self, path: tuple[Line, Address]) -> None:
        self._paths.pop(path, None)
        path[0].forget(path[1], self)

    def hear_dtls(self, datagram: bytes) -> None:
        """Queues a datagram for the handshake, within bounds."""
        if not self.channel.receive(datagram):
            self._habits.dropped["dtls_queue"] += 1

    def watch(self, now: float) -> None:
        """Notices, once a second or so, that the peer fell silent or came back."""
        silent = self.last_heard is not None and (
            now - self.last_heard > self._habits.silence
        )
        if self.state == "connected" and silent:
            self._become("lost", "silence")
        elif self.state == "lost" and not silent:
            self._become("connected", "")

    def _send_now(self, datagram: bytes) -> None:
        self.send(datagram)

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypts and sends a report or a request."""
        if self.ciphers is not None and not self.dead:
            self.send(self.ciphers.protect_rtcp(packet))

    def close(self) -> Coroutine[object, object, None]:
        """Ends the leg at once; what it returns is only the goodbye to the peer."""
        self.state = "closed"
        for each in self._credentials:
            self._habits.doors.pop(each.ufrag, None)
        for path in list(self._paths):
            self._drop(path)
        if self._handshake is not None and not self._handshake.done():
            self._handshake.cancel()
        return self.channel.close()


def _nowhere(_: bytes) -> None:
    """Drops what there is no way for yet."""
