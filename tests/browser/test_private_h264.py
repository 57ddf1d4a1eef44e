"""A page that has H264 alone in a privileged visit, encrypted from end to end."""

import pytest
from playwright.async_api import Browser

from tests.browser.confidential import begun, protection, same_words
from tests.browser.conftest import Installation
from tests.browser.people import sees_and_hears
from tests.browser.test_h264 import H264_ALONE, codecs

pytestmark = pytest.mark.browser

#: What the browser says of itself is as little as what it does.
SAYS_SO = """
  for (const side of [RTCRtpSender, RTCRtpReceiver]) {
    const all = side.getCapabilities.bind(side);
    side.getCapabilities = (kind) => {
      const told = all(kind);
      const codecs = told.codecs
        .filter(({mimeType}) => kind !== "video" || /h264|rtx/i.test(mimeType));
      return { ...told, codecs };
    };
  }
"""


async def test_a_page_with_h264_alone_reads_the_same_words_and_is_seen_and_sees(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    lawyer, terminal, _ = await begun(
        context, service, lawyer_lacks=SAYS_SO + H264_ALONE
    )
    first = await same_words(lawyer, terminal)
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
    assert await codecs(lawyer) == ["video/H264"]

    # Whoever comes anew needs a key frame, which the service has to find.
    await terminal.reload()
    await same_words(lawyer, terminal, after=first)
    await sees_and_hears(terminal, "visitor")
    await sees_and_hears(lawyer, "prisoner")
    for page in (lawyer, terminal):
        counted = (await protection(page))["counted"]
        # A key frame may once have lost the packet with its parameters on the way.
        assert (counted["plain"], counted["altered"] > 2) == (0, False)
        assert counted["opened"] > 50
