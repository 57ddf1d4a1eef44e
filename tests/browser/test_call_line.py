"""What the call page does and says on a weak line, a broken one, and unsupervised."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from config.settings import Settings
from signaling import conduct
from signaling.conditions import (
    ConnectionQuality,
    PublishQuality,
    Renegotiate,
    Supervision,
    VideoQuality,
)
from signaling.effects import Envelope
from signaling.hub import Hub
from signaling.live import Live
from signaling.media.engine import VideoQuality as VideoQualityWord
from signaling.words import Quality
from tests.browser.appointment import booked, both_wait
from tests.browser.conftest import Installation
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    inspect,
    open_page,
    sees_and_hears,
)
from tests.impair.line import Way
from tests.impair.relay import Relay, bad_line, through
from visitation.audit import SYSTEM
from web.keys import LIVE

pytestmark = pytest.mark.browser

#: The brightest of a few points of the other's picture; a picture lost is black.
BRIGHTEST = """() => {
  const video = document.querySelector(".tile video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [16, 16];
  canvas.getContext("2d").drawImage(video, 0, 0, 16, 16);
  return Math.max(...canvas.getContext("2d").getImageData(0, 0, 16, 16).data
    .filter((_, index) => index % 4 < 3));
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A family and a prisoner who see and hear each other."""

    hub: Hub
    live: Live
    relay: Relay
    family: Page
    terminal: Page
    me: str
    other: str

    def tell(self, *messages: Any) -> None:
        """Say something to the family's page, as the room does."""
        told = tuple(Envelope(to=self.me, message=each) for each in messages)
        self.hub.carry_out(self.live, told)

    async def pictured(self, quality: VideoQualityWord, as_: str) -> None:
        """Say how the other's picture is sent until the page shows it so.

        A machine with much to do measures its own line meanwhile, and says so too.
        """
        for _ in range(40):
            self.tell(VideoQuality(participant=self.other, quality=quality))
            await asyncio.sleep(0.1)
            if await self.tile.get_attribute("data-picture") == as_:
                return
            await asyncio.sleep(0.4)
        raise AssertionError(f"{quality} is not shown as {as_}")

    @property
    def tile(self) -> Locator:
        """The prisoner, as the family sees them."""
        return self.family.locator(".tile").first


@pytest.fixture
async def relay(service: Installation, settings: Settings) -> AsyncIterator[Relay]:
    """The line between the family and the service, which is perfect until it is cut."""
    async with bad_line(
        up=Way(),
        down=Way(),
        hosts=tuple(map(str, settings.media.public_addresses)),
        udp=settings.media.udp_port,
        tcp=service.port,
    ) as relay:
        yield relay


@pytest.fixture
async def call(
    service: Installation, settings: Settings, relay: Relay, browser: Browser
) -> Call:
    visit, code = await booked(service)
    context = await browser.new_context(viewport={"width": 1024, "height": 700})
    family = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    await family.add_init_script(through(relay, udp=settings.media.udp_port))
    await both_wait(family, terminal, service, visit, code)
    hub: Hub = service.app[LIVE]
    await conduct.start(hub, visit.reference, by=SYSTEM, now=service.clock())
    for page in (family, terminal):
        await in_state(page, "live")
    await sees_and_hears(family, "prisoner")
    await sees_and_hears(terminal, "visitor")
    live = hub.live(visit.reference)
    assert live is not None
    seen = await inspect(family)
    return Call(
        hub=hub,
        live=live,
        relay=relay,
        family=family,
        terminal=terminal,
        me=seen["me"],
        other=seen["people"][0]["id"],
    )


async def test_a_picture_given_up_stays_as_a_still_then_as_a_card_and_comes_back(
    call: Call,
) -> None:
    said = call.family.get_by_role("status").filter(has_text="Sound only")

    await call.pictured("paused", "still")
    await expect(call.tile.locator("canvas[data-kept]")).to_be_visible()
    await expect(call.tile.get_by_text("Picture paused")).to_be_visible()

    await call.pictured("audio_only", "card")
    await expect(call.tile.locator(".icon--waves")).to_be_visible()
    await expect(call.tile.locator("video")).to_be_hidden()
    await expect(call.tile.get_by_text("Sound only")).to_be_visible()
    await expect(said).to_have_count(1)

    await call.pictured("low", "on")
    await expect(call.tile.locator("canvas[data-kept]")).to_have_count(0)
    await expect(call.tile.locator(".tile__notice")).to_be_hidden()
    await sees_and_hears(call.family, "prisoner")


async def test_a_page_sends_no_more_of_its_picture_than_it_is_told(call: Call) -> None:
    note = call.family.locator("figure").get_by_text("Your picture is not sent now")

    call.tell(PublishQuality(quality="audio_only"))
    await expect(note).to_be_visible()
    await _sends(call.family, [])
    await expect(call.family.get_by_label("Your own picture")).to_be_visible()

    call.tell(PublishQuality(quality="low"))
    await expect(note).to_be_hidden()
    await _sends(call.family, ["l"])
    await sees_and_hears(call.terminal, "visitor")

    call.tell(PublishQuality(quality="high"))
    await _sends(call.family, ["h", "l"])
    await sees_and_hears(call.terminal, "visitor")


async def test_a_leg_is_offered_again_or_anew_when_the_service_wants_it(
    call: Call,
) -> None:
    call.tell(Renegotiate(target="publisher", rebuild=False))
    await sees_and_hears(call.terminal, "visitor")
    call.tell(Renegotiate(target="publisher", rebuild=True))
    call.tell(Renegotiate(target="subscriber", rebuild=True))
    await asyncio.sleep(2)

    await in_state(call.family, "live")
    await sees_and_hears(call.terminal, "visitor")
    await sees_and_hears(call.family, "prisoner")
    await _sends(call.family, ["h", "l"])


async def test_lines_and_a_missing_supervisor_are_shown_in_words(call: Call) -> None:
    top = call.family.locator(".call__top")

    call.tell(
        ConnectionQuality(participant=call.me, quality=Quality.POOR),
        ConnectionQuality(participant=call.other, quality=Quality.LOST),
    )
    await expect(top.get_by_text("Weak line")).to_be_visible()
    await expect(call.tile.get_by_text("No line")).to_be_visible()

    call.tell(Supervision(watched=False))
    await in_state(call.family, "held")
    await expect(
        call.family.get_by_role("heading", name="until a supervisor is here")
    ).to_be_visible()
    await expect(call.family.get_by_text("they are given back")).to_be_visible()

    call.tell(Supervision(watched=True))
    await in_state(call.family, "live")


async def test_a_call_whose_media_is_cut_off_keeps_its_picture_and_comes_back(
    call: Call,
) -> None:
    """UDP alone is cut: the page builds new legs over the socket it still has."""
    call.relay.up.down = call.relay.down.down = True
    await in_state(call.family, "reconnecting")
    await expect(call.family.get_by_text("Connecting again; please")).to_be_visible()
    await call.family.wait_for_function(
        "async () => (await visitation.inspect()).legs.subscriber.tries > 1",
        polling=500,
        timeout=2 * PATIENCE_MS,
    )
    kept = await call.family.evaluate(BRIGHTEST)
    call.relay.mend()

    await in_state(call.family, "live")
    assert kept > 100
    # A line that was torn is now and then given sound alone for a while first.
    await sees_and_hears(call.family, "prisoner", within=3 * PATIENCE_MS)
    await sees_and_hears(call.terminal, "visitor", within=3 * PATIENCE_MS)


async def _sends(page: Page, layers: list[str]) -> None:
    """Wait until these layers of the picture, and no others, are to be sent."""
    await page.wait_for_function(
        """async (layers) => {
          const { sent } = await window.visitation.inspect();
          const active = sent.layers.filter((one) => one.active).map((one) => one.rid);
          return JSON.stringify(active.sort()) === JSON.stringify(layers);
        }""",
        arg=layers,
        polling=250,
    )
