"""A call that goes on a second at a time, without sockets, clock or engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from signaling.credit import Ledger
from signaling.media.engine import LegStatistics, ParticipantStatistics
from signaling.room import Room
from signaling.seats import Guest
from signaling.supervised import SupervisedRoom
from signaling.views import Welcome
from signaling.words import Phase, Sending
from tests.signaling.fakes import leg
from visitation.words import Part, VisitKind

TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
WELCOME = Welcome(resume="come-back")
PRISONER = Guest(id="prisoner", part=Part.PRISONER, name="", known=True)
MOTHER = Guest(id="mother", part=Part.VISITOR, name="", known=True)
SON = Guest(id="son", part=Part.VISITOR, name="", known=True)
OFFICIAL = Guest(id="official", part=Part.OFFICIAL, name="", known=True)


class Call:
    """A call that goes on a second at a time; everybody's line is good at first."""

    def __init__(
        self,
        *guests: Guest,
        kind: VisitKind = VisitKind.FAMILY,
        ledger: Ledger | None = None,
        needs_supervisor: bool = False,
    ) -> None:
        self.room = SupervisedRoom(
            kind=kind,
            starts_at=TEN,
            ends_at=TEN + timedelta(minutes=30),
            closes_at=TEN + timedelta(minutes=35),
            phase=Phase.LIVE,
            needs_supervisor=needs_supervisor,
        )
        self.ledger = ledger or Ledger()
        self.second = 0
        self.up: dict[str, LegStatistics | None] = {}
        self.down: dict[str, LegStatistics | None] = {}
        self.silent: dict[str, float | None] = {}
        for guest in guests:
            self.come(guest)

    @property
    def now(self) -> datetime:
        return TEN + timedelta(seconds=self.second)

    def come(self, guest: Guest) -> None:
        Room.enter(self.room, guest, WELCOME, now=self.now)
        self.room.sends(guest.id, audio=Sending.ON, video=Sending.ON)
        self.up.setdefault(guest.id, leg())
        self.down.setdefault(guest.id, leg())
        self.silent.setdefault(guest.id, 0.0)

    def goes_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.second += 1
            self.ledger.look(
                self.room, self._legs, now=self.now, monotonic=1000.0 + self.second
            )

    def falls_silent(self, who: str, seconds: int) -> None:
        """No sound comes from somebody for so long; then it is back."""
        for second in range(seconds):
            self.silent[who] = second + 1.0
            self.goes_on(1)
        self.silent[who] = 0.0

    def cuts_off(self, *who: str) -> None:
        """Nothing is heard of somebody's legs from now on."""
        gone = replace(leg(), last_heard=1000.0 + self.second)
        for one in who:
            self.up[one] = self.down[one] = gone

    def mends(self, *who: str) -> None:
        for one in who:
            self.up[one] = self.down[one] = leg()

    def _legs(self, who: str) -> ParticipantStatistics:
        silent = self.silent[who]
        return ParticipantStatistics(
            publisher=self.up[who],
            subscriber=self.down[who],
            silence={} if silent is None else {"audio": silent, "video": 0.0},
        )
