"""Trying the device before a visit: what the server has to do with it."""

import html
import json
import re
from datetime import timedelta

from tests import make
from tests.web.conftest import Site
from tests.web.day import become, booked
from web.assets import STATIC_FOLDER


async def _at_the_checks(site: Site) -> str:
    async with site.database.write() as session:
        world = await make.world(session)
        today = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.kiosk)
    await site.post("/join", {"code": today.code})
    return await (await site.get("/check")).text()


async def test_each_thing_has_a_screen_with_a_yes_a_no_and_a_skip(site: Site) -> None:
    page = await _at_the_checks(site)

    for step in ("camera", "microphone", "loudspeaker"):
        screen = page.partition(f'data-step="{step}"')[2].partition("</section>")[0]
        acts = set(re.findall(r'data-act="(\w+)"', screen))
        assert {"yes", "no", "skip", "again", "without"} <= acts


async def test_without_script_a_link_leads_on_and_the_page_says_why(
    site: Site,
) -> None:
    page = await _at_the_checks(site)

    assert "<noscript>" in page
    begin = page.partition('data-step="begin"')[2].partition("</section>")[0]
    assert 'href="/call/' in begin
    assert "hidden" not in begin.partition(">")[0]


async def test_every_trouble_the_script_can_name_has_its_words(site: Site) -> None:
    page = await _at_the_checks(site)
    script = (STATIC_FOLDER / "js/check/trouble.js").read_text("utf-8")
    named = set(re.findall(r'return "(\w+)"', script))

    for step in ("camera", "microphone"):
        screen = page.partition(f'data-step="{step}"')[2].partition("</section>")[0]
        assert set(re.findall(r'data-trouble="(\w+)"', screen)) == named


async def test_what_the_call_needs_is_fetched_while_the_device_is_tried(
    site: Site,
) -> None:
    page = await _at_the_checks(site)
    [found] = re.findall(r'data-module="ahead">(.*?)</div>', page)
    addresses = json.loads(html.unescape(found))

    assert any(one.endswith("/js/call/main.js") for one in addresses)
    assert {(await site.get(one)).status for one in addresses} == {200}


async def test_when_the_visit_is_over_the_checks_say_so(site: Site) -> None:
    await _at_the_checks(site)
    site.clock.forward(timedelta(minutes=40))

    response = await site.get("/check")

    assert response.headers["Location"] == "/join/time"
    page = await (await site.get("/join/time")).text()
    assert "تمام شده است" in page
