"""One frame sealed and opened again, byte by byte, in real Chromium."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.signaling.media import test_chromium as chromium
from tests.signaling.media.sealing import two_pages

pytestmark = chromium.pytestmark


@pytest.fixture
async def pages() -> AsyncIterator[list[Page]]:
    async with two_pages() as pages:
        yield pages


#: Seals, and then plays with what came out, in the page's own module.
FRAMES = """async () => {
  const { keyed, Opener, OVERHEAD, partsOf, Sealer } =
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
      partsOf("video", frame(0x10)), partsOf("video", frame(0x11)),
      partsOf("audio", frame(0x78)),
    ].map(({ clear }) => clear),
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


#: A key frame of H264 as browsers write it, with much that must not stay as it is.
SLICES = """async () => {
  const { generationIn, keyed, Opener, Sealer } =
      await import("/js/call/private/frames.js");
  const { escaped, isSliced, unescaped } =
      await import("/js/call/private/slices.js");
  const key = await keyed(base, "family", 256);
  const sealer = new Sealer(key);
  const opener = new Opener(key);
  const [long, short] = [[0, 0, 0, 1], [0, 0, 1]];
  const sps = [0x67, 0x42, 0xe0, 0x1f], pps = [0x68, 0xce], idr = [0x65, 0x88, 0x84];
  const pixels = [...Array(300).keys()].map((n) => n % 7 ? 0 : n % 4);
  const frame = (code) =>
      Uint8Array.from([code, sps, code, pps, code, idr, pixels].flat());
  const starts = (data) =>
      [...data.keys()].filter((n) => !data[n] && !data[n + 1] && data[n + 2] < 2);
  const found = { generations: [], starts: new Set(), ends: 0, opened: [] };
  for (let n = 0; n < 200; n += 1) {
    const sealed = await sealer.seal("video", frame(n % 2 ? long : short));
    found.generations.push(generationIn("video", sealed));
    starts(sealed).forEach((at) => found.starts.add(at));
    found.ends += sealed.at(-1) === 0;
    // Packets carry units: where they become a frame again, start codes are longer.
    const { data } = await opener.open("video", sealed);
    found.opened.push(data.join() === frame(long).join());
  }
  const header = await sealer.seal("video", frame(long));
  header[5] ^= 1;
  found.altered = (await opener.open("video", header)).why;
  found.tiny = (await opener.open("video",
      await sealer.seal("video", Uint8Array.of(...long, 0x41, 0x9a)))).data.join();
  const zeros = Uint8Array.from([...pixels, 0, 0]);
  found.escaped = [starts(escaped(zeros)), unescaped(escaped(zeros)).join()];
  found.same = found.escaped.pop() === zeros.join();
  found.vp8 = isSliced(Uint8Array.of(0, 0, 1, 0x9d, 0x01, 0x2a));
  found.starts = [...found.starts];
  found.generations = [...new Set(found.generations)];
  found.opened = found.opened.every(Boolean);
  return found;
}"""


async def test_whoever_cuts_h264_at_start_codes_finds_units_and_none_in_what_is_sealed(
    pages: list[Page],
) -> None:
    found = await pages[0].evaluate(SLICES)

    assert found == {
        "generations": [0],
        # Of two kinds of parameters and of the slice, each with a zero before it.
        "starts": [0, 1, 8, 9, 14, 15],
        "ends": 0,
        "opened": True,
        "altered": "altered",
        "tiny": "0,0,0,1,65,154",
        "escaped": [[]],
        "same": True,
        "vp8": False,
    }
