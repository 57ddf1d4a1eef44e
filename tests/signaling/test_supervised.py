"""A visit that has to be watched, played through without sockets or media."""

from datetime import UTC, datetime, timedelta

from signaling.conditions import Supervision
from signaling.effects import Block, Effects, Envelope, Hold
from signaling.messages import Joined
from signaling.seats import Guest
from signaling.supervised import SupervisedRoom
from signaling.views import Welcome
from signaling.words import Phase, Reason, Sending
from visitation.words import Part, VisitKind

TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WELCOME = Welcome(resume="come-back")
PRISONER = Guest(id="prisoner", part=Part.PRISONER, name="رضا", known=True)
MOTHER = Guest(id="mother", part=Part.VISITOR, name="زهرا", known=True)
MONITOR = Guest(id="monitor", part=Part.MONITOR, name="", known=False)


def room(phase: Phase = Phase.WAITING, *, needs: bool = True) -> SupervisedRoom:
    return SupervisedRoom(
        kind=VisitKind.FAMILY,
        starts_at=TEN,
        ends_at=TEN + 30 * 60 * SECOND,
        closes_at=TEN + 35 * 60 * SECOND,
        phase=phase,
        needs_supervisor=needs,
    )


def watched() -> SupervisedRoom:
    """Both sides are in the call and send, and staff watch."""
    live = room()
    for guest in (PRISONER, MOTHER):
        live.enter(guest, WELCOME, now=TEN)
    live.watch(MONITOR, WELCOME, now=TEN)
    live.start(now=TEN)
    for guest in (PRISONER, MOTHER):
        live.sends(guest.id, audio=Sending.ON, video=Sending.ON)
    return live


def everything(blocked: bool) -> list[Block]:
    return [
        Block(publisher=who, kind=kind, blocked=blocked)
        for who in ("mother", "prisoner")
        for kind in ("audio", "video")
    ]


def blocks(effects: Effects) -> list[Block]:
    return [one for one in effects if isinstance(one, Block)]


def said(effects: Effects, to: str = "mother") -> list[Supervision]:
    return [
        one.message
        for one in effects
        if isinstance(one, Envelope)
        and one.to == to
        and isinstance(one.message, Supervision)
    ]


def test_a_visit_that_nobody_watches_is_held_from_its_start() -> None:
    live = room()
    live.enter(PRISONER, WELCOME, now=TEN)
    live.enter(MOTHER, WELCOME, now=TEN)
    assert live.snapshot().unsupervised
    assert not live.is_held

    effects = live.start(now=TEN)

    assert blocks(effects) == everything(blocked=True)
    assert said(effects) == [Supervision(watched=False)]
    assert Hold(held=True) in effects
    assert live.is_held
    late = live.enter(MOTHER, WELCOME, now=TEN)
    [hello] = [e.message for e in late if isinstance(e, Envelope) and e.to == "mother"][
        :1
    ]
    assert isinstance(hello, Joined)
    assert not hello.watched


def test_it_goes_on_as_soon_as_staff_watch() -> None:
    live = room()
    for guest in (PRISONER, MOTHER):
        live.enter(guest, WELCOME, now=TEN)
    live.start(now=TEN)

    effects = live.watch(MONITOR, WELCOME, now=TEN + 20 * SECOND)

    assert blocks(effects) == everything(blocked=False)
    assert said(effects) == [Supervision(watched=True)]
    assert Hold(held=False) in effects
    assert not live.snapshot().unsupervised


def test_a_watched_visit_is_not_held_at_all() -> None:
    live = watched()

    assert not live.is_held
    assert live.tick(TEN + SECOND) == ()


def test_a_supervisor_whose_line_breaks_is_waited_for() -> None:
    live = watched()
    live.tick(TEN + 60 * SECOND)
    live.lose("monitor", now=TEN + 60 * SECOND)

    assert live.tick(TEN + 64 * SECOND) == ()
    effects = live.tick(TEN + 65 * SECOND)

    assert blocks(effects) == everything(blocked=True)
    assert said(effects, "prisoner") == [Supervision(watched=False)]
    assert live.tick(TEN + 66 * SECOND) == ()


def test_a_supervisor_who_goes_holds_the_visit() -> None:
    live = watched()
    live.leave("monitor", now=TEN + SECOND, reason=Reason.LEFT)

    assert said(live.tick(TEN + 2 * SECOND)) == []
    assert said(live.tick(TEN + 7 * SECOND)) == [Supervision(watched=False)]


def test_a_pause_and_a_hold_do_not_know_of_each_other() -> None:
    live = watched()
    live.pause(True)
    live.leave("monitor", now=TEN)
    held = live.tick(TEN + 10 * SECOND)
    goes_on = live.pause(False)
    back = live.watch(MONITOR, WELCOME, now=TEN + 20 * SECOND)

    assert blocks(held) == []
    assert said(held) == [Supervision(watched=False)]
    assert blocks(goes_on) == []
    assert blocks(back) == everything(blocked=False)


def test_whoever_stays_muted_stays_so_when_the_hold_ends() -> None:
    live = watched()
    live.mute("mother", "audio", True)
    live.leave("monitor", now=TEN)
    live.tick(TEN + 10 * SECOND)

    back = live.watch(MONITOR, WELCOME, now=TEN + 20 * SECOND)

    assert Block(publisher="mother", kind="audio", blocked=False) not in back
    assert Block(publisher="mother", kind="video", blocked=False) in back


def test_a_room_made_anew_in_the_middle_is_held_until_staff_are_back() -> None:
    live = room(Phase.LIVE)

    assert live.is_held
    live.enter(PRISONER, WELCOME, now=TEN)
    assert Hold(held=True) in live.tick(TEN)


def test_a_room_made_anew_goes_on_if_staff_come_before_its_first_second() -> None:
    live = room(Phase.LIVE)
    live.enter(PRISONER, WELCOME, now=TEN)

    came = live.watch(MONITOR, WELCOME, now=TEN)

    assert Block(publisher="prisoner", kind="audio", blocked=False) in came
    assert said(came) == []


def test_where_staff_only_may_watch_nothing_is_held() -> None:
    live = room(needs=False)
    live.enter(PRISONER, WELCOME, now=TEN)

    assert Hold(held=True) not in live.start(now=TEN)
    assert not live.is_held
    assert not live.snapshot().unsupervised
