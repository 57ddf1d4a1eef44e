"""A visit that may be recorded, as its people see, hear and decide it, in Chromium."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import (
    Browser,
    Locator,
    Page,
    Request,
    ViewportSize,
    WebSocketRoute,
    expect,
)
from sqlmodel import select

from config.settings import RecordingsSection, Settings
from signaling import conduct
from tests.browser.appointment import booked, both_wait
from tests.browser.barriers import troubles
from tests.browser.conftest import Installation, settings_of
from tests.browser.hands import Hands
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    open_page,
    sees_and_hears,
    sign_in,
)
from tests.browser.test_around_the_call import hub_of, part, speaks
from visitation.audit import SYSTEM
from visitation.places.tables import SitePolicy
from visitation.recordings.tables import Recording, RecordingConsent
from visitation.visits import Visit
from visitation.words import Recorded, RecordingEnd, Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

PHONE = ViewportSize(width=375, height=740)
BOOTH = ViewportSize(width=1024, height=768)


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    keys = {"first": {"secret": "a key of its own, of more than 32 bytes"}}
    section = RecordingsSection.model_validate(
        {"directory": tmp_path / "recordings", "key_id": "first", "keys": keys}
    )
    plain = settings_of(sqlite_url, tmp_path)
    return plain.model_copy(update={"recordings": section})


@dataclass(frozen=True, kw_only=True)
class Call:
    """A family on its phone, the booth, and a warden who watches both."""

    visit: Visit
    family: Page
    terminal: Page
    warden: Page
    heard: dict[str, list[str]] = field(default_factory=dict)

    @property
    def pages(self) -> dict[str, Page]:
        return {
            "family": self.family,
            "terminal": self.terminal,
            "warden": self.warden,
        }

    async def signed(self, state: str) -> None:
        """Wait until everybody sees that it stands so."""
        for page in self.pages.values():
            await expect(part(page, "recorded")).to_have_attribute("data-state", state)

    async def hears(self, clip: str, *whose: str) -> None:
        """Wait until a clip was played to the family and the prisoner, or to some."""
        for _ in range(PATIENCE_MS // 250):
            if all(clip in self.heard[who] for who in whose or ("family", "terminal")):
                return
            await self.family.wait_for_timeout(250)
        raise AssertionError(f"{clip} was not heard by all: {self.heard}")


async def test_everybody_is_asked_sees_and_hears_it_and_may_stop_it(
    service: Installation, browser: Browser
) -> None:
    call = await _waiting(service, browser, "fa")
    question = call.family.locator(".cover--waiting .consent")
    await expect(question).to_be_visible()
    await _two_equal_answers(question)
    assert await troubles(call.family) == []
    family = Hands(call.family)
    await family.enter(_answer(question, "yes"))
    await expect(question.locator("[data-consent-answer]")).not_to_be_empty()
    await expect(_answer(question, "yes")).to_be_hidden()

    await _begun(service, call)
    await call.signed("asking")
    await call.terminal.locator("[data-part-of-call=ask-open]").click()
    dialog = part(call.terminal, "consent-dialog")
    await _two_equal_answers(dialog)
    assert await troubles(call.terminal) == []
    await _answer(dialog, "yes").click()
    await call.signed("announced")
    await call.signed("on")
    await part(call.terminal, "consent-close").click()
    agreed = call.warden.locator('.conduct__consent[data-when="consent yes"]:visible')
    await expect(agreed).to_have_count(2)
    for page in call.pages.values():
        assert await troubles(page) == []

    await _conduct(call, "announced on")
    await call.signed("paused")
    await call.hears("call.recording_paused.opus")
    await _conduct(call, "paused because staff")
    await call.signed("announced")
    await call.signed("on")
    for clip in ("announced", "on"):
        await call.hears(f"call.recording_{clip}.opus")

    await call.family.keyboard.press("Alt+6")
    ours = part(call.family, "consent-dialog")
    assert await troubles(call.family) == []
    await family.enter(_answer(ours.locator("[data-consent-back]"), "no"))
    await call.signed("stopped")
    await call.family.keyboard.press("Escape")
    await sees_and_hears(call.family, "prisoner")
    await sees_and_hears(call.terminal, "visitor")
    await call.hears("call.recording_stopped.opus")
    [kept] = await _recordings(service)
    assert kept.end_reason is RecordingEnd.WITHDRAWN


async def test_a_no_is_taken_as_one_and_nothing_follows_from_it(
    service: Installation, browser: Browser
) -> None:
    call = await _waiting(service, browser, "en")
    question = call.family.locator(".cover--waiting .consent")
    await _answer(question, "no").click()
    await expect(question).to_contain_text("You said no")
    booth = call.terminal.locator(".cover--waiting .consent")
    await expect(booth).to_be_hidden()

    await _begun(service, call)

    await call.signed("refused")
    await expect(part(call.family, "recorded-words")).to_have_text("Not recorded")
    await expect(part(call.terminal, "ask-now")).to_be_hidden()
    await expect(part(call.warden, "recording-state")).to_contain_text(
        "Somebody said no."
    )
    await sees_and_hears(call.family, "prisoner")
    assert await _recordings(service) == []
    async with service.database.read() as session:
        said = (await session.exec(select(RecordingConsent.given))).all()
    assert said == [False]


async def test_a_no_that_is_lost_with_the_line_is_sent_again(
    service: Installation, browser: Browser
) -> None:
    call = await _waiting(service, browser, "fa")
    lost = await _loses_a_no(call.family)
    for page in (call.family, call.terminal):
        await _answer(page.locator(".cover--waiting .consent"), "yes").click()
    await _begun(service, call)
    await call.signed("on")

    await call.family.keyboard.press("Alt+6")
    ours = part(call.family, "consent-dialog").locator("[data-consent-back]")
    await _answer(ours, "no").click()

    await call.signed("stopped")
    assert lost == ['{"type":"consent","given":false}']
    [kept] = await _recordings(service)
    assert kept.end_reason is RecordingEnd.WITHDRAWN


async def test_a_warden_stops_it_from_the_wall_and_everybody_reads_who_watched(
    service: Installation, browser: Browser
) -> None:
    call = await _waiting(service, browser, "en")
    for page in (call.family, call.terminal):
        await _answer(page.locator(".cover--waiting .consent"), "yes").click()
    await _begun(service, call)
    await call.signed("on")

    since = part(call.family, "watched")
    await since.locator("summary").click()
    await expect(part(call.family, "watchers").locator("li")).to_have_text(
        ["Somebody of the staff, since 10:01"]
    )
    assert await troubles(call.family) == []
    await call.warden.goto(service.url("warden", "/warden"))
    card = call.warden.locator(f"#visit-{call.visit.reference}")
    await expect(card).to_contain_text("The visit is being recorded.")
    await expect(card.get_by_text("Agreed to the recording")).to_have_count(2)
    pane = call.warden.locator(f"#pane-{call.visit.reference}")
    await pane.get_by_role("button", name="Watch here").click()
    await expect(pane).to_have_attribute("data-state", "live")
    await pane.get_by_role("button", name="Sound on").click()
    fold = call.warden.locator(f"#recording-{call.visit.reference}")
    await fold.locator("summary").click()
    assert await troubles(call.warden) == []
    await fold.get_by_role("button", name="Do not record any more").click()
    await call.warden.get_by_role("button", name="Yes, do it").click()

    for page in (call.family, call.terminal):
        await expect(part(page, "recorded")).to_have_attribute("data-state", "stopped")
    await expect(card).to_contain_text("The recording has stopped for good.")
    await expect(fold).to_have_count(0)
    await call.hears("call.recording_stopped.opus", *call.pages)
    await sees_and_hears(call.family, "prisoner")
    [kept] = await _recordings(service)
    assert kept.end_reason is RecordingEnd.STAFF


async def _waiting(service: Installation, browser: Browser, language: str) -> Call:
    """Everybody in the waiting room of a visit that may be recorded."""
    async with service.database.write() as session:
        policy = (await session.exec(select(SitePolicy))).one()
        policy.recorded = Recorded.CONSENT
    visit, code = await booked(service, attendance=None)
    context = await browser.new_context()
    pages = {
        who: await open_page(context, service, who)
        for who in ("family", "terminal", "warden")
    }
    await pages["family"].set_viewport_size(PHONE)
    await pages["terminal"].set_viewport_size(BOOTH)
    call = Call(visit=visit, heard={who: [] for who in pages}, **pages)
    for who, page in pages.items():
        page.on("request", _noting(call.heard[who]))
    await both_wait(call.family, call.terminal, service, visit, code)
    await sign_in(call.warden, service, Role.WARDEN)
    await speaks(context, service, language, *pages)
    for page in (call.family, call.terminal):
        await page.reload()
        await in_state(page, "waiting")
    await call.warden.goto(service.url("warden", f"/call/{visit.reference}"))
    await in_state(call.warden, "waiting")
    return call


async def _loses_a_no(page: Page) -> list[str]:
    """The page's line breaks with its first no, which never arrives."""
    lost: list[str] = []
    breaks: list[asyncio.Task[None]] = []

    def carry(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def sent(message: str | bytes) -> None:
            if lost or '"given":false' not in str(message):
                server.send(message)
                return
            lost.append(str(message))
            both = (line.close(), server.close())
            breaks.extend(asyncio.ensure_future(one) for one in both)

        line.on_message(sent)

    await page.route_web_socket("**/call/socket", carry)
    await page.reload()
    await in_state(page, "waiting")
    return lost


def _noting(asked: list[str]) -> Callable[[Request], None]:
    """Notes the names of the files that a page asks for."""

    def note(sent: Request) -> None:
        asked.append(sent.url.rsplit("/", 1)[-1])

    return note


async def _begun(service: Installation, call: Call) -> None:
    await conduct.start(
        hub_of(service), call.visit.reference, by=SYSTEM, now=service.clock()
    )
    for page in call.pages.values():
        await in_state(page, "live")


def _answer(place: Locator, which: str) -> Locator:
    return place.locator(f'[data-consent="{which}"]').first


async def _two_equal_answers(place: Locator) -> None:
    """Neither answer is larger, or looks more like the one that is wanted."""
    looks = "one => { const s = getComputedStyle(one); return [s.color, s.background] }"
    yes, no = (_answer(place, which) for which in ("yes", "no"))
    sizes = [await one.bounding_box() for one in (yes, no)]
    one, other = ((size["width"], size["height"]) for size in sizes if size)
    assert one == other
    assert one[1] >= 72
    assert await yes.evaluate(looks) == await no.evaluate(looks)


async def _conduct(call: Call, when: str) -> None:
    acts = part(call.warden, "recording-conduct")
    await acts.locator(f'[data-when="{when}"] button').click()


async def _recordings(service: Installation) -> list[Recording]:
    async with service.database.read() as session:
        return list((await session.exec(select(Recording))).all())
