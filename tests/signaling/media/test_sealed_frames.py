"""Frames that the pages seal for each other, through the engine, in real Chromium.

The engine sees packets whose beginnings it can read, and pictures that it cannot; a
picture of the same page in the clear shows that the looking would have found it.
"""

from collections.abc import AsyncIterator
from mimetypes import guess_type
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, async_playwright

from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media import test_chromium as chromium
from tests.signaling.media.conftest import Stage
from tests.signaling.media.overheard import Overheard

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
// A picture and a sound that are known again: blue beside yellow, and a tone.
const drawing = (width, height) =>
    Object.assign(document.createElement("canvas"), {width, height});
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = drawing(640, 360);
  const brush = canvas.getContext("2d");
  let turn = 0;
  setInterval(() => {
    brush.fillStyle = "#0000ff";
    brush.fillRect(0, 0, 320, 360);
    brush.fillStyle = "#ffff00";
    brush.fillRect(320, 0, 320, 360);
    brush.fillStyle = "#808080";
    brush.fillRect(310, (turn += 9) % 350, 20, 10);
  }, 50);
  const context = new AudioContext();
  const tone = new OscillatorNode(context, {frequency: 1000});
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const tracks = [...canvas.captureStream(20).getTracks(), ...out.stream.getTracks()];
  return new MediaStream(tracks);
};
window.colours = () => {
  const video = document.querySelector("video");
  const canvas = drawing(64, 36);
  const brush = canvas.getContext("2d");
  brush.drawImage(video, 0, 0, 64, 36);
  const at = (x) => [...brush.getImageData(x, 18, 1, 1).data].slice(0, 3);
  return {at: video.currentTime, left: at(12), right: at(52)};
};
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
            executable_path=chromium.CHROMIUM,
            args=[
                *chromium.FLAGS,
                *loopback,
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        pages = [await (await browser.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.route("**/*", served)
            await page.goto("http://localhost/")
            await page.evaluate(chromium.SCRIPT + SEALING)
            await page.evaluate("begin()")
        yield pages
        await browser.close()


def is_pattern(seen: dict[str, list[int]]) -> bool:
    """Blue on the left and yellow on the right."""
    (red, green, blue), (bright, lively, pale) = seen["left"], seen["right"]
    dark = max(red, green, pale) < 90
    return dark and min(blue, bright, lively) > 170


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
    assert counted["opened"] > 100
    assert (counted["altered"], counted["plain"]) == (0, 0)
    assert (await receiver.evaluate("counts()"))["a0"] is True


@pytest.mark.parametrize("mode", ["seal", "clear"])
async def test_the_engine_can_open_nothing_that_the_pages_sealed(
    stage: Stage, pages: list[Page], mode: str
) -> None:
    """What it decrypted itself goes to a decoder: sealed, and in the clear."""
    sender, receiver = pages
    await sender.evaluate(SEND, mode)
    await receiver.evaluate(RECEIVE, [7, "sealed" if mode == "seal" else "any"])
    await chromium.viewed(stage, pages)
    await stage.connected("family", "publisher")
    publication = stage.forwarder._routes.publications["family"]
    overheard = Overheard.on(publication)
    first = await chromium.picture(receiver, width=640)
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


#: Seals, and then plays with what came out, in the page's own module.
FRAMES = """async () => {
  const { clearOf, keyed, Opener, OVERHEAD, Sealer } =
      await import("/js/call/private/frames.js");
  const key = await keyed(base, "family", 3);
  const sealer = new Sealer(key);
  const opener = new Opener(key);
  const frame = (...head) => Uint8Array.from([...head, ...Array(60).keys()]);
  const why = async (kind, data, by = opener) =>
      (await by.open(kind, data)).why ?? "opened";
  const keyFrame = await sealer.seal("video", frame(0x10));
  const delta = await sealer.seal("video", frame(0x11));
  const sound = await sealer.seal("audio", frame(0x78));
  const dtx = await sealer.seal("audio", Uint8Array.of(0x78));
  const flipped = (data, at) =>
      data.map((byte, index) => index === at ? byte ^ 1 : byte);
  const found = {
    overhead: [keyFrame, delta, sound].map((data) => data.length - 61), known: OVERHEAD,
    clear: [
      clearOf("video", frame(0x10)), clearOf("video", frame(0x11)),
      clearOf("audio", frame(0x78)),
    ],
    readable: [keyFrame, delta, sound].map((data) => [...data.subarray(0, 3)]),
    header: await why("video", flipped(keyFrame, 5)),
    body: await why("video", flipped(keyFrame, 30)),
    counter: await why("video", flipped(keyFrame, keyFrame.length - 2)),
    kind: await why("audio", delta),
    short: await why("video", keyFrame.subarray(0, 20)),
    opened: [
      await why("video", keyFrame), await why("audio", sound),
      await why("audio", dtx), await why("video", delta),
    ],
    again: await why("video", delta),
    other: await why("video", keyFrame, new Opener(await keyed(base, "terminal", 3))),
  };
  for (let n = 0; n < 1100; n += 1) {
    await opener.open("audio", await sealer.seal("audio", frame(0x78)));
  }
  found.old = await why("video", keyFrame);
  return found;
}"""


async def test_a_frame_is_opened_once_whole_and_as_what_it_is(
    pages: list[Page],
) -> None:
    found = await pages[0].evaluate(FRAMES)

    assert found == {
        "overhead": [21, 21, 21],
        "known": 21,
        "clear": [10, 3, 1],
        "readable": [[0x10, 0, 1], [0x11, 0, 1], [0x78, *found["readable"][2][1:]]],
        "header": "altered",
        "body": "altered",
        "counter": "altered",
        "kind": "altered",
        "short": "short",
        "opened": ["opened"] * 4,
        "again": "replayed",
        "other": "altered",
        "old": "replayed",
    }
