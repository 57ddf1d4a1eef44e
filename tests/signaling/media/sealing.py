"""Pages of real Chromium whose every stream goes through the call page's worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path

from playwright.async_api import Page, Route

from tests.browser.chromium import PLAYS, chromium
from tests.signaling.media.test_chromium import SCRIPT, empty_page

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


async def served(route: Route) -> None:
    """What the service would deliver, and else an empty page."""
    path = STATIC / route.request.url.partition("localhost/")[2]
    if path.is_file():
        await route.fulfill(body=path.read_bytes(), content_type=guess_type(path)[0])
    else:
        await empty_page(route)


@asynccontextmanager
async def two_pages() -> AsyncIterator[list[Page]]:
    """Two that have begun, and neither send nor receive yet."""
    async with chromium(more=PLAYS) as browser:
        pages = [await (await browser.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.route("**/*", served)
            await page.goto("http://localhost/")
            await page.evaluate(SCRIPT + SEALING)
            await page.evaluate("begin()")
        yield pages
