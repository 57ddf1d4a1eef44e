"""Real Chromium pages with a fake camera and microphone, straight on the engine."""

from collections.abc import AsyncIterator
from shutil import which

import pytest
from aioice.ice import get_host_addresses
from playwright.async_api import Page, Route, async_playwright

from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.conftest import Stage

CHROMIUM = which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]

FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
]
ADDRESSES = get_host_addresses(use_ipv4=True, use_ipv6=False)

SCRIPT = """
window.sender = async () => {
  const pc = window.publishing = new RTCPeerConnection();
  const media = await navigator.mediaDevices.getUserMedia(
      {audio: true, video: {width: 640, height: 360, frameRate: 20}});
  for (const track of media.getTracks()) {
    pc.addTransceiver(track, {direction: 'sendonly', streams: [media]});
  }
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
};
window.restarted = async () => {
  window.publishing.restartIce();
  await window.publishing.setLocalDescription();
  return window.publishing.localDescription.sdp;
};
window.answered = (sdp) =>
    window.publishing.setRemoteDescription({type: 'answer', sdp});
window.receiver = async (sdp) => {
  window.receiving ??= new RTCPeerConnection();
  window.receiving.ontrack = ({track}) => {
    const element = document.createElement(track.kind);
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    element.play();
  };
  await window.receiving.setRemoteDescription({type: 'offer', sdp});
  await window.receiving.setLocalDescription();
  return window.receiving.localDescription.sdp;
};
window.counts = async () => {
  const counts = {};
  for (const report of (await window.receiving.getStats()).values()) {
    if (report.type === 'inbound-rtp' && report.packetsReceived) {
      counts[report.mid] = report.kind === 'video'
          ? report.framesDecoded : report.totalAudioEnergy > 0;
    }
  }
  return counts;
};
window.bitrate = async () => {
  const known = [0];
  for (const report of (await window.publishing.getStats()).values()) {
    known.push(report.availableOutgoingBitrate ?? 0);
  }
  return Math.max(...known);
};
null;
"""


@pytest.fixture
def settings() -> ForwarderSettings:
    return ForwarderSettings(public_addresses=("127.0.0.1", *ADDRESSES))


async def empty_page(route: Route) -> None:
    await route.fulfill(body="<!doctype html><title>call</title>", status=200)


@pytest.fixture
async def pages() -> AsyncIterator[list[Page]]:
    loopback = [] if ADDRESSES else ["--allow-loopback-in-peer-connection"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS + loopback
        )
        pages = [await (await browser.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.route("**/*", empty_page)
            await page.goto("http://localhost/")
            await page.evaluate(SCRIPT)
        yield pages
        await browser.close()


async def publish(stage: Stage, page: Page, name: str) -> None:
    answer = await stage.forwarder.publish(name, await page.evaluate("sender()"))
    await page.evaluate("sdp => answered(sdp)", answer)


async def subscribe(stage: Stage, page: Page, name: str, offer: str) -> None:
    answer = await page.evaluate("sdp => receiver(sdp)", offer)
    await stage.forwarder.accept(name, answer)


async def frames(page: Page, mid: str) -> int:
    return (await page.evaluate("counts()")).get(mid, 0)


async def test_two_pages_see_and_hear_each_other_also_after_ice_restarts(
    stage: Stage, pages: list[Page]
) -> None:
    names = ("family", "terminal")
    for page, name, other in zip(pages, names, reversed(names), strict=True):
        await publish(stage, page, name)
        stage.forwarder.seat(name, 1, other)
        await subscribe(stage, page, name, await stage.forwarder.subscribe(name))

    for page in pages:
        await more_frames(page)
        # Without our word on the bitrate Chromium would stay at 300 kbit/s.
        await more_than(page, 500_000)
    for page, name in zip(pages, names, strict=True):
        answer = await stage.forwarder.publish(name, await page.evaluate("restarted()"))
        await page.evaluate("sdp => answered(sdp)", answer)
        await subscribe(stage, page, name, await stage.forwarder.subscribe(name))
    for page in pages:
        await more_frames(page)


async def more_than(page: Page, bits: int) -> None:
    """Waits until the page thinks that it may send so many bits per second."""
    for _ in range(150):
        if await page.evaluate("bitrate()") > bits:
            break
        await page.wait_for_timeout(100)
    assert await page.evaluate("bitrate()") > bits


async def more_frames(page: Page) -> None:
    """Waits until some more pictures were decoded, with sound beside them."""
    before = await frames(page, "v1")
    seen: dict[str, object] = {}

    for _ in range(100):
        seen = await page.evaluate("counts()")
        if seen.get("v1", 0) > before + 20 and seen.get("a1"):
            break
        await page.wait_for_timeout(100)
    assert seen["a1"] is True
    assert seen["v1"] > before + 20
