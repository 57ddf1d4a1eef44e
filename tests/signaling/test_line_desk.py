"""A line test over its socket: who may make one, how it goes, and what is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from signaling import line_ticket
from signaling.hub import CallSettings
from signaling.line_desk import LineDesk, Means
from tests import make
from tests.fakes import Clock
from tests.signaling.counter import QUICK, REPORT, SDP, Counter, Looping, hear
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lines import Verdict, Whose


async def _stage(
    socket: ClientWebSocketResponse, **report: float | None
) -> dict[str, Any]:
    """What a stage asks of the page, which then reports; the first message of it."""
    allowed = await hear(socket)
    assert (await hear(socket))["type"] == "tell"
    await socket.send_json({"type": "report", **REPORT, **report})
    return allowed


async def _rest(socket: ClientWebSocketResponse) -> list[str]:
    """What else is said before the socket is closed."""
    return [raw.json()["type"] async for raw in socket]


@pytest.fixture
async def counter(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> AsyncIterator[Counter]:
    desk, engine = LineDesk(most=2), Looping()
    async with sqlite.write() as session:
        world = await make.world(session)
    means = Means(
        engine=engine,
        database=sqlite,
        keyring=keyring,
        clock=clock,
        settings=CallSettings(stun=("stun:198.51.100.7",), first_message_seconds=0.3),
        timing=QUICK,
    )
    app = web.Application()

    async def serve(request: web.Request) -> web.StreamResponse:
        return await desk.serve(request, means)

    app.router.add_get("/line/socket", serve)
    client = TestClient(TestServer(app))
    await client.start_server()
    found = Counter(
        desk=desk,
        engine=engine,
        database=sqlite,
        keyring=keyring,
        clock=clock,
        client=client,
        kiosk=world.kiosk.id,
        terminal=world.terminal.id,
        means=means,
    )
    yield found
    for socket in found.sockets:
        await socket.close()
    await client.close()


async def _left(counter: Counter) -> None:
    """Wait until the engine was told that a test is over."""
    await asyncio.wait_for(counter.engine.left.wait(), 5)


async def test_a_line_is_tried_and_what_was_found_is_told_and_kept(
    counter: Counter,
) -> None:
    socket = await counter.connected()
    assert await _stage(socket) == {"type": "send", "rate": 80_000}
    assert await _stage(socket) == {"type": "send", "rate": 900_000}

    result = await hear(socket)

    assert result == {
        "type": "result",
        "verdict": "good",
        "loss_up": 0.0,
        "loss_down": 0.01,
        "round_trip": 0.08,
        "jitter": 0.01,
        "rate_up": 800_000,
        "rate_down": 500_000,
        "relayed": False,
    }
    kept = await counter.kept()
    assert kept is not None
    assert (kept.verdict, kept.taken_at) == (Verdict.GOOD, counter.clock())
    assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE


async def test_a_line_too_weak_for_a_large_picture_is_what_the_small_one_found(
    counter: Counter,
) -> None:
    socket = await counter.connected()
    await _stage(socket, rate=100_000)
    await _stage(socket, rate=400_000, lost=600, received=400)

    result = await hear(socket)

    assert (result["verdict"], result["rate_down"]) == ("weak", 100_000)
    assert result["loss_down"] == 0.01


async def test_a_line_too_weak_for_any_picture_is_tried_with_sound_alone(
    counter: Counter,
) -> None:
    socket = await counter.connected()
    await _stage(socket, rate=40_000, lost=600, received=400)

    assert await _stage(socket, rate=25_000) == {"type": "send", "rate": 0}
    assert (await hear(socket))["verdict"] == "sound_only"


async def test_a_page_that_reports_nothing_is_judged_from_our_end(
    counter: Counter,
) -> None:
    socket = await counter.connected()
    said = [(await hear(socket))["type"] for _ in range(5)]

    assert said == ["send", "tell", "send", "tell", "result"]


async def test_the_page_is_seated_with_itself_and_nobody_else(counter: Counter) -> None:
    socket = await counter.connected()
    await socket.close()
    await _left(counter)

    (name,) = counter.engine.rooms
    assert name.startswith("test-")
    assert counter.engine.rooms == {name: name}
    assert [order for order in counter.engine.done if order[0] == "seat"] == [
        ("seat", name, 0, name)
    ]


async def test_a_page_that_goes_away_leaves_nothing_behind(counter: Counter) -> None:
    socket = await counter.connected()

    await socket.close()
    await _left(counter)

    assert await counter.kept() is None
    assert len(counter.desk) == 0


async def test_a_line_that_lets_nothing_through_is_not_enough(
    counter: Counter,
) -> None:
    socket = await counter.begin()
    await hear(socket)
    await hear(socket)

    result = await hear(socket)

    assert (result["type"], result["verdict"]) == ("result", "not_enough")
    kept = await counter.kept()
    assert kept is not None
    assert kept.verdict is Verdict.NOT_ENOUGH


async def test_a_newer_test_of_a_line_takes_the_place_of_an_older(
    counter: Counter,
) -> None:
    older = await counter.connected()
    newer = await counter.begin()

    assert (await hear(newer))["type"] == "ready"
    assert "result" not in await _rest(older)
    assert len(counter.desk) == 1


async def test_only_so_many_lines_are_tried_at_once(counter: Counter) -> None:
    for station in (counter.kiosk, counter.terminal):
        await hear(await counter.begin(station))
    third = await counter.begin(4711)

    assert (await hear(third))["type"] == "ready"
    assert await hear(third) == {"type": "refused", "reason": "busy"}


async def test_an_old_ticket_is_refused(counter: Counter) -> None:
    socket = await counter.dial()
    of = Whose(station_id=counter.kiosk)
    ticket = line_ticket.issue(counter.keyring, of, now=counter.clock())
    counter.clock.forward(timedelta(minutes=1))
    await socket.send_json({"type": "begin", "version": 1, "ticket": ticket})

    assert await hear(socket) == {"type": "refused", "reason": "ticket"}


@pytest.mark.parametrize(
    "said",
    [
        "no JSON",
        '{"type": "begin"}',
        '{"type": "begin", "version": 2, "ticket": ""}',
        '{"type": "begin", "version": 1, "ticket": "", "more": 1}',
        '{"type": "offer", "target": "publisher", "sdp": "v=0"}',
        '{"type": "report", "received": -1}',
        None,
    ],
)
async def test_what_breaks_the_rules_is_refused(
    counter: Counter, said: str | None
) -> None:
    socket = await counter.dial()
    if said is not None:
        await socket.send_str(said)

    assert await hear(socket) == {"type": "refused", "reason": "malformed"}


@pytest.mark.parametrize(
    "altered",
    [
        lambda ticket: "",
        lambda ticket: ticket[:-1],
        lambda ticket: "9" + ticket,
        lambda ticket: "a.b.c.d",
    ],
)
async def test_a_ticket_that_is_none_of_ours_is_refused(
    counter: Counter, altered: Any
) -> None:
    ticket = line_ticket.issue(
        counter.keyring, Whose(station_id=counter.kiosk), now=counter.clock()
    )
    socket = await counter.dial()
    await socket.send_json({"type": "begin", "version": 1, "ticket": altered(ticket)})

    assert await hear(socket) == {"type": "refused", "reason": "ticket"}


async def test_a_description_that_cannot_be_used_ends_the_test(
    counter: Counter,
) -> None:
    socket = await counter.begin()
    await hear(socket)
    await hear(socket)
    await socket.send_json({"type": "offer", "target": "publisher", "sdp": "nonsense"})

    assert await hear(socket) == {"type": "refused", "reason": "bad_sdp"}
    assert await counter.kept() is None


async def test_an_engine_that_is_gone_for_a_moment_can_be_asked_again(
    counter: Counter,
) -> None:
    counter.engine.gone = True
    socket = await counter.begin()
    await hear(socket)
    await socket.send_json({"type": "offer", "target": "publisher", "sdp": SDP})

    assert await hear(socket) == {"type": "refused", "reason": "busy"}
    assert await counter.kept() is None


async def test_another_sites_page_may_try_nothing(counter: Counter) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await counter.dial(Origin="https://elsewhere.example")

    assert refused.value.status == 403


async def test_a_stopping_service_breaks_tests_off(counter: Counter) -> None:
    socket = await counter.connected()

    counter.desk.stop()

    assert "result" not in await _rest(socket)
    assert await counter.kept() is None
    assert len(counter.desk) == 0
