"""A page that has H264 alone, as some hardware does, with one that prefers VP8."""

import pytest
from playwright.async_api import Browser, Page

from tests.browser.appointment import booked, both_wait
from tests.browser.conftest import Installation
from tests.browser.people import let_in, open_page, sees_and_hears

pytestmark = pytest.mark.browser

H264_ALONE = """
  const Able = window.RTCPeerConnection;
  const known = (side) => side.getCapabilities("video").codecs
    .filter(({mimeType}) => /h264|rtx/i.test(mimeType));
  const only = (transceiver) => {
    const kind = transceiver.receiver.track.kind;
    if (kind === "video") transceiver.setCodecPreferences(known(RTCRtpReceiver));
    return transceiver;
  };
  window.legs = [];
  window.RTCPeerConnection = class extends Able {
    constructor(given) {
      super(given);
      window.legs.push(this);
    }
    addTransceiver(...given) {
      return only(super.addTransceiver(...given));
    }
    async setRemoteDescription(given) {
      await super.setRemoteDescription(given);
      if (given.type === "offer") this.getTransceivers().forEach(only);
    }
  };
"""
CODECS = """async () => {
  const found = new Set();
  for (const leg of window.legs ?? []) {
    const reports = await leg.getStats();
    for (const report of reports.values()) {
      const carried = report.packetsSent ?? report.packetsReceived;
      if (/bound-rtp/.test(report.type) && report.kind === "video" && carried) {
        found.add(reports.get(report.codecId)?.mimeType);
      }
    }
  }
  return [...found];
}"""


async def test_a_room_speaks_what_all_in_it_can(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service)
    context = await browser.new_context()
    family = await open_page(context, service, "family")
    await family.add_init_script(H264_ALONE)
    terminal = await open_page(context, service, "terminal")
    warden = await open_page(context, service, "warden")
    await both_wait(family, terminal, service, visit, code)
    await let_in(warden, service)

    await sees_and_hears(family, "prisoner")
    await sees_and_hears(terminal, "visitor")

    assert await codecs(family) == ["video/H264"]


async def codecs(page: Page) -> list[str]:
    """What the page's pictures are coded in, of all that it sends and receives."""
    return await page.evaluate(CODECS)
