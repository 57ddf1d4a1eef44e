"""The rooms that there are: one that staff may watch, and one that nobody may.

Pure. Knows when a visit has to be watched, and holds it while nobody does.
"""

from datetime import datetime, timedelta
from typing import Final

from signaling.conditions import Supervision
from signaling.effects import Effects, Hold
from signaling.room import SEAT_KEPT, UNDER_WAY, Room
from signaling.seats import Guest
from signaling.views import RoomView, Welcome
from signaling.words import Phase
from visitation.words import Part, VisitKind

#: A supervisor whose line breaks for so long has not turned away yet.
PATIENCE: Final = timedelta(seconds=5)


class PrivilegedRoom(Room):
    """A legal visit's room: there is no way in for anybody who watches."""


class SupervisedRoom(Room):
    """A room that staff may watch, which everybody in it is told.

    One that needs a supervisor forwards nothing while none is there.
    """

    def __init__(
        self,
        *,
        kind: VisitKind,
        starts_at: datetime,
        ends_at: datetime,
        closes_at: datetime,
        phase: Phase = Phase.WAITING,
        seat_kept: timedelta = SEAT_KEPT,
        needs_supervisor: bool = False,
    ) -> None:
        super().__init__(
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            closes_at=closes_at,
            phase=phase,
            seat_kept=seat_kept,
        )
        self._needs_supervisor = needs_supervisor
        self._unwatched = needs_supervisor
        self._watched_at: datetime | None = None
        self._told_held = False

    @property
    def is_held(self) -> bool:
        """Whether the visit is under way and waits for somebody to watch it."""
        return self._unwatched and self.phase in UNDER_WAY

    def watch(
        self, guest: Guest, welcome: Welcome, *, now: datetime, resume: bool = False
    ) -> Effects:
        """Staff watch; they send nothing, and are in everybody's list."""
        taken = self._take_in(guest, welcome, now, resume=resume)
        return (*taken, *self._supervised(now))

    def start(self, *, now: datetime) -> Effects:
        """The visit begins, or is held until somebody watches."""
        begun = super().start(now=now)
        return (*begun, *self._supervised(now))

    def tick(self, now: datetime) -> Effects:
        """Time passes; whoever was to watch may have been gone for too long."""
        passed = super().tick(now)
        return (*passed, *self._supervised(now))

    def snapshot(self) -> RoomView:
        """The room as a staff board shows it."""
        seen = super().snapshot()
        return RoomView(
            phase=seen.phase, people=seen.people, unsupervised=self._unwatched
        )

    def _supervised(self, now: datetime) -> Effects:
        if not self._needs_supervisor:
            return ()
        if self._is_watched:
            self._watched_at, self._unwatched = now, False
        elif self._watched_at is None or now - self._watched_at >= PATIENCE:
            self._unwatched = True
        if self.is_held is self._told_held:
            return ()
        self._told_held = self.is_held
        told = self.here.tell(Supervision(watched=not self.is_held))
        return (*self._synced(), *told, Hold(held=self.is_held))

    @property
    def _is_watched(self) -> bool:
        return any(
            place.guest.part is Part.MONITOR and place.down_since is None
            for place in self.here
        )
