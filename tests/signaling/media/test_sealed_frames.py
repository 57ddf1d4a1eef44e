"""Frames that the pages seal for each other, through the engine, in real Chromium.

The engine sees packets whose beginnings it can read, and pictures that it cannot; a
picture of the same page in the clear shows that the looking would have found it.
"""

import asyncio
from collections.abc import AsyncIterator
from mimetypes import guess_type
from pathlib import Path

import av
import pytest
from playwright.async_api import Page, Route, async_playwright

from signaling.media import rtp, vp8
from signaling.media.downstream import Downstream
from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media import test_chromium as chromium
from tests.signaling.media.conftest import Stage

pytestmark = chromium.pytestmark

STATIC = Path(__file__).parents[3] / "web" / "static"
#: Every stream of the page goes through the worker of the call page.
SEALING = """
window.counted = () => new Promise((done) => {
  worker.addEventListener("message", function heard({data}) {
    if (data.told !== "counted") return;
    worker.removeEventListener("message", heard);
    done(data.counted);
  });
  worker.postMessage({do: "count"});
});
window.begin = () => {
  window.worker = new Worker("/js/call/private/worker.js", {type: "module"});
  worker.onerror = (event) => console.error(event.message);
  const plain = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, how) {
    const made = plain.call(this, track, how);
    made.sender.transform = new RTCRtpScriptTransform(
        worker, {way: "out", kind: track.kind});
    return made;
  };
  const take = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (given) {
    await take.call(this, given);
    if (given.type !== "offer") return;
    for (const {mid, receiver} of this.getTransceivers()) {
      const kind = receiver.track.kind;
      receiver.transform ??= new RTCRtpScriptTransform(worker, {way: "in", kind, mid});
    }
  };
};
window.base = new Uint8Array(32).fill(7);
null;
"""
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


async def served(route: Route) -> None:
    path = STATIC / route.request.url.partition("localhost/")[2]
    if path.is_file():
        await route.fulfill(body=path.read_bytes(), content_type=guess_type(path)[0])
    else:
        await chromium.empty_page(route)


@pytest.fixture
async def pages() -> AsyncIterator[list[Page]]:
    loopback = [] if chromium.ADDRESSES else ["--allow-loopback-in-peer-connection"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.CHROMIUM, args=chromium.FLAGS + loopback
        )
        pages = [await (await browser.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.route("**/*", served)
            await page.goto("http://localhost/")
            await page.evaluate(chromium.SCRIPT + SEALING)
            await page.evaluate("begin()")
        yield pages
        await browser.close()


async def test_layers_switch_and_key_frames_come_as_if_nothing_were_sealed(
    stage: Stage, pages: list[Page]
) -> None:
    sender, receiver = pages
    await sender.evaluate(SEND, "seal")
    await receiver.evaluate(RECEIVE, [7, "sealed"])
    stream = await chromium.viewed(stage, pages)
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
    print(counted, await sender.evaluate("counted()"), high)
    assert counted["opened"] > 100
    assert (counted["altered"], counted["plain"]) == (0, 0)
    assert (await receiver.evaluate("counts()"))["a0"] is True
