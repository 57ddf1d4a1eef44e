"""A family's way from the waiting room to the three faces, and no barrier on it."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    WebSocketRoute,
    expect,
)

from signaling import conduct
from signaling.hub import Hub
from tests.browser.appointment import booked, paired
from tests.browser.barriers import troubles
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    join_by_code,
    open_page,
    sees_and_hears,
    sign_in,
)
from visitation import visits
from visitation.audit import SYSTEM
from visitation.visits import Visit
from visitation.words import Part, Role
from web.assets import ASSETS
from web.keys import LIVE

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

#: As when somebody pulls the camera's cable out, and in again.
UNPLUG = """() => {
  const picture = document.querySelector('[data-part-of-call="own"]');
  const [track] = picture.srcObject.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""
PLUG_IN = "() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))"
LISTEN = """async ([url, state, levels]) => {
  const { begin, judged } = await import(url);
  let ears = begin(0);
  levels.forEach((level, at) => {
    ears = judged(ears, { level, now: at * 1000, state });
  });
  return ears.hint;
}"""


@dataclass
class Line:
    """The family's way to the service for sockets, which can be cut."""

    cut: bool = False

    @classmethod
    async def of(cls, context: BrowserContext) -> "Line":
        line = cls()

        async def routed(socket: WebSocketRoute) -> None:
            if line.cut:
                await socket.close()
            else:
                socket.connect_to_server()

        await context.route_web_socket(re.compile("//family.*/call/socket"), routed)
        return line


def hub_of(service: Installation) -> Hub:
    hub = service.app[LIVE]
    assert isinstance(hub, Hub)
    return hub


def part(page: Page, name: str) -> Any:
    """Something of the call page by the name that its scripts have for it."""
    return page.locator(f'[data-part-of-call="{name}"]').first


async def tick_id(service: Installation, visit: Visit, state: str) -> str:
    async with service.database.read() as session:
        people = await visits.participants(session, visit.id)
    held = next(one for one in people if one.part is Part.PRISONER)
    return f"#tick-{state}-{held.reference}"


async def speaks(
    context: BrowserContext, service: Installation, language: str, *hosts: str
) -> None:
    for host in hosts:
        await context.add_cookies(
            [{"name": "lang", "value": language, "url": service.url(host, "/")}]
        )


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_from_the_waiting_room_to_the_faces(
    service: Installation, browser: Browser, language: str
) -> None:
    visit, code = await booked(service)
    hub = hub_of(service)
    context = await browser.new_context()
    line = await Line.of(context)
    family = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    warden = await open_page(context, service, "warden")
    await paired(terminal, service)
    await in_state(terminal, "waiting")
    await join_by_code(family, service, code, PHONE)
    await sign_in(warden, service, Role.WARDEN)
    await speaks(context, service, language, "family", "terminal")
    await terminal.reload()
    await in_state(terminal, "waiting")
    await family.goto(service.url("family", f"/call/{visit.reference}"))
    await in_state(family, "waiting")

    await _hears_ticks_and_gets_help(service, visit, family, warden)
    await conduct.start(hub, visit.reference, by=SYSTEM, now=service.clock())
    for page in (family, terminal):
        await in_state(page, "live")
    await sees_and_hears(family, "prisoner")
    await _talk_without_a_voice(family, terminal, language)
    await _camera_goes_and_comes(family, terminal)
    await _line_breaks(service, visit, family, line)

    await conduct.pause(
        hub, visit.reference, paused=True, by=SYSTEM, now=service.clock()
    )
    for page in (family, terminal):
        await in_state(page, "paused")
        assert await troubles(page) == []

    await conduct.end(hub, visit.reference, by=SYSTEM, now=service.clock())
    for page in (family, terminal):
        await in_state(page, "ended")
        assert await troubles(page) == []
    await family.locator(".faces__one--good").click()
    await family.wait_for_url("**/after")
    await expect(family.locator(".faces__given")).to_be_visible()
    assert await troubles(family) == []


async def _line_breaks(
    service: Installation, visit: Visit, family: Page, line: Line
) -> None:
    """What stands on the page while the socket, a request or the picture is gone."""
    line.cut = True
    service.lose_sockets(visit.reference)
    await in_state(family, "reconnecting")
    await expect(family.locator(".call__banner").first).to_be_visible()
    assert await troubles(family) == []
    await family.route("**/help", lambda route: route.abort())
    await part(family, "help").click()
    await expect(family.locator(".call-notice--own")).to_be_visible()
    await family.unroute("**/help")
    line.cut = False
    await in_state(family, "live")

    live = hub_of(service).live(visit.reference)
    assert live is not None
    watching = next(one for one in live.room.here if one.guest.part is Part.VISITOR)
    slot = next(at for at, one in enumerate(watching.slots) if one)
    given_up = live.room.here.picture(watching.id, slot, "audio_only")
    hub_of(service).carry_out(live, given_up)
    await expect(family.locator('.tile[data-picture="card"]')).to_be_visible()
    assert await troubles(family) == []


async def _hears_ticks_and_gets_help(
    service: Installation, visit: Visit, family: Page, warden: Page
) -> None:
    # The warden's ticks are heard at once, each in its turn.
    await warden.goto(service.url("warden", "/warden"))
    for state, stage in (("told", "called"), ("arrived", "on_the_way")):
        await warden.locator(await tick_id(service, visit, state)).click()
        await expect(
            family.locator(f'[data-stage="{stage}"][data-reached="now"]')
        ).to_be_visible()
    assert await troubles(family) == []

    # Help is called, seen above the warden's page, and answered.
    await part(family, "help").click()
    await expect(part(family, "help")).to_have_attribute("data-state", "waiting")
    await warden.locator("#calls-for-help button").click()
    await expect(part(family, "help")).to_have_attribute("data-state", "answered")


async def _talk_without_a_voice(family: Page, terminal: Page, language: str) -> None:
    # A hand by the keyboard, and a phrase that each reads in their own language.
    await terminal.keyboard.press("Alt+3")
    await expect(family.locator(".tile__hand")).to_be_visible()
    for page in (family, terminal):
        assert await troubles(page) == []
    await part(family, "write").click()
    await family.locator('[data-phrase="hear_well"]').click()
    await expect(part(terminal, "unread")).to_be_visible()
    await part(terminal, "write").click()
    words = {"en": "I hear you well", "fa": "صدایت خوب می‌آید"}[language]
    await expect(part(terminal, "lines").get_by_text(words)).to_be_visible()
    assert await troubles(family) == []
    await family.keyboard.press("Escape")
    await expect(part(family, "write")).to_be_focused()


async def _camera_goes_and_comes(family: Page, terminal: Page) -> None:
    # The camera goes and comes back; nobody has to load anything again.
    await family.evaluate(UNPLUG)
    await expect(part(family, "trouble")).to_be_visible()
    await expect(part(family, "video")).to_have_attribute("data-state", "none")
    assert await troubles(family) == []
    await family.evaluate(PLUG_IN)
    await expect(part(family, "trouble")).to_be_hidden()
    await sees_and_hears(terminal, "visitor")


async def test_ears_know_a_voice_from_a_quiet_room(
    service: Installation, browser: Browser
) -> None:
    url = service.app[ASSETS].url("js/call/ears.js")
    page = await browser.new_page()
    await page.goto(service.url("family", "/"))

    async def hint(state: str, levels: list[float]) -> str:
        said: str = await page.evaluate(LISTEN, [url, state, levels])
        return said

    voice, room, nothing = 0.1, 0.002, 0.0
    assert await hint("muted", [voice] * 3) == "speaks_muted"
    assert await hint("muted", [voice, *[room] * 3, voice]) == ""
    assert await hint("muted", [*[voice] * 3, *[room] * 12]) == ""
    assert await hint("on", [voice] * 3) == ""
    assert await hint("on", [nothing] * 25) == "hears_nothing"
    assert await hint("on", [nothing] * 15) == ""
    assert await hint("on", [room, *[nothing] * 60]) == ""
