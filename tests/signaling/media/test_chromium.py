"""Real Chromium pages with a fake camera and microphone, straight on the engine."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from shutil import which

import pytest
from aioice.ice import get_host_addresses
from playwright.async_api import Page, Route

from signaling.media.downstream import Downstream
from signaling.media.engine import OfferWanted
from signaling.media.forwarder import ForwarderSettings
from signaling.media.publication import Publication
from tests.browser.chromium import chromium
from tests.signaling.media.conftest import Stage, until

CHROMIUM = which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]

ADDRESSES = get_host_addresses(use_ipv4=True, use_ipv6=False)

SCRIPT = """
window.sender = async (encodings, codec) => {
  const pc = window.publishing = new RTCPeerConnection();
  const media = await navigator.mediaDevices.getUserMedia(
      {audio: true, video: {width: 640, height: 360, frameRate: 20}});
  for (const track of media.getTracks()) {
    const sendEncodings = track.kind === 'video' ? encodings ?? [] : [];
    const transceiver = pc.addTransceiver(
        track, {direction: 'sendonly', streams: [media], sendEncodings});
    if (codec && track.kind === 'video') {
      const {codecs} = RTCRtpSender.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter(
          ({mimeType}) => mimeType === codec || mimeType === 'video/rtx'));
    }
  }
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
};
window.offered = async () => {
  await window.publishing.setLocalDescription();
  return window.publishing.localDescription.sdp;
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
window.picture = async () => {
  for (const report of (await window.receiving.getStats()).values()) {
    if (report.type === 'inbound-rtp' && report.mid === 'v0') {
      return {width: report.frameWidth ?? 0, decoded: report.framesDecoded,
              freezes: report.freezeCount, lost: report.packetsLost};
    }
  }
  return {width: 0, decoded: 0, freezes: 0, lost: 0};
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
    async with chromium() as browser:
        pages = [await (await browser.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.route("**/*", empty_page)
            await page.goto("http://localhost/")
            await page.evaluate(SCRIPT)
        yield pages


async def publish(
    stage: Stage,
    page: Page,
    name: str,
    *,
    encodings: list[dict[str, object]] | None = None,
    codec: str = "",
) -> None:
    offer = await page.evaluate("([e, c]) => sender(e, c)", [encodings, codec])
    answer = await stage.forwarder.publish(name, offer)
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


LAYERS = [{"rid": "l", "scaleResolutionDownBy": 4}, {"rid": "h"}]


async def viewed(stage: Stage, pages: list[Page], *, codec: str = "") -> Downstream:
    """One sends two layers, the other gets the layer that the test says.

    What decides by the second is stopped before; what the browser was told with its
    first packet still holds, and is enough for both layers.
    """
    sender, receiver = pages
    stage.forwarder.seat("terminal", 0, "family")
    await subscribe(
        stage, receiver, "terminal", await stage.forwarder.subscribe("terminal")
    )
    await stage.connected("terminal", "subscriber")
    stream = hold_still(stage)
    await publish(stage, sender, "family", encodings=LAYERS, codec=codec)
    return stream


def hold_still(stage: Stage) -> Downstream:
    assert stage.forwarder._ticking
    stage.forwarder._ticking.cancel()
    stream = stage.forwarder._routes.subscriptions["terminal"].stream("video", 0)
    stream.want("high", stage.clock())
    return stream


async def picture(page: Page, *, width: int, frames: int = 15) -> dict[str, int]:
    """Waits until a picture of that width has been decoded for some frames."""
    first = 0
    for _ in range(200):
        seen = await page.evaluate("picture()")
        if seen["width"] != width:
            first = 0
        elif not first:
            first = seen["decoded"]
        elif seen["decoded"] >= first + frames:
            return seen
        await page.wait_for_timeout(50)
    raise AssertionError(seen)


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_layers_are_switched_without_a_freeze(
    stage: Stage, pages: list[Page], codec: str
) -> None:
    _, receiver = pages
    stream = await viewed(stage, pages, codec=codec)
    begun = await picture(receiver, width=640)
    before = stream.switches

    for _ in range(2):
        stream.want("low", stage.clock())
        low = await picture(receiver, width=160)
        stream.want("high", stage.clock())
        high = await picture(receiver, width=640)

    assert begun["decoded"] < low["decoded"] < high["decoded"]
    assert high["lost"] == 0
    assert stream.switches == before + 4
    layers = stage.forwarder._routes.publications["family"].tracks["video"].layers
    assert layers["high"].octets > layers["low"].octets > 10_000


def lossy(stage: Stage) -> Publication:
    """What the family sends, of whose pictures every twentieth packet gets lost."""
    publication = stage.forwarder._routes.publications["family"]
    heard, came = publication.leg.hear, itertools.count()

    def lose_some(datagram: bytes, now: float) -> None:
        if datagram[1] & 0x7F not in {96, 97} or next(came) % 20:
            heard(datagram, now)

    publication.leg.hear = lose_some
    return publication


async def test_what_gets_lost_comes_in_a_repair_stream(
    stage: Stage, pages: list[Page]
) -> None:
    _, receiver = pages
    await viewed(stage, pages)
    await picture(receiver, width=640)
    publication = lossy(stage)
    await picture(receiver, width=640, frames=120)

    repaired = publication.tracks["video"].layers["high"].repaired
    assert repaired > 0
    assert (await receiver.evaluate("picture()"))["lost"] <= 2


async def test_a_room_goes_over_to_h264_for_one_who_decodes_nothing_else(
    stage: Stage, pages: list[Page]
) -> None:
    sender, receiver = pages
    for name in ("family", "terminal"):
        stage.forwarder.join(name, "room", privileged=False)
    await viewed(stage, pages)
    await picture(receiver, width=640)

    offer = await stage.forwarder.subscribe("terminal")
    answer = await receiver.evaluate("sdp => receiver(sdp)", offer)
    only_h264 = re.sub(r"a=[\w-]+:9[67] .*\r\n", "", answer).replace(" 96 97 ", " ")
    await stage.forwarder.accept("terminal", only_h264)
    await until(lambda: OfferWanted(participant="family") in stage.events)
    before = (await receiver.evaluate("picture()"))["decoded"]
    again = await stage.forwarder.publish("family", await sender.evaluate("offered()"))
    assert "H264" in again
    await sender.evaluate("sdp => answered(sdp)", again)

    after = await picture(receiver, width=640)
    assert after["decoded"] > before
    family = stage.forwarder._routes.publications["family"]
    assert family.tracks["video"].layers["high"].codec == "h264"


async def test_sound_comes_in_long_packets_when_the_line_is_slow(
    stage: Stage, pages: list[Page]
) -> None:
    sender, _ = pages
    await publish(stage, sender, "family")
    publication = stage.forwarder._routes.publications["family"]
    await stage.connected("family", "publisher")
    assert stage.forwarder._ticking
    stage.forwarder._ticking.cancel()
    publication.slow_audio = True
    again = await stage.forwarder.publish("family", await sender.evaluate("offered()"))
    await sender.evaluate("sdp => answered(sdp)", again)
    await asyncio.sleep(1)
    sound = publication.tracks["audio"].layers["high"]
    before, began = sound.packets, stage.clock()
    await asyncio.sleep(2)
    per_second = (sound.packets - before) / (stage.clock() - began)
    assert per_second < 25
