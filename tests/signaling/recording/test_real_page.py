"""A real page that claps and flashes at once: journalled, finished and decoded."""

import asyncio
import base64
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which

import pytest
from aioice.ice import get_host_addresses
from playwright.async_api import Page, Route

from signaling.media.forwarder import Forwarder, ForwarderSettings
from tests.browser.chromium import PLAYS, chromium
from tests.signaling.recording.journals import KEY
from tests.signaling.recording.played import distances, finished, seen

CHROMIUM = which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]

ADDRESSES = get_host_addresses(use_ipv4=True, use_ipv6=False)
SCRIPT = """
const context = new AudioContext();
const tone = context.createOscillator();
const gain = context.createGain();
const sound = context.createMediaStreamDestination();
gain.gain.value = 0;
tone.connect(gain).connect(sound);
tone.start();
const canvas = document.createElement('canvas');
[canvas.width, canvas.height] = [320, 240];
const drawn = canvas.getContext('2d');
setInterval(() => {
  const claps = performance.now() % 1000 < 150;
  gain.gain.value = claps ? 0.5 : 0;
  drawn.fillStyle = claps ? 'white' : 'black';
  drawn.fillRect(0, 0, 320, 240);
}, 5);
window.offer = async (codec) => {
  window.pc?.close();
  const pc = window.pc = new RTCPeerConnection();
  const tracks = [...sound.stream.getTracks(), ...canvas.captureStream(30).getTracks()];
  for (const track of tracks) {
    const transceiver = pc.addTransceiver(track, {direction: 'sendonly'});
    if (track.kind === 'video') {
      const {codecs} = RTCRtpSender.getCapabilities('video');
      transceiver.setCodecPreferences(
          codecs.filter(({mimeType}) => [codec, 'video/rtx'].includes(mimeType)));
    }
  }
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
};
window.answer = (sdp) => window.pc.setRemoteDescription({type: 'answer', sdp});
null;
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with chromium(more=PLAYS) as browser:
        page = await browser.new_page()
        await page.route("**/*", empty_page)
        await page.goto("http://localhost/")
        await page.evaluate(SCRIPT)
        yield page


async def empty_page(route: Route) -> None:
    await route.fulfill(body="<!doctype html><title>call</title>", status=200)


@pytest.fixture
async def forwarder() -> AsyncIterator[Forwarder]:
    forwarder = Forwarder(
        ForwarderSettings(public_addresses=("127.0.0.1", *ADDRESSES)),
        on_event=lambda event: None,
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await forwarder.start()
    yield forwarder
    await forwarder.stop()


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_what_a_page_clapped_and_flashed_at_once_is_at_once_in_the_film(
    page: Page, forwarder: Forwarder, tmp_path: Path, codec: str
) -> None:
    forwarder.join("p", "room", privileged=False)
    epoch = time.time()
    key = base64.b64encode(KEY).decode()
    forwarder.record("p", str(tmp_path / "p-1.journal"), key)
    # The second time it comes back by a leg of its own.
    for _ in range(2):
        answer = await forwarder.publish(
            "p", await page.evaluate("c => offer(c)", codec)
        )
        await page.evaluate("sdp => answer(sdp)", answer)
        await asyncio.sleep(7)
    forwarder.stop_recording("p")
    await asyncio.sleep(1)

    told = finished(tmp_path, ("p-1.journal", "p"), epoch=epoch)
    assert told["damage"] == []
    films = [seen(tmp_path, each) for each in told["files"]]
    # A page that is short of time claps or flashes late itself.
    *most, _, _ = sorted(distances(films))
    assert len(most) >= 8
    assert most[-1] < 0.1
    assert told["seconds"] in range(12, 18)
