"""The live rooms of one process: sockets in, envelopes out, orders to the engine.

Opens a room from the record when somebody first comes, carries out what the room
decides, and keeps its time. Decides nothing itself about who sees whom.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from signaling import door, ice, legs
from signaling.conditions import Renegotiate
from signaling.credit import Ledger
from signaling.door import Belongs
from signaling.effects import (
    Block,
    Close,
    Effects,
    Envelope,
    Offering,
    Record,
    RecordingNoted,
    Seat,
    StopRecording,
)
from signaling.ice import TurnSettings
from signaling.live import Live
from signaling.measuring import Measuring
from signaling.media.engine import (
    LegConnected,
    MediaEvent,
    RecordingEngine,
    RecordingStopped,
)
from signaling.messages import End, FromPage, Leave, Offer
from signaling.negotiation import Negotiation
from signaling.peer import Peer
from signaling.record import CutOff, Lost, Recorder, Seen
from signaling.recording_desk import Archive, RecordingDesk
from signaling.room import UNDER_WAY
from signaling.stopwatch import Stopwatch
from signaling.supervised import SupervisedRoom
from signaling.taping import Past
from signaling.views import RoomView, Welcome
from signaling.words import Reason
from visitation.calls import Orders
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.places import Policy
from visitation.visits import Visit
from visitation.words import Part

log = structlog.get_logger()

#: Staff order nothing before a visit begins.
NONE: Final = Orders()
#: Whoever ends a visit waits so long, at most, for the record of who was in it.
SETTLE_SECONDS: Final = 5.0


class NotLive(VisitationError):
    """The visit has no room now, so there is nobody to be told anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """What an operator decides about calls; filled by `config`.

    Attributes:
        origins: pages of these origins may open a socket, beside those of the host
            that the socket itself is opened on.
        stun: STUN URLs that pages are told.
        turn: our TURN server, if there is one.
        first_message_seconds: how long a new socket may say nothing.
        stall_seconds: how long one message may take to leave for a slow page.
    """

    origins: tuple[str, ...] = ()
    stun: tuple[str, ...] = ()
    turn: TurnSettings | None = None
    first_message_seconds: float = 5.0
    stall_seconds: float = 5.0


class Hub:
    """Every live room of this process.

    The engine is built with `hub.on_event` as its listener; both stop together. What
    time brings about is `timekeeping`'s.
    """

    def __init__(
        self,
        *,
        database: Database,
        engine: RecordingEngine,
        keyring: Keyring,
        clock: Callable[[], datetime],
        settings: CallSettings,
        archive: Archive | None = None,
    ) -> None:
        self.database = database
        self.engine = engine
        self.settings = settings
        self.clock = clock
        self._keyring = keyring
        self._rooms: dict[str, Live] = {}
        self._rooms_of: dict[str, Live] = {}
        self._changes = 0
        self.measuring = Measuring()
        self.stopwatch = Stopwatch()
        self._recorder = Recorder(database)
        self._tasks: list[asyncio.Task[None]] = []
        self._negotiation = Negotiation(engine, self._offered)
        self.recording = RecordingDesk(
            database=database,
            engine=engine,
            keyring=keyring,
            clock=clock,
            archive=archive,
            failed=self._unrecorded,
        )

    async def start(self) -> None:
        """Begin to keep the record."""
        self._tasks = [asyncio.create_task(self._recorder.run())]
        await self.recording.start()

    async def stop(self) -> None:
        """Tell everybody to come back in a moment, and finish the record."""
        for live in self._rooms.values():
            for peer in live.peers.values():
                peer.send(Leave(reason=Reason.RESTARTING))
        self.note_presence()
        for note in self.measuring.rest():
            self._recorder.put(note, self.clock())
        await self.settled()
        await self.recording.stop()
        await self._negotiation.stop()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def settled(self) -> None:
        """Wait until the record holds what happened so far, if the database is well."""
        for live in self.lives():
            self._note_lost(live)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._recorder.settled()
        except TimeoutError:
            log.warning("record_is_late")

    async def enter(
        self, peer: Peer, first: FromPage, belongs: Belongs = door.to_anybody
    ) -> None:
        """Let a socket in by its first message, and by whose it is.

        Raises:
            ProtocolError: if that was no first message.
            BadTicket: if its ticket is not good (any more), or somebody else's.
            Denied: if the participant may not enter now.
            NotFound: if the participant does not exist any more.
        """
        before = None
        while before != self._changes:
            # What was changed while we read, we have to read again.
            before, now = self._changes, self.clock()
            found = await door.let_in(
                first, database=self.database, keyring=self._keyring, now=now
            )
            await door.refuse_stranger(found, belongs)
        visit, guest = found.admission.visit, found.guest
        live = self.open(visit, found.admission.policy, found.past, found.orders)
        welcome = Welcome(
            resume=found.token,
            ice_servers=ice.servers(
                self.settings.stun,
                self.settings.turn,
                opaque=guest.id,
                closes_at=live.room.closes_at,
            ),
        )
        room = live.room
        enters = room.enter
        if guest.part is Part.MONITOR and isinstance(room, SupervisedRoom):
            enters = room.watch
        entered = enters(guest, welcome, now=now, resume=found.resume)
        if guest.id in live.peers:
            self.carry_out(live, live.room.replaced(guest.id))
        privileged = not isinstance(room, SupervisedRoom)
        self.engine.join(guest.id, visit.reference, privileged=privileged)
        live.peers[guest.id] = peer
        self._rooms_of[guest.id] = live
        peer.visit, peer.participant = visit.reference, guest.id
        peer.account_id = found.admission.participant.account_id
        self.carry_out(live, entered)
        for message in door.greetings(found):
            peer.send(message)
        log.info("entered", visit=live.visit, part=guest.part, resume=found.resume)

    def lost(self, peer: Peer, *, closed: bool = False) -> None:
        """A socket is gone: its page was closed, or for whatever other reason."""
        live = self.room_of(peer)
        if live is None:
            return
        del live.peers[peer.participant]
        lost = live.room.lose(peer.participant, now=self.clock(), closed=closed)
        self.carry_out(live, lost)

    def room_of(self, peer: Peer) -> Live | None:
        """The room a socket is in; None for one that was replaced or has left."""
        live = self._rooms_of.get(peer.participant)
        if live is None or live.peers.get(peer.participant) is not peer:
            return None
        return live

    def knows(self, participant: str) -> bool:
        """Whether somebody has a place in a room."""
        return participant in self._rooms_of

    def live(self, reference: str) -> Live | None:
        """The room of a visit, if there is one."""
        return self._rooms.get(reference)

    def open(
        self, visit: Visit, policy: Policy, past: Past, orders: Orders = NONE
    ) -> Live:
        """The room of a visit, made from the record if there is none yet."""
        live = self._rooms.get(visit.reference)
        if live is None:
            live = Live(
                visit=visit.reference,
                version=visit.version,
                room=door.open_room(
                    visit, policy, orders, past, hindered=self.recording.hindered
                ),
            )
            self._rooms[visit.reference] = live
            if live.room.phase in UNDER_WAY:
                now = self.clock()
                live.ledger = Ledger(resumed_at=now)
                self._recorder.put(CutOff(visit=visit.reference), now)
        return live

    def changed(self) -> None:
        """Something was changed in the record that may keep people out."""
        self._changes += 1

    def close(self, live: Live, said: End) -> None:
        """End a room for everybody in it, at once."""
        self._note_lost(live)
        self.carry_out(live, live.room.end(said, now=self.clock()))
        self._rooms.pop(live.visit, None)
        self.changed()

    def snapshot(self, reference: str) -> RoomView | None:
        """A room as a staff board shows it, or None if nobody has come yet."""
        live = self._rooms.get(reference)
        return live.room.snapshot() if live is not None else None

    def on_event(self, event: MediaEvent) -> None:
        """What the engine has to say about somebody's legs."""
        live = self._rooms_of.get(event.participant)
        if live is None:
            return
        if isinstance(event, RecordingStopped):
            self.recording.heard(event)
            return
        now = self.clock()
        if isinstance(event, LegConnected) and event.target == "publisher":
            self.stopwatch.connected(event.participant, now)
        self.carry_out(live, legs.follows(live.room, event, now))

    def carry_out(self, live: Live, effects: Effects) -> None:
        """Do what follows from something that happened in a room."""
        for effect in effects:
            match effect:
                case Envelope(to=to, message=message):
                    if peer := live.peers.get(to):
                        peer.send(message)
                case Seat(subscriber=subscriber, slot=slot, publisher=publisher):
                    self.engine.seat(subscriber, slot, publisher)
                case Block(publisher=one, kind=kind, blocked=blocked):
                    self.engine.block(one, kind, blocked)
                case Offering(subscriber=one, rebuild=rebuild):
                    self._negotiation.offer(one, rebuild=rebuild)
                case Close(participant=one):
                    self._negotiation.forget(one)
                    self.stopwatch.forget(one)
                    self.engine.leave(one)
                    self.carry_out(live, self.measuring.closed(one))
                    live.peers.pop(one, None)
                    self._rooms_of.pop(one, None)
                case Record() | StopRecording() | RecordingNoted():
                    self.recording.carry_out(live.visit, effect)
                case _:
                    self._recorder.keep(live.visit, effect, self.clock())

    def _unrecorded(self, visit: str, reason: str) -> None:
        live = self._rooms.get(visit)
        if live is not None and isinstance(live.room, SupervisedRoom):
            self.carry_out(live, live.room.stop_recording(reason))

    def _offered(self, participant: str, said: Offer | Renegotiate) -> None:
        live = self._rooms_of.get(participant)
        if live is None:
            # They went while the engine was at it.
            self.engine.leave(participant)
        elif peer := live.peers.get(participant):
            peer.send(said)
        else:
            live.room.missed(participant)

    def lives(self) -> tuple[Live, ...]:
        """Every room there is."""
        return tuple(self._rooms.values())

    def note_presence(self) -> None:
        """Tell the record who is still there, in case nobody can tell it later."""
        for live in self.lives():
            self._note_lost(live)
        under_way = [
            live.visit for live in self._rooms.values() if live.room.phase in UNDER_WAY
        ]
        if under_way:
            self._recorder.put(Seen(visits=tuple(under_way)), self.clock())

    def _note_lost(self, live: Live) -> None:
        if seconds := live.ledger.taken():
            self._recorder.put(Lost(visit=live.visit, seconds=seconds), self.clock())
