"""Frames that the pages seal for each other, through the engine, in real Chromium.

The engine sees packets whose beginnings it can read, and pictures that it cannot; a
picture of the same page in the clear shows that the looking would have found it.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media import test_chromium as chromium
from tests.signaling.media.conftest import Stage
from tests.signaling.media.overheard import Overheard
from tests.signaling.media.sealing import two_pages

pytestmark = chromium.pytestmark

SEND = """(mode) => {
  worker.postMessage({do: "own", base, sender: "family", generation: 1});
  worker.postMessage({do: "mode", sends: mode, takes: "sealed"});
}"""
RECEIVE = """([fill, takes]) => {
  const base = new Uint8Array(32).fill(fill);
  worker.postMessage({do: "their", participant: "family", base, generation: 1});
  worker.postMessage({do: "seats", by: [["a0", "family"], ["v0", "family"]]});
  worker.postMessage({do: "mode", sends: "hold", takes});
}"""


@pytest.fixture
def settings() -> ForwarderSettings:
    return ForwarderSettings(public_addresses=("127.0.0.1", *chromium.ADDRESSES))


@pytest.fixture
async def pages() -> AsyncIterator[list[Page]]:
    async with two_pages() as pages:
        yield pages


def is_pattern(seen: dict[str, list[int]]) -> bool:
    """Blue on the left and yellow on the right."""
    (red, green, blue), (bright, lively, pale) = seen["left"], seen["right"]
    dark = max(red, green, pale) < 90
    return dark and min(blue, bright, lively) > 170


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_layers_switch_and_key_frames_come_as_if_nothing_were_sealed(
    stage: Stage, pages: list[Page], codec: str
) -> None:
    sender, receiver = pages
    await sender.evaluate(SEND, "seal")
    await receiver.evaluate(RECEIVE, [7, "sealed"])
    stream = await chromium.viewed(stage, pages, codec=codec)
    begun = await chromium.picture(receiver, width=640)
    before = stream.switches

    for _ in range(2):
        stream.want("low", stage.clock())
        low = await chromium.picture(receiver, width=160)
        stream.want("high", stage.clock())
        high = await chromium.picture(receiver, width=640)

    assert begun["decoded"] < low["decoded"] < high["decoded"]
    assert high["lost"] == 0
    assert stream.switches == before + 4
    counted = await receiver.evaluate("counted()")
    assert counted["opened"] > 100
    assert (counted["altered"], counted["plain"]) == (0, 0)
    assert (await receiver.evaluate("counts()"))["a0"] is True


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
@pytest.mark.parametrize("mode", ["seal", "clear"])
async def test_the_engine_can_open_nothing_that_the_pages_sealed(
    stage: Stage, pages: list[Page], mode: str, codec: str
) -> None:
    """What it decrypted itself goes to a decoder: sealed, and in the clear."""
    sender, receiver = pages
    await sender.evaluate(SEND, mode)
    await receiver.evaluate(RECEIVE, [7, "sealed" if mode == "seal" else "any"])
    await chromium.viewed(stage, pages, codec=codec)
    await stage.connected("family", "publisher")
    publication = stage.forwarder._routes.publications["family"]
    first = await chromium.picture(receiver, width=640)
    overheard = Overheard.on(publication)
    publication.tracks["video"].layers["high"].ask_key_frame(stage.clock())
    before = await receiver.evaluate("colours()")
    later = await chromium.picture(receiver, width=640, frames=50)
    after = await receiver.evaluate("colours()")

    # The other page sees and hears it, either way.
    assert later["decoded"] > first["decoded"]
    assert after["at"] > before["at"]
    assert is_pattern(after)
    assert (await receiver.evaluate("counts()"))["a0"] is True
    pictures, tone = overheard.pictures(), overheard.share_of_tone(1000)
    assert len(pictures) >= 30
    known = sum(is_pattern(one) for one in pictures if one is not None)
    if mode == "clear":
        assert known > 0.9 * len(pictures)
        assert tone > 0.5
    else:
        assert known == 0
        assert tone < 0.1


async def test_a_wrong_key_shows_nothing_and_asks_for_key_frames(
    stage: Stage, pages: list[Page]
) -> None:
    sender, receiver = pages
    await sender.evaluate(SEND, "seal")
    await receiver.evaluate(RECEIVE, [8, "sealed"])
    stream = await chromium.viewed(stage, pages)
    await receiver.wait_for_timeout(3000)

    refused = await receiver.evaluate("counted()")
    assert refused["altered"] > 50
    assert refused["opened"] == 0
    assert stream.plis >= 2
    assert (await receiver.evaluate("picture()"))["decoded"] == 0

    await receiver.evaluate(RECEIVE, [7, "sealed"])
    await chromium.picture(receiver, width=640)


async def test_what_gets_lost_comes_again_and_is_opened_once(
    stage: Stage, pages: list[Page]
) -> None:
    sender, receiver = pages
    await sender.evaluate(SEND, "seal")
    await receiver.evaluate(RECEIVE, [7, "sealed"])
    await chromium.viewed(stage, pages)
    await chromium.picture(receiver, width=640)
    publication = chromium.lossy(stage)
    await chromium.picture(receiver, width=640, frames=120)

    assert publication.tracks["video"].layers["high"].repaired > 0
    counted = await receiver.evaluate("counted()")
    assert counted["altered"] == 0
