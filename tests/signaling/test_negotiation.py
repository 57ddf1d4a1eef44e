"""Offering legs while the engine takes its time, or fails."""

import asyncio

from signaling.conditions import Renegotiate
from signaling.messages import Offer
from signaling.negotiation import Negotiation
from tests.signaling.fakes import OFFER, FakeEngine


class SlowEngine(FakeEngine):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def subscribe(self, participant: str) -> str:
        await self.may.wait()
        return await super().subscribe(participant)


class BrokenEngine(FakeEngine):
    async def rebuild_subscriber(self, participant: str) -> str:
        raise ConnectionError("the worker is gone")


class Said:
    """Everything that was said, to whom."""

    def __init__(self) -> None:
        self.all: list[tuple[str, object]] = []
        self.waiting = asyncio.Event()

    def __call__(self, participant: str, message: object) -> None:
        self.all.append((participant, message))
        self.waiting.set()

    async def more(self) -> None:
        async with asyncio.timeout(5):
            await self.waiting.wait()
        self.waiting.clear()


async def test_what_is_asked_for_twice_meanwhile_is_offered_once_more() -> None:
    engine, said = SlowEngine(), Said()
    negotiation = Negotiation(engine, said)

    negotiation.offer("mother", rebuild=False)
    await asyncio.sleep(0)
    for rebuild in (False, True, False):
        negotiation.offer("mother", rebuild=rebuild)
    engine.may.set()
    while len(said.all) < 2:
        await said.more()

    assert engine.done == [("subscribe", "mother"), ("rebuild", "mother")]
    assert said.all == [("mother", Offer(target="subscriber", sdp=OFFER))] * 2


async def test_one_who_waits_keeps_nobody_else_waiting() -> None:
    engine, said = SlowEngine(), Said()
    negotiation = Negotiation(engine, said)

    negotiation.offer("mother", rebuild=False)
    negotiation.offer("prisoner", rebuild=True)
    await said.more()

    assert [who for who, _ in said.all] == ["prisoner"]
    await negotiation.stop()
    assert len(said.all) == 1


async def test_whoever_went_wants_nothing_more() -> None:
    engine, said = SlowEngine(), Said()
    negotiation = Negotiation(engine, said)

    negotiation.offer("mother", rebuild=False)
    await asyncio.sleep(0)
    negotiation.offer("mother", rebuild=True)
    negotiation.forget("mother")
    engine.may.set()
    await said.more()
    await asyncio.sleep(0)

    assert engine.done == [("subscribe", "mother")]


async def test_a_page_is_told_when_the_engine_cannot_offer() -> None:
    said = Said()
    negotiation = Negotiation(BrokenEngine(), said)

    negotiation.offer("mother", rebuild=True)
    await said.more()

    again = Renegotiate(target="subscriber", rebuild=True)
    assert said.all == [("mother", again)]


async def test_what_is_asked_for_just_as_an_offer_is_done_is_offered_too() -> None:
    engine, said = FakeEngine(), Said()
    negotiation = Negotiation(engine, said)

    negotiation.offer("mother", rebuild=False)
    # In the same round of the loop, before anybody hears that the first one is done.
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: negotiation.offer("mother", rebuild=True))
    for _ in range(5):
        await asyncio.sleep(0)

    assert engine.done == [("subscribe", "mother"), ("rebuild", "mother")]
