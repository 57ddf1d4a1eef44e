"""No page and no state has a barrier, in either language, colour, or at any size.

Each is looked at once here, at one of eight looks; `make prove-accessible` takes all.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.barriers import barriers
from tests.browser.chromium import chromium
from tests.pages import browsing, shut
from tests.pages.barriers import LOOKS, found_behind, look_of, misfits, once_each
from tests.pages.doors import DOORS
from tests.pages.stage import Address, Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.mark.parametrize("door", DOORS)
async def test_nothing_is_in_anybodys_way(
    browser: Browser, raised: Stage, addresses: tuple[Address, ...], door: str
) -> None:
    pages = [one for one in once_each(addresses) if one.door == door]
    looked = ((page, [look_of(page.kind)]) for page in pages)
    found = await found_behind(browser, raised, door, looked)
    assert [one for seen in found.values() for one in seen] == []
    assert found.keys() == set(pages)


async def test_nothing_is_in_the_way_of_who_is_told_that_the_service_is_shut(
    browser: Browser, raised: Stage, addresses: tuple[Address, ...]
) -> None:
    assert addresses
    found: list[str] = []
    async with shut.for_work(raised):
        for page in shut.PAGES:
            assert (await raised.read(page)).status == page.status
            looked = [(page, [look_of(page.kind)])]
            seen = await found_behind(browser, raised, page.door, looked)
            found += seen[page]
    assert found == []


async def test_every_look_is_had_by_some_page(addresses: tuple[Address, ...]) -> None:
    assert {look_of(page.kind) for page in once_each(addresses)} == set(LOOKS)


async def test_barriers_would_be_seen(
    browser: Browser, raised: Stage, addresses: tuple[Address, ...]
) -> None:
    page = next(one for one in addresses if one.kind == "/mine/book/{contact}")
    async with browsing.entered(browser, raised, page.door) as tab:
        await browsing.show(tab, raised, page)
        await tab.evaluate(
            """() => {
              const wide = document.createElement("input");
              const small = document.createElement("button");
              wide.style.inlineSize = "700px";
              small.style.cssText = "min-block-size: 0; block-size: 30px; padding: 0";
              small.textContent = "x";
              document.querySelector("main").append(wide, small);
            }"""
        )
        rules = {one.split(" ")[1].strip(":") for one in await barriers(tab)}
        sizes = {one.split(":")[0] for one in await misfits(tab)}
    assert rules == {"label"}
    assert sizes == {"does-not-fit", "small-target"}
