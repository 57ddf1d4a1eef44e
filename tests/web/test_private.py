"""The page of a privileged visit: what protects it, in every word that it needs."""

import json
import re

import pytest

from signaling.hub import Hub
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import become, visit_now
from visitation.words import VisitKind
from web.assets import ASSETS


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


async def page_of(site: Site, world: World, kind: VisitKind) -> str:
    visit = await visit_now(site, world, kind=kind)
    await become(site, world.terminal)
    return await (await site.get(f"/call/{visit.visit.reference}")).text()


def scripts(site: Site) -> dict[str, str]:
    files = site.client.app[ASSETS].files  # type: ignore[union-attr]
    return {
        path: asset.body.decode()
        for path, asset in files.items()
        if path.startswith("js/call/private/")
    }


async def test_the_scripts_find_every_word_and_part_they_ask_for(
    site: Site, world: World
) -> None:
    page = await page_of(site, world, VisitKind.LEGAL)
    [data] = re.findall(r'id="private-words">(.*?)</script>', page, re.DOTALL)
    words, panel = json.loads(data), scripts(site)["js/call/private/panel.js"]

    asked = set(re.findall(r"this\.words\.(\w+)", panel))
    levels = ("agreeing", "transport", "stopped", "refused", "ends")
    asked |= {f"{what}_{level}" for what in ("level", "is") for level in levels}
    asked |= {f"their_{why}" for why in ("browser", "codec", "worker", "silent")}
    asked |= {f"own_{why}" for why in ("browser", "codec", "worker")}
    [buttons] = re.findall(r"BUTTONS = (\[.*?\]);", panel)
    parts = set(re.findall(r'this\.(?:part|write)\("([a-z-]+)"', panel))
    there = set(re.findall(r'data-part-of-private="([a-z-]+)"', page))

    assert asked - words.keys() == set()
    assert (parts | set(json.loads(buttons))) - there == set()
    assert words["level_transport"] != "Encrypted on the way only"


async def test_nobody_else_carries_what_protects_it(site: Site, world: World) -> None:
    page = await page_of(site, world, VisitKind.FAMILY)

    assert "private" not in re.sub(r'"[^"]*words":.*', "", page)


async def test_the_words_to_compare_are_plain_and_told_apart(site: Site) -> None:
    source = scripts(site)["js/call/private/phrase.js"]
    lists = {
        name: text.split()
        for name, text in re.findall(r"(FA|EN) = `(.*?)`", source, re.DOTALL)
    }

    assert {name: len(set(words)) for name, words in lists.items()} == {
        "FA": 256,
        "EN": 256,
    }
    assert all(re.fullmatch(r"[a-z]{2,12}", word) for word in lists["EN"])
    assert all(
        re.fullmatch("[\u0600-\u06ff\u200c]{2,12}", word) for word in lists["FA"]
    )
