"""Rooms over several processes, which may die."""

import asyncio
import signal
import socket
import time

import psutil
import pytest

from signaling.media.engine import (
    BadSdp,
    LegConnected,
    LegFailed,
    LegLost,
    ParticipantStatistics,
    TrackStarted,
)
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers.link import Gone
from signaling.media.workers.pool import NotJoined, Workers
from tests.signaling.media.client import Peer
from tests.signaling.media.conftest import until
from tests.signaling.media.workers.conftest import PATIENCE, Opens, Stage, passes, say


def children() -> list[int]:
    return [
        each.pid
        for each in psutil.Process().children()
        if "signaling.media.workers.worker" in each.cmdline()
    ]


async def test_what_one_publishes_the_other_receives(stage: Stage) -> None:
    sender, receiver = await stage.pair("visit")

    say(sender, b"\xfchello")

    await until(lambda: receiver.packets[-1][12:] == b"\xfchello")
    told = [e for e in stage.events if isinstance(e, LegConnected | TrackStarted)]
    assert told == [
        LegConnected(participant="visit-a", target="publisher"),
        LegConnected(participant="visit-b", target="subscriber"),
        TrackStarted(participant="visit-a", kind="audio"),
    ]


async def test_each_room_goes_where_the_fewest_people_are(stage: Stage) -> None:
    for name in ("a", "b", "c"):
        stage.workers.join(name, "three", privileged=False)
    for name in ("d", "e"):
        stage.workers.join(name, "two", privileged=False)
    stage.workers.join("f", "one", privileged=False)
    stage.workers.join("g", "another", privileged=False)

    places = {room: stage.place(room) for room in ("three", "two", "one", "another")}

    assert places == {"three": 0, "two": 1, "one": 1, "another": 0}


async def test_a_room_that_everybody_left_takes_no_place(stage: Stage) -> None:
    stage.workers.join("a", "first", privileged=False)
    stage.workers.join("b", "first", privileged=False)
    stage.workers.leave("a")
    stage.workers.leave("b")
    stage.workers.join("c", "second", privileged=False)
    stage.workers.leave("nobody")

    assert stage.place("second") == 0
    assert "first" not in stage.workers._places


async def test_a_refused_description_is_refused_with_the_same_reason(
    stage: Stage,
) -> None:
    stage.workers.join("family", "visit", privileged=False)
    with pytest.raises(BadSdp) as refused:
        await stage.workers.publish("family", "")
    with pytest.raises(BadSdp) as unasked:
        await stage.workers.accept("family", "v=0")
    assert (refused.value.reason, unasked.value.reason) == ("malformed", "no_offer")


async def test_who_is_in_no_room_has_no_worker(stage: Stage) -> None:
    stage.workers.seat("nobody", 0, "family")
    stage.workers.block("nobody", "audio", True)
    with pytest.raises(NotJoined):
        await stage.workers.subscribe("nobody")


async def test_a_slot_that_does_not_exist_is_refused(stage: Stage) -> None:
    stage.workers.join("family", "visit", privileged=False)
    with pytest.raises(ValueError, match="4"):
        stage.workers.seat("family", 4, "terminal")


async def test_what_is_blocked_is_not_forwarded(stage: Stage) -> None:
    sender, receiver = await stage.pair("visit")

    stage.workers.block("visit-a", "audio", True)
    await stage.workers.subscribe("visit-b")  # whose answer comes after the order
    before = len(receiver.packets)
    for _ in range(5):
        say(sender)
    await asyncio.sleep(0.1)
    assert len(receiver.packets) == before

    stage.workers.block("visit-a", "audio", False)
    await passes(sender, receiver)


async def test_who_leaves_has_no_legs(stage: Stage) -> None:
    await stage.pair("visit")
    await until(lambda: stage.workers.statistics("visit-a").publisher, within=PATIENCE)

    stage.workers.leave("visit-a")
    stage.workers.leave("visit-b")

    assert stage.workers.statistics("visit-a") == ParticipantStatistics(
        publisher=None, subscriber=None, silence={}
    )
    await until(
        lambda: sum(each.legs + each.rooms for each in stage.workers.workers()) == 0,
        within=PATIENCE,
    )


async def test_statistics_stay_right_between_pushes(stage: Stage) -> None:
    stage.clock.ahead = 1000.0
    await stage.pair("visit")
    await until(lambda: stage.workers.statistics("visit-a").silence, within=PATIENCE)
    began = stage.clock()

    first = stage.workers.statistics("visit-a")
    await asyncio.sleep(0.05)
    second = stage.workers.statistics("visit-a")

    assert first.publisher is not None
    assert first.publisher.state == "connected"
    assert first.publisher.packets > 0
    assert first.publisher.last_heard == pytest.approx(began, abs=5)
    assert second.silence["audio"] - first.silence["audio"] >= 0.05


async def test_each_worker_counts_for_itself(stage: Stage) -> None:
    await stage.pair("first")
    await stage.pair("second")

    await until(
        lambda: [each.legs for each in stage.workers.workers()] == [2, 2],
        within=PATIENCE,
    )

    for number, each in enumerate(stage.workers.workers()):
        assert (each.worker, each.rooms) == (number, 1)
        assert 10 < each.resident_bytes / 2**20 < 200
        assert each.cpu_seconds > 0


async def test_a_killed_worker_costs_its_rooms_new_legs_and_the_others_nothing(
    stage: Stage,
) -> None:
    sender, _ = await stage.pair("first")
    undisturbed, listening = await stage.pair("second")
    assert (stage.place("first"), stage.place("second")) == (0, 1)
    stage.workers.join("first-c", "first", privileged=False)
    stage.workers.block("first-c", "video", True)
    heard = len(listening.packets)

    async def talk() -> int:
        for _ in range(100):
            say(undisturbed)
            await asyncio.sleep(0.01)
        return 100

    talking = asyncio.create_task(talk())
    stage.process(0).kill()
    await stage.failed(("first-a", "publisher"), ("first-b", "subscriber"))
    assert stage.place("first") == 1
    sender, receiver = await stage.again("first")
    await passes(sender, receiver)

    said = await talking
    await until(lambda: len(listening.packets) == heard + said)
    told = [e for e in stage.events if isinstance(e, LegLost | LegFailed)]
    assert not any(e.participant.startswith("second") for e in told)


async def test_a_killed_worker_comes_back_on_its_port(stage: Stage) -> None:
    ports, first = stage.workers.ports, stage.process(0).pid
    stage.process(0).kill()
    await until(lambda: stage.workers._keepers[0].link is None)
    await until(lambda: stage.workers._keepers[0].link, within=PATIENCE)
    await stage.pair("visit")

    assert stage.workers.ports == ports
    assert stage.place("visit") == 0
    assert stage.process(0).pid != first


async def test_what_is_asked_while_nobody_lives_is_answered_later(opens: Opens) -> None:
    stage = await opens(1)
    await stage.pair("visit")
    stage.process(0).kill()
    await stage.failed(("visit-a", "publisher"), ("visit-b", "subscriber"))

    sender, receiver = await stage.again("visit")

    await passes(sender, receiver)


async def test_what_was_asked_of_a_dying_worker_is_asked_of_another(
    stage: Stage,
) -> None:
    await stage.pair("visit")
    process = stage.process(0)
    process.suspend()
    peer = Peer()
    stage.workers.join("visit-c", "visit", privileged=False)
    asked = asyncio.create_task(stage.workers.publish("visit-c", peer.offer()))
    subscribed = asyncio.create_task(stage.workers.subscribe("visit-c"))
    answered = asyncio.create_task(stage.workers.accept("visit-b", "v=0"))
    await asyncio.sleep(0.1)
    assert not asked.done()

    process.kill()

    assert f" {stage.workers.ports[1]} typ host" in await asked
    assert f" {stage.workers.ports[1]} typ host" in await subscribed
    assert await answered is None
    await peer.close()


async def test_what_two_workers_died_of_is_asked_of_no_third(stage: Stage) -> None:
    stage.workers.join("family", "visit", privileged=False)
    await until(lambda: len(stage.workers.workers()) == 2, within=PATIENCE)
    first, second = stage.process(0), stage.process(1)
    first.suspend()
    second.suspend()
    asked = asyncio.create_task(stage.workers.subscribe("family"))
    await asyncio.sleep(0.1)

    first.kill()
    await until(lambda: stage.place("visit") == 1)
    second.kill()

    with pytest.raises(Gone):
        await asked


async def test_a_worker_that_hangs_is_replaced(stage: Stage) -> None:
    await stage.pair("visit")
    process = stage.process(0)

    process.send_signal(signal.SIGSTOP)

    await stage.failed(("visit-a", "publisher"), ("visit-b", "subscriber"))
    await until(lambda: not process.is_running())
    sender, receiver = await stage.again("visit")
    await passes(sender, receiver)


async def test_workers_end_with_the_service_and_free_their_ports(opens: Opens) -> None:
    stage = await opens()
    await stage.pair("visit")
    ports, before = stage.workers.ports, children()

    await stage.workers.stop()

    assert len(before) == 2
    assert children() == []
    for port in ports:
        with socket.socket(type=socket.SOCK_DGRAM) as bound:
            bound.bind(("127.0.0.1", port))


async def test_ports_follow_each_other_and_a_taken_one_starts_nothing() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        workers = Workers(
            ForwarderSettings(bind_host="127.0.0.1", port=port - 1),
            count=2,
            on_event=lambda _: None,
            clock=time.monotonic,
        )
        with pytest.raises(OSError, match="in use"):
            await workers.start()
    assert children() == []


async def test_a_start_that_is_called_off_leaves_no_process() -> None:
    workers = Workers(
        ForwarderSettings(bind_host="127.0.0.1"),
        count=2,
        on_event=lambda _: None,
        clock=time.monotonic,
    )
    starting = asyncio.create_task(workers.start())
    while not children():  # noqa: ASYNC110 (before it takes its next step)
        await asyncio.sleep(0)

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert children() == []


async def test_a_service_that_stops_as_a_worker_ends_leaves_none(opens: Opens) -> None:
    stage = await opens(1)
    worker = stage.process(0)
    worker.kill()
    await until(lambda: stage.workers._keepers[0].link is None)

    await stage.workers.stop()

    assert worker not in psutil.Process().children()
