"""The media engine that is several forwarders, one process and one port each.

Sends each room to the worker with the fewest people, remembers what was ordered, and
when a worker ends sends its rooms elsewhere: people there negotiate their legs anew,
everybody else notices nothing. Refuses to know rooms beyond their names.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

import structlog

from signaling.media import engine
from signaling.media.engine import SLOTS, BadSdp, Kind, MediaEvent, Target
from signaling.media.forwarder import ForwarderSettings
from signaling.media.sockets import bound_sockets
from signaling.media.workers import wire
from signaling.media.workers.clocks import on_our_clock
from signaling.media.workers.journals import Journals
from signaling.media.workers.keeper import Keeper
from signaling.media.workers.link import Gone, Link
from signaling.media.workers.wanted import Wanted
from signaling.media.workers.wire import Argument
from visitation.errors import VisitationError

#: What killed two workers is not tried on a third.
_ATTEMPTS: Final = 2
_NOTHING: Final = engine.ParticipantStatistics(
    publisher=None, subscriber=None, silence={}
)

log = structlog.get_logger()


class NotJoined(VisitationError):
    """Somebody who is in no room (any more) has no worker."""


class Workers:
    """The built-in `RecordingEngine`, over several processes.

    What negotiates raises `NotJoined` for somebody in no room, `Gone` if no worker
    lived long enough to answer, and `Fault` if the worker failed at it.
    """

    def __init__(
        self,
        settings: ForwarderSettings,
        *,
        count: int,
        on_event: engine.OnEvent,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._count = count
        self._on_event = on_event
        self._clock = clock
        self._keepers: list[Keeper] = []
        self._wanted, self._journals = Wanted(), Journals()
        self._places: dict[str, Keeper] = {}
        self._homeless: dict[str, None] = {}
        self._housed = asyncio.Event()
        self._legs: set[tuple[str, Target]] = set()
        self._measured: dict[str, tuple[float, engine.ParticipantStatistics]] = {}

    @property
    def ports(self) -> tuple[int, ...]:
        """The UDP port of each worker."""
        return tuple(each.port for each in self._keepers)

    async def start(self) -> None:
        """Opens the ports and starts the processes, which are up a little later.

        What is asked of them meanwhile waits for them.

        Raises:
            OSError: a port is taken, or the address is not ours.
        """
        addresses = tuple(str(ip_address(a)) for a in self._settings.public_addresses)
        try:
            for number in range(self._count):
                port = self._settings.port and self._settings.port + number
                sockets = bound_sockets(
                    self._settings.bind_host,
                    port,
                    addresses,
                    buffer=self._settings.buffer,
                )
                self._keepers.append(self._keeper(number, sockets))
            await asyncio.gather(*(each.start() for each in self._keepers))
        except BaseException:
            await self.stop()
            raise
        log.info("workers_started", workers=self._count, ports=self.ports)

    def _keeper(self, number: int, sockets: list[socket.socket]) -> Keeper:
        return Keeper(
            number,
            settings=replace(self._settings, port=sockets[0].getsockname()[1]),
            sockets=sockets,
            on_event=self._heard,
            on_measured=self._learn,
            on_up=self._house,
            on_gone=self._move_out,
        )

    async def stop(self) -> None:
        """Closes every leg, ends the processes, then closes the ports."""
        await asyncio.gather(*(each.stop() for each in self._keepers))
        self._keepers.clear()

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        """Puts a participant on the worker of the room, chosen when it is new."""
        present = self._wanted.room(participant)
        if present == room:
            return
        if present is not None:
            self.leave(participant)
        self._wanted.join(participant, room, privileged=privileged)
        if room in self._places:
            self._order(participant, "join", room, privileged)
        else:
            self._place(room)

    async def publish(self, participant: str, offer: str) -> str:
        """Answers the offer of a participant who sends.

        Raises:
            BadSdp: the offer is malformed or has nothing the engine can carry.
        """
        return await self._described(participant, "publisher", "publish", offer)

    async def subscribe(self, participant: str) -> str:
        """Offers the slots of a participant who receives, or an ICE restart."""
        return await self._described(participant, "subscriber", "subscribe")

    async def rebuild_subscriber(self, participant: str) -> str:
        """Offers a fresh subscribe leg with the same seats; the old one is closed."""
        return await self._described(participant, "subscriber", "rebuild_subscriber")

    async def accept(self, participant: str, answer: str) -> None:
        """Takes the participant's answer to the last offer of its subscribe leg.

        Raises:
            BadSdp: the answer is malformed, or there is nothing it could answer.
        """
        if (participant, "subscriber") not in self._legs:
            raise BadSdp("no_offer")
        try:
            await (await self._link_of(participant)).ask("accept", participant, answer)
        except Gone:
            # The offer it answers is gone too; the failed leg has been told of.
            return

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Puts a publisher, or nobody, into a slot of a subscriber.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """
        if slot not in range(SLOTS):
            raise ValueError(f"there are {SLOTS} slots")
        if self._wanted.room(subscriber) is not None:
            self._wanted.seat(subscriber, slot, publisher)
            self._order(subscriber, "seat", slot, publisher)

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Forwards nothing of that kind from the publisher while blocked."""
        if self._wanted.room(publisher) is not None:
            self._wanted.block(publisher, kind, blocked)
            self._order(publisher, "block", kind, blocked)

    def record(self, participant: str, path: str, key: str) -> None:
        """Journals what the participant sends from now on, until the worker ends.

        Raises:
            Privileged: the participant joined as privileged, or not at all.
        """
        if not self._wanted.recordable(participant):
            raise engine.Privileged(participant)
        self._journals.begin(participant, path)
        if not self._order(participant, "record", path, key):
            asyncio.get_running_loop().call_soon(self._tell_lost, [participant])

    def stop_recording(self, participant: str) -> None:
        """Seals the participant's journal, if there is one."""
        self._journals.end(participant)
        self._order(participant, "stop_recording")

    def leave(self, participant: str) -> None:
        """Closes both legs and vacates the seats given to and taken by the person."""
        room = self._wanted.room(participant)
        if room is None:
            return
        self._order(participant, "leave")
        self._wanted.leave(participant)
        self._journals.end(participant)
        self._measured.pop(participant, None)
        self._legs -= {(participant, "publisher"), (participant, "subscriber")}
        if not self._wanted.people(room):
            self._places.pop(room, None)
            self._homeless.pop(room, None)

    def statistics(self, participant: str) -> engine.ParticipantStatistics:
        """What was last measured, at most a second or so ago; silence until now."""
        found = self._measured.get(participant)
        if found is None:
            return _NOTHING
        at, measured = found
        since = self._clock() - at
        silence = {kind: age + since for kind, age in measured.silence.items()}
        return replace(measured, silence=silence)

    def workers(self) -> tuple[engine.WorkerStatistics, ...]:
        """Counts what was forwarded, process by process."""
        return tuple(
            replace(each.standing, worker=each.number)
            for each in self._keepers
            if each.standing is not None
        )

    async def _described(
        self, participant: str, target: Target, verb: str, *arguments: Argument
    ) -> str:
        for _ in range(_ATTEMPTS):
            link = await self._link_of(participant)
            try:
                answer = await link.ask(verb, participant, *arguments)
            except Gone:
                continue
            if self._wanted.room(participant) is not None:
                self._legs.add((participant, target))
            return answer or ""
        raise Gone(f"{_ATTEMPTS} workers at {verb}")

    async def _link_of(self, participant: str) -> Link:
        """The worker of the participant's room, as soon as there is one."""
        while (room := self._wanted.room(participant)) is not None:
            keeper = self._places.get(room)
            if keeper is not None and keeper.link is not None:
                return keeper.link
            self._housed.clear()
            await self._housed.wait()
        raise NotJoined(participant)

    def _order(self, participant: str, verb: str, *arguments: Argument) -> bool:
        """Says it to the room's worker; what is remembered needs none to hear it."""
        keeper = self._places.get(self._wanted.room(participant) or "")
        if keeper is None or keeper.link is None:
            return False
        keeper.link.order(verb, participant, *arguments)
        return True

    def _place(self, room: str, *, at_once: bool = False) -> None:
        """Gives the room to the worker with the least to do.

        Args:
            room: its name; everything that was ordered for it is ordered there.
            at_once: whether to prefer workers that are up already.
        """
        people = self._people_by_worker()
        living = [
            (at_once and not each.link.begun, people[each.number], each.busy, number)
            for number, each in enumerate(self._keepers)
            if each.link is not None
        ]
        if not living:
            self._homeless[room] = None
            return
        keeper = self._keepers[min(living)[-1]]
        assert keeper.link is not None
        self._homeless.pop(room, None)
        self._places[room] = keeper
        for verb, arguments in self._wanted.orders(room):
            keeper.link.order(verb, *arguments)
        self._housed.set()

    def _people_by_worker(self) -> Counter[int]:
        people: Counter[int] = Counter()
        for room, keeper in self._places.items():
            people[keeper.number] += len(self._wanted.people(room))
        return people

    def _house(self, _keeper: Keeper) -> None:
        """A worker is there again: it takes the rooms that nobody could take."""
        for room in list(self._homeless):
            self._place(room)

    def _move_out(self, keeper: Keeper) -> None:
        """A worker is gone: its rooms go elsewhere, and its legs have failed."""
        rooms = [room for room, place in self._places.items() if place is keeper]
        people = {name for room in rooms for name in self._wanted.people(room)}
        for room in rooms:
            del self._places[room]
        for room in rooms:
            self._place(room, at_once=True)
        for name in people:
            self._measured.pop(name, None)
        failed = sorted(leg for leg in self._legs if leg[0] in people)
        self._legs.difference_update(failed)
        log.warning("rooms_moved", worker=keeper.number, rooms=len(rooms))
        for participant, target in failed:
            self._tell(
                engine.LegFailed(
                    participant=participant, target=target, reason="worker_died"
                )
            )
        self._tell_lost(people)

    def _tell_lost(self, people: Iterable[str]) -> None:
        for stopped in self._journals.lost(people):
            self._tell(stopped)

    def _heard(self, keeper: Keeper, event: MediaEvent) -> None:
        if not self._is_at(event.participant, keeper):
            return
        if isinstance(event, engine.LegFailed):
            self._legs.discard((event.participant, event.target))
        self._journals.hear(event)
        self._tell(event)

    def _tell(self, event: MediaEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # the workers' outermost loop
            log.exception("event_failed", event_name=type(event).__name__)

    def _learn(self, keeper: Keeper, measured: wire.Measured) -> None:
        now = self._clock()
        ahead = now - measured.at
        for name, statistics in measured.participants.items():
            if self._is_at(name, keeper):
                self._measured[name] = (now, on_our_clock(statistics, ahead))

    def _is_at(self, participant: str, keeper: Keeper) -> bool:
        """Whether what a worker says of somebody is its business (any more)."""
        room = self._wanted.room(participant)
        return room is not None and self._places.get(room) is keeper
