"""The frame in real Chromium: cookies, the content policy, and each small module."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from jinja2 import ChoiceLoader, DictLoader
from playwright.async_api import Page, expect

from tests.browser.chromium import chromium
from tests.web.conftest import PASSWORD, Site, Start
from visitation.words import Role
from web import i18n, present
from web.render import TEMPLATES, render
from web.routing import PUBLIC, Route

pytestmark = pytest.mark.browser

AGENT = "Object.defineProperty(navigator, 'userAgent', {value: 'AGENT'})"
#: What iOS 15 and browsers of Androids before 2022 do not know.
YEARS_AGO = "delete AbortSignal.timeout"
LACKS = {
    "requestSubmit": "delete HTMLFormElement.prototype.requestSubmit",
    "submitter": "delete HTMLFormElement.prototype.requestSubmit;"
    "delete SubmitEvent.prototype.submitter",
}
PLAYGROUND = """
{% extends "base.html" %}
{% from "components/button.html" import button, post_button %}
{% block title %}Playground{% endblock %}
{% block main %}
{{ post_button("Cancel", "/act", kind="danger", fields={"what": "cancel"},
               confirm="Cancel it?") }}
<form method="post" action="/act" id="slow" data-module="submit-once">
  {{ button("Send", name="what", value="send") }}
</form>
<form method="post" action="/act" data-module="submit-once">
  <input id="words" name="words">{{ button("Say", name="what", value="say") }}
</form>
<div id="part" data-module="refresh" data-refresh-url="/part"
     data-refresh-seconds="0.2" data-stale-text="old"><a id="row" href="#">0</a></div>
{% block clock %}
<div id="clock">{% include "components/clock.html" %}</div>
{% endblock %}
<script type="application/json" id="texts">{{ {"hello": "<سلام>"}|tojson }}</script>
<script>document.title = "inline";</script>
{% endblock %}
"""


class Playground:
    """Pages that use every module, and what reached the server from them."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.fetched = 0
        self.failing = False

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            Route(method="GET", path="/play", page=self.play, allow=PUBLIC, name="a"),
            Route(method="POST", path="/act", page=self.act, allow=PUBLIC, name="b"),
            Route(method="GET", path="/part", page=self.part, allow=PUBLIC, name="c"),
        )

    async def play(self, request: web.Request) -> web.Response:
        return render(request, "playground.html")

    async def act(self, request: web.Request) -> web.Response:
        self.acts.append(str((await request.post())["what"]))
        return web.Response(status=204)

    async def part(self, request: web.Request) -> web.Response:
        if self.failing:
            return web.Response(status=500)
        self.fetched += 1
        text = f'<a id="row" href="#">{self.fetched}</a>'
        return web.Response(text=text, content_type="text/html")


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with chromium() as browser:
        yield await browser.new_page(viewport={"width": 360, "height": 700})


@pytest.fixture
def playground() -> Playground:
    return Playground()


@pytest.fixture
async def site(start_site: Start, playground: Playground) -> AsyncIterator[Site]:
    site = await start_site(extra=playground.routes)
    assert site.client.app is not None
    templates = site.client.app[TEMPLATES]
    every = templates.loader
    assert every is not None
    own = DictLoader({"playground.html": PLAYGROUND})
    templates.loader = ChoiceLoader([own, every])
    yield site
    templates.loader = every


async def test_signing_in_works_over_plain_http_on_localhost(
    page: Page, site: Site
) -> None:
    await site.add_account(Role.WARDEN)

    await page.goto(f"{site.origin}/staff")
    await page.fill("#username", "warden")
    await page.fill("#password", "wrong")
    await page.click("main button")
    await page.wait_for_selector(".errors:focus")
    await sign_in(page, site)
    await page.wait_for_url("**/staff")

    assert "The warden" in await page.inner_text("h1")
    cookies = {c["name"]: c for c in await page.context.cookies()}
    assert cookies["__Host-session"]["httpOnly"]
    assert cookies["__Host-session"]["secure"]
    assert cookies["__Host-session"]["sameSite"] == "Lax"
    await page.click("text=خروج")
    await page.wait_for_url(f"{site.origin}/")
    assert "__Host-session" not in {c["name"] for c in await page.context.cookies()}


async def test_the_policy_lets_data_pass_and_stops_inline_script(
    page: Page, site: Site
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    await page.goto(f"{site.origin}/play")

    texts = await page.evaluate(
        "JSON.parse(document.getElementById('texts').textContent)"
    )
    assert texts == {"hello": "<سلام>"}
    assert await page.title() == "Playground – ملاقات تصویری"
    refused = [text for text in said if "Content Security Policy" in text]
    assert len(refused) == 1


async def test_an_act_is_asked_about_first_and_done_once(
    page: Page, site: Site, playground: Playground
) -> None:
    await page.goto(f"{site.origin}/play")

    await page.click("text=Cancel")
    assert await page.inner_text("dialog p") == "Cancel it?"
    await page.click("dialog .button--secondary")
    assert playground.acts == []
    await page.click("text=Cancel")
    async with page.expect_response("**/act"):
        await page.click("dialog .button:not(.button--secondary)")

    assert playground.acts == ["cancel"]


async def test_a_double_click_sends_a_form_once(
    page: Page, site: Site, playground: Playground
) -> None:
    await page.goto(f"{site.origin}/play")

    async with page.expect_response("**/act"):
        await page.dblclick("#slow button")
    await page.wait_for_timeout(200)

    assert playground.acts == ["send"]


@pytest.mark.parametrize("missing", ["requestSubmit", "submitter"])
async def test_a_form_goes_from_a_phone_of_some_years_ago(
    page: Page, site: Site, playground: Playground, missing: str
) -> None:
    await page.add_init_script(YEARS_AGO)
    await page.add_init_script(LACKS[missing])
    await page.goto(f"{site.origin}/play")
    await page.wait_for_selector("html[data-ready]")
    await page.fill("#words", "hello")

    async with page.expect_response("**/act"):
        await page.get_by_role("button", name="Say").click()

    assert playground.acts == ["say"]


async def test_a_part_stays_fresh_keeps_focus_and_says_when_it_is_old(
    page: Page, site: Site, playground: Playground
) -> None:
    await page.goto(f"{site.origin}/play")
    await page.focus("#row")

    await expect(page.locator("#row")).not_to_have_text(re.compile("^[01]$"))
    assert await page.evaluate("document.activeElement.id") == "row"
    playground.failing = True
    await page.wait_for_selector("#part[data-stale]")
    playground.failing = False
    await page.wait_for_selector("#part:not([data-stale])")


async def test_a_wrong_clock_is_pointed_out(page: Page, site: Site) -> None:
    await page.goto(f"{site.origin}/play")

    await page.wait_for_selector("#clock .clock:not([hidden])")


IN_APP = "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 Telegram-Android/11"
OLD_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 "
    "Version/12.1 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("delete window.RTCPeerConnection", "old"),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "address"),
        ("Object.defineProperty(navigator, 'mediaDevices', {value: null})", "camera"),
        (AGENT.replace("AGENT", IN_APP), "app"),
        (
            "delete window.HTMLDialogElement;" + AGENT.replace("AGENT", OLD_IPHONE),
            "phone",
        ),
        ("delete window.HTMLDialogElement", "old"),
    ],
)
async def test_a_browser_that_cannot_hold_a_call_is_told_why(
    page: Page, site: Site, change: str, told: str
) -> None:
    await page.add_init_script(change)
    await page.goto(f"{site.origin}/")

    shown = page.locator("#old-browser [data-lacks]:visible")
    await expect(shown).to_have_attribute("data-lacks", told)
    await page.locator("[data-copy]").click()
    await expect(page.locator("#old-browser input")).to_have_value(
        f"{site.origin}/join"
    )


async def test_a_browser_in_which_no_module_starts_is_told(
    page: Page, site: Site
) -> None:
    await page.clock.install()
    await page.route("**/js/main.js", lambda route: route.abort())
    await page.goto(f"{site.origin}/")
    assert await page.is_hidden("#old-browser")

    for _second in range(12):
        await page.clock.run_for(1000)

    await expect(page.locator("#old-browser [data-lacks=old]")).to_be_visible()


async def test_no_page_scrolls_sideways_at_320_pixels(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 320, "height": 600})
    await site.add_account(Role.WARDEN)
    await page.goto(f"{site.origin}/sign-in")
    await sign_in(page, site)
    await page.wait_for_url("**/staff")
    for path in ("/", "/help", "/sign-in", "/staff", "/account/second-factor", "/no"):
        await page.goto(site.origin + path)

        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await page.evaluate(wide), path


@pytest.mark.parametrize("width", [375, 800, 1200])
async def test_the_menu_takes_a_line_and_every_place_is_at_hand(
    page: Page, site: Site, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 700})
    await site.add_account(Role.SCHEDULER)
    await page.goto(f"{site.origin}/sign-in")
    await sign_in(page, site, "scheduler")
    await page.wait_for_url("**/staff")
    places = page.locator(".menu li:visible")
    in_the_row = await places.count()
    menu = await page.locator(".menu").bounding_box()
    assert menu is not None
    assert menu["height"] < 2 * 44

    await page.click(".menu summary")

    assert await places.count() == await page.locator("a.place").count() > in_the_row
    await page.keyboard.press("Escape")
    assert await places.count() == in_the_row
    await page.click(".menu summary")
    await page.click(".masthead__row", position={"x": 2, "y": 2})
    assert await places.count() == in_the_row


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_names_stand_in_the_order_of_the_page(page: Page, language: str) -> None:
    with i18n.speaking(i18n.load(), language):
        names = present.names(["گل‌بانو دشتی", "Mina", "دفتر سیار ۱"])
        way = i18n.direction()

    await page.set_content(f'<p dir="{way}">{names}</p>')

    edges = await page.eval_on_selector_all(
        "bdi", "all => all.map(one => one.getBoundingClientRect().left)"
    )
    assert len(edges) == len(set(edges)) == 3
    assert edges == sorted(edges, reverse=way == "rtl")


async def sign_in(page: Page, site: Site, username: str = "warden") -> None:
    await page.fill("#username", username)
    await page.fill("#password", PASSWORD)
    await page.click("main button")
