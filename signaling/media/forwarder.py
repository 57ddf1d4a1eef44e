"""The media engine that forwards RTP itself, on one UDP port, without decoding.

Puts the parts together: negotiates legs, tells events, reports by the second.
Refuses to know rooms and roles, like every engine.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import Final

import structlog

from signaling.media import engine, sdp
from signaling.media.attention import Attention
from signaling.media.engine import BadSdp, Kind, LegState, Target
from signaling.media.inbound import Bounds
from signaling.media.leg import Habits, Leg
from signaling.media.port import Port
from signaling.media.publication import Publication
from signaling.media.recording.recordings import Recordings
from signaling.media.routing import Routes
from signaling.media.sockets import bound_sockets
from signaling.media.subscription import Subscription
from signaling.media.tally import Tally
from signaling.media.telling import Telling

_NTP_EPOCH: Final = 2_208_988_800
#: A second's reports are spread over so many parts: packets wait for none of them long.
#: Lines are sampled and layers looked after at every fifth and tenth of those.
_PHASES, _SAMPLE_PHASES, _LAYER_PHASES = 50, 5, 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwarderSettings:
    """Where the forwarder listens and what it puts up with.

    Attributes:
        bind_host: an address, or 0.0.0.0 or :: for all of them.
        port: the one UDP port; 0 takes any.
        public_addresses: what peers are told to send to, best first.
        relay_addresses: where what comes through our TURN servers comes from.
        line_start: bits per second that an unknown line to a receiver is trusted with.
        video_floor: bits per second, as the next two (see `inbound.Bounds`).
        patience: seconds until an unfinished connection has failed.
        silence: seconds of nothing until a leg is lost.
        buffer: bytes of the socket's buffers, each way.
    """

    bind_host: str = "0.0.0.0"  # noqa: S104  # peers come from everywhere
    port: int = 0
    public_addresses: tuple[str, ...] = ("127.0.0.1",)
    relay_addresses: tuple[str, ...] = ()
    line_start: int = 300_000
    video_floor: int = 30_000
    video_start: int = 800_000
    video_cap: int = 1_500_000
    patience: float = 30.0
    silence: float = 15.0
    buffer: int = 4 * 1024 * 1024


class Forwarder:
    """The built-in `RecordingEngine`."""

    def __init__(
        self,
        settings: ForwarderSettings,
        *,
        on_event: engine.OnEvent,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        randomness: Callable[[int], bytes],
    ) -> None:
        self.port = settings.port
        self.dropped: Counter[str] = Counter()
        self._settings = settings
        self._telling = Telling(on_event)
        self._clock = clock
        self._wall_clock = wall_clock
        self._doors: dict[str, tuple[Leg, str]] = {}
        self._habits = Habits(
            doors=self._doors,
            dropped=self.dropped,
            clock=clock,
            randomness=randomness,
            patience=settings.patience,
            silence=settings.silence,
            relays=frozenset(settings.relay_addresses),
        )
        self._bounds = Bounds(
            floor=settings.video_floor,
            start=settings.video_start,
            cap=settings.video_cap,
        )
        self._attention = Attention(clock)
        self._routes = Routes(clock)
        self._recordings = Recordings(
            self._routes, self._habits, on_event=on_event, wall_clock=wall_clock
        )
        self._past = Tally()
        self._ports: list[Port] = []
        self._ticking: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self, sockets: Sequence[socket.socket] = ()) -> None:
        """Opens the port, or takes the sockets that somebody else has bound to it.

        Raises:
            OSError: it is taken, or the address is not ours.
        """
        sockets = sockets or bound_sockets(
            self._settings.bind_host,
            self._settings.port,
            tuple(str(ip_address(a)) for a in self._settings.public_addresses),
            buffer=self._settings.buffer,
        )
        self.port = sockets[0].getsockname()[1]
        for bound in sockets:
            port = Port(
                bound, doors=self._doors, dropped=self.dropped, clock=self._clock
            )
            port.open()
            self._ports.append(port)
        self._ticking = asyncio.get_running_loop().create_task(self._tick())
        log.info("media_port_open", port=self.port, sockets=len(sockets))

    async def stop(self) -> None:
        """Closes every leg, then the port."""
        for participant in {*self._routes.publications, *self._routes.subscriptions}:
            self.leave(participant)
        if self._ticking is not None:
            self._ticking.cancel()
        await self._recordings.close()
        await asyncio.gather(*self._closing)
        self._attention.close()
        for port in self._ports:
            port.close()
        self._ports.clear()

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        """Notes who is in a room together, and of whom nothing can be recorded."""
        self._routes.join(participant, room, privileged=privileged)

    async def publish(self, participant: str, offer: str) -> str:
        """Answers the offer of a participant who sends.

        Raises:
            BadSdp: the offer is malformed or has nothing the engine can carry.
        """
        described = sdp.read(offer)
        present = self._routes.publications.get(participant)
        if (
            present is None
            or present.leg.dead
            or present.leg.fingerprints != described.fingerprints
        ):
            fresh = self._routes.publication_of(participant)(
                self._habits,
                attention=self._attention,
                bounds=self._bounds,
                own_ntp=self._own_ntp,
                on_state=partial(self._leg_changed, participant, "publisher"),
                on_started=partial(self._telling.started, participant),
                on_offer_wanted=partial(self._telling.offer_wanted, participant),
                on_quality=partial(self._telling.audience_changed, participant),
            )
        else:
            fresh = present
        try:
            answer = fresh.negotiate(
                described,
                preferred=self._routes.codec(participant),
                addresses=self._settings.public_addresses,
                port=self.port,
            )
        except BadSdp:
            if fresh is not present:
                self._end(fresh)
            raise
        self._routes.publications[participant] = fresh
        if present is not None and fresh is not present:
            self._end(present)
        self._routes.connect(participant)
        return answer

    async def subscribe(self, participant: str) -> str:
        """Offers the slots of a participant who receives, or an ICE restart."""
        present = self._routes.subscriptions.get(participant)
        if present is None or present.leg.dead:
            return await self.rebuild_subscriber(participant)
        return self._offered(present)

    async def rebuild_subscriber(self, participant: str) -> str:
        """Offers a fresh subscribe leg with the same seats; the old one is closed."""
        old = self._routes.subscriptions.get(participant)
        fresh = self._routes.subscriptions[participant] = Subscription(
            self._habits,
            on_state=partial(self._leg_changed, participant, "subscriber"),
            on_quality=partial(self._telling.quality_changed, participant),
            line_start=self._settings.line_start,
        )
        if old is not None:
            self._end(old)
        self._routes.connect_to(participant)
        return self._offered(fresh)

    async def accept(self, participant: str, answer: str) -> None:
        """Takes the participant's answer to the last offer of its subscribe leg.

        Raises:
            BadSdp: the answer is malformed, or there is nothing it could answer.
        """
        subscription = self._routes.subscriptions.get(participant)
        if subscription is None or subscription.leg.dead:
            raise BadSdp("no_offer")
        subscription.accept(sdp.read(answer))
        self._routes.connect_to(participant)
        self._routes.agree(participant)

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Puts a publisher, or nobody, into a slot of a subscriber.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """
        self._routes.seat(subscriber, slot, publisher)

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Forwards nothing of that kind from the publisher while blocked."""
        self._routes.block(publisher, kind, blocked)

    def record(self, participant: str, path: str, key: str) -> None:
        """Journals what the participant sends from now on.

        Raises:
            Privileged: the participant joined as privileged, or not at all.
        """
        self._recordings.begin(participant, path, key)

    def stop_recording(self, participant: str) -> None:
        """Seals the participant's journal, if there is one."""
        self._recordings.end(participant)

    def leave(self, participant: str) -> None:
        """Closes both legs and vacates the seats given to and taken by the person."""
        self._recordings.end(participant)
        publication = self._routes.publications.pop(participant, None)
        subscription = self._routes.subscriptions.pop(participant, None)
        self._routes.vacate(participant)
        for leg in (publication, subscription):
            if leg is not None:
                self._end(leg)

    def statistics(self, participant: str) -> engine.ParticipantStatistics:
        """Measures the participant's legs; an unknown participant has none."""
        now = self._clock()
        publication = self._routes.publications.get(participant)
        subscription = self._routes.subscriptions.get(participant)
        return engine.ParticipantStatistics(
            publisher=publication.statistics(now) if publication else None,
            subscriber=subscription.statistics(now) if subscription else None,
            silence=publication.silence(now) if publication else {},
            watching=dict(subscription.line.qualities) if subscription else {},
        )

    def workers(self) -> tuple[engine.WorkerStatistics, ...]:
        """Counts what this process forwards."""
        parts: list[Publication | Subscription] = [
            *self._routes.publications.values(),
            *self._routes.subscriptions.values(),
        ]
        total = replace(self._past)
        for each in parts:
            total.add(each.tally())
        counted = engine.WorkerStatistics(
            worker=0,
            rooms=len(set(self._routes.rooms.values())),
            legs=sum(each.leg.connected for each in parts),
            relayed_legs=sum(each.leg.relayed for each in parts),
            cpu_seconds=time.process_time(),
            dropped=dict(self.dropped),
            **asdict(total),
        )
        return (counted,)

    def _offered(self, subscription: Subscription) -> str:
        addresses = self._settings.public_addresses
        return subscription.offer(addresses=addresses, port=self.port)

    def _leg_changed(
        self, participant: str, target: Target, state: LegState, reason: str
    ) -> None:
        if state == "failed":
            self._past.ice_failures += 1
        if target == "subscriber":
            if state == "connected":
                self._routes.subscriptions[participant].begin()
            self._routes.connect_to(participant)
        log.info("leg_changed", target=target, state=state, reason=reason)
        self._telling.leg_changed(participant, target, state, reason)

    def _end(self, part: Publication | Subscription) -> None:
        self._past.add(part.tally())
        task = asyncio.get_running_loop().create_task(part.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _tick(self) -> None:
        phase = 0
        while True:
            await asyncio.sleep(1 / _PHASES)
            phase = (phase + 1) % _PHASES
            try:
                self._report(phase, self._clock())
            except Exception:  # the reports' outermost loop
                log.exception("reports_failed")

    def _report(self, phase: int, now: float) -> None:
        if phase == 0:
            self._recordings.look(now)
        for name, publication in list(self._routes.publications.items()):
            turn = (hash(name) - phase) % _PHASES
            if turn % _SAMPLE_PHASES == 0:
                publication.sample(now)
            if turn % _LAYER_PHASES == 0:
                publication.look_after_layers(now)
            if turn == 0:
                publication.report(now, self._routes.round_trip(name))
                publication.leg.watch(now)
        for name, subscription in list(self._routes.subscriptions.items()):
            if hash(name) % _PHASES == phase:
                subscription.line.upward = self._routes.upward(name)
                subscription.report(now)
                subscription.leg.watch(now)

    def _own_ntp(self) -> int:
        return int((self._wall_clock() + _NTP_EPOCH) * 2**32)
