"""A room, its guests, and what its effects say."""

from datetime import UTC, datetime, timedelta

from signaling.effects import (
    Effects,
    Envelope,
    Note,
)
from signaling.messages import (
    ParticipantView,
)
from signaling.room import Room
from signaling.seats import Guest
from signaling.supervised import SupervisedRoom
from signaling.views import Welcome
from signaling.words import Phase, Presence, Quality, Sending
from visitation.words import Part, VisitKind

TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HALF_PAST = TEN + timedelta(minutes=30)
CLOSING = HALF_PAST + timedelta(minutes=5)
WELCOME = Welcome(resume="come-back")

PRISONER = Guest(id="prisoner", part=Part.PRISONER, name="رضا", known=False)
MOTHER = Guest(id="mother", part=Part.VISITOR, name="زهرا", known=True)
UNCLE = Guest(id="uncle", part=Part.VISITOR, name="حسن", known=False)
OFFICIAL = Guest(id="official", part=Part.OFFICIAL, name="احمدی", known=False)
COMPANION = Guest(id="companion", part=Part.COMPANION, name="احمدی", known=False)
MONITOR = Guest(id="monitor", part=Part.MONITOR, name="", known=False)


def room(phase: Phase = Phase.WAITING) -> SupervisedRoom:
    return SupervisedRoom(
        kind=VisitKind.FAMILY,
        starts_at=TEN,
        ends_at=HALF_PAST,
        closes_at=CLOSING,
        phase=phase,
    )


def enter(into: Room, *guests: Guest, sending: bool = True) -> None:
    """They come in one after the other, and send sound and picture if they may."""
    for guest in guests:
        if guest.part is Part.MONITOR:
            assert isinstance(into, SupervisedRoom)
            into.watch(guest, WELCOME, now=TEN)
        else:
            into.enter(guest, WELCOME, now=TEN)
        if sending:
            into.sends(guest.id, audio=Sending.ON, video=Sending.ON)


def under_way(*guests: Guest) -> SupervisedRoom:
    live = room(Phase.LIVE)
    enter(live, *guests)
    return live


def told(effects: Effects, to: str) -> list[object]:
    return [e.message for e in effects if isinstance(e, Envelope) and e.to == to]


def orders(effects: Effects) -> list[object]:
    return [e for e in effects if not isinstance(e, Envelope | Note)]


def notes(effects: Effects) -> list[Note]:
    return [e for e in effects if isinstance(e, Note)]


def view(guest: Guest, **changes: object) -> ParticipantView:
    values: dict[str, object] = {
        "id": guest.id,
        "part": guest.part,
        "name": guest.name,
        "state": Presence.WAITING,
        "quality": Quality.GOOD,
        "blocked": (),
        "tracks": (),
    }
    return ParticipantView(**(values | changes))  # type: ignore[arg-type]
