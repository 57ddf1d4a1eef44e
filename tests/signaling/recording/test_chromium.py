"""Finished files in a real page: they play, know their length, and can be searched."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page

from tests.browser.chromium import PLAYS, chromium
from tests.signaling.recording import coded
from tests.signaling.recording.journals import Line, Stream, Written
from tests.signaling.recording.played import finished, plain

CHROMIUM = which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]

TYPES = {".webm.sealed": "video/webm", ".mkv.sealed": "video/x-matroska"}
PAGE = "<!doctype html><title>film</title><video></video>"
#: Plays for a while from a moment on; tells when it clapped and flashed.
SCRIPT = """
async ({src, from, seconds}) => {
  const video = document.querySelector('video');
  video.src = src;
  await new Promise((resolve, reject) => {
    video.onloadedmetadata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  const found = {duration: video.duration, claps: [], flashes: [], at: 0, error: ''};
  if (from) {
    const sought = new Promise((resolve) => { video.onseeked = resolve; });
    video.currentTime = from;
    await sought;
    found.at = video.currentTime;
  }
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaElementSource(video).connect(analyser);
  analyser.connect(context.destination);
  const canvas = document.createElement('canvas').getContext(
      '2d', {willReadFrequently: true});
  const wave = new Float32Array(512);
  let loud = 0, white = 0;
  await video.play();
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = video.currentTime;
      analyser.getFloatTimeDomainData(wave);
      if (wave.some((each) => Math.abs(each) > 0.1)) {
        if (now - loud > 0.3 || !found.claps.length) found.claps.push(now);
        loud = now;
      }
      canvas.drawImage(video, 0, 0, 2, 2);
      if (canvas.getImageData(0, 0, 1, 1).data[0] > 128) {
        if (now - white > 0.3 || !found.flashes.length) found.flashes.push(now);
        white = now;
      }
      if (video.ended || now > from + seconds) {
        clearInterval(timer);
        resolve();
      }
    }, 5);
  });
  video.pause();
  found.error = video.error?.message ?? '';
  return found;
}
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with chromium(more=PLAYS) as browser:
        yield await browser.new_page()


async def played(
    page: Page, directory: Path, written: Written, *froms: float
) -> list[dict[str, Any]]:
    """What is heard and seen of the only film, from each of these moments."""
    written.write(directory / "p-1.journal")
    (film,) = finished(directory, ("p-1.journal", "p"))["files"]
    suffix = "." + film["name"].split(".", 1)[1]
    (directory / "film").write_bytes(plain(directory / film["name"]))
    found = []
    async with _serving(directory / "film", TYPES[suffix]) as server:
        for start in froms:
            await page.goto(str(server.make_url("/")))
            told = {"src": "/film", "from": start, "seconds": 3}
            found.append(await page.evaluate(SCRIPT, told))
    assert [each["error"] for each in found] == [""] * len(found)
    for each in found:
        assert each["duration"] == pytest.approx(film["duration_ms"] / 1000, abs=0.1)
    return found


def _serving(film: Path, media_type: str) -> TestServer:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def content(request: web.Request) -> web.FileResponse:
        return web.FileResponse(film, headers={"Content-Type": media_type})

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/film", content)
    return TestServer(app)


def recorded(codec: str) -> Written:
    """Forty seconds; up to the twentieth there is nothing for ten, then only sound."""
    written = Written()
    line = Line(jitter=0.02)
    said = Stream(1, "opus", ppm=100, line=line)
    shown = Stream(2, codec, line=line)
    for each in (said, shown):
        written.track(each)
    sound = coded.sound(40, ppm=100, dtx=True)
    encoder = "libx264" if codec == "h264" else "libvpx"
    pictures = coded.pictures(40, codec=encoder)
    written.send(said, (each for each in sound if not 9.7 <= each[0] < 20))
    written.send(shown, (each for each in pictures if not 9.7 <= each[0] < 30))
    return written


def off(moments: list[float]) -> float:
    """How far they are from whole seconds, at worst."""
    return max(abs(at - round(at)) for at in moments)


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_a_film_plays_and_can_be_searched(
    page: Page, tmp_path: Path, codec: str
) -> None:
    beginning, nothing, sound, late = await played(
        page, tmp_path, recorded(codec), 0, 8.5, 24.5, 35.5
    )
    assert [each["at"] for each in (nothing, sound, late)] == [8.5, 24.5, 35.5]
    for each in (beginning, late):
        assert len(each["claps"]) >= 3
        assert len(each["flashes"]) >= 3
        assert off(each["claps"]) < 0.1
        assert off(each["flashes"]) < 0.15
    # What is not there takes its time as well: nothing moves into its place.
    assert len(nothing["claps"]) == 1
    assert (len(sound["claps"]), sound["flashes"]) == (3, [])
    assert off(sound["claps"]) < 0.1
