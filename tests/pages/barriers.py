"""What keeps somebody from using a page: found by axe and by measuring the page.

Knows a page in Chromium and how it is looked at; not which pages there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from zlib import crc32

from playwright.async_api import Browser, Page, Route

from tests.browser.barriers import COLOURS, RULES, barriers
from tests.pages import browsing
from tests.pages.stage import Address, Stage

_MEASURE = Path(__file__).with_name("measure.js").read_text()
#: A phone held upright, 1280 pixels at 200 %, a tablet, a desk; how large letters are.
NARROW, ZOOMED, TABLET, DESK = 320, 640, 800, 1280
_SIZES = ((NARROW, ""), (ZOOMED, ""), (TABLET, ""), (DESK, "200%"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody looks at a page."""

    language: str
    dark: bool
    width: int

    def __str__(self) -> str:
        return f"{self.language} {'dark' if self.dark else 'light'} {self.width}"


LOOKS = tuple(
    Look(language=language, dark=dark, width=width)
    for language, dark, width in product(("fa", "en"), (False, True), (DESK, NARROW))
)


def look_of(kind: str) -> Look:
    """One look for each kind of page, so that all looks are had by some."""
    return LOOKS[crc32(kind.encode()) % len(LOOKS)]


def once_each(addresses: Iterable[Address]) -> Iterator[Address]:
    """One address of each route, state and template, whoever comes to it and how."""
    seen: set[tuple[str, str]] = set()
    for one in addresses:
        kind = one.kind.split(" ?")[0].split(" #")[0]
        if (kind, one.template) not in seen:
            seen.add((kind, one.template))
            yield one


async def found_behind(
    browser: Browser,
    stage: Stage,
    door: str,
    looked: Iterable[tuple[Address, Sequence[Look]]],
) -> dict[Address, list[str]]:
    """Every barrier of a door's pages: by axe at each look, by measuring at all sizes.

    A page is asked for once in a language, and then looked at by day and by night;
    of the night only colours are asked if it was looked at by day.

    Raises:
        ValueError: if a page is another door's.
    """
    found: dict[Address, list[str]] = {}
    async with browsing.opened(browser, stage, door) as context:
        for address, looks in looked:
            if address.door != door:
                raise ValueError(address)
            found[address] = []
            for language in dict.fromkeys(one.language for one in looks):
                await browsing.speak(context, stage, door, language)
                same = [one for one in looks if one.language == language]
                seen = await _found_on(await context.new_page(), stage, address, same)
                found[address] += [f"{door} {address.kind} {one}" for one in seen]
    return found


async def _found_on(
    page: Page, stage: Stage, address: Address, looks: Sequence[Look]
) -> list[str]:
    await _look(page, looks[0])
    await browsing.show(page, stage, address)
    # A kiosk goes on by itself; this page is looked at first.
    await page.route("**/*", _stay)
    spoken = await page.evaluate("document.documentElement.lang")
    found = [] if spoken == looks[0].language else [f"speaks {spoken}"]
    by_day = {look.width for look in looks if not look.dark}
    for look in looks:
        await _look(page, look)
        rules = COLOURS if look.dark and look.width in by_day else RULES
        found += [f"[{look}] {one}" for one in await barriers(page, rules)]
    found += [f"[{spoken}] {one}" for one in await misfits(page)]
    await page.close()
    return found


async def _look(page: Page, look: Look) -> None:
    await page.set_viewport_size({"width": look.width, "height": 900})
    # Colours that change slowly would be read on their way.
    await page.emulate_media(
        color_scheme="dark" if look.dark else "light", reduced_motion="reduce"
    )


async def _stay(route: Route) -> None:
    if route.request.is_navigation_request():
        await route.fulfill(status=204)
    else:
        await route.continue_()


async def misfits(page: Page) -> list[str]:
    """What does not fit at some size, cannot be hit, or does not show the focus."""
    found: dict[str, str] = {}
    for width, letters in _SIZES:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.evaluate(
            "size => { document.documentElement.style.fontSize = size; }", letters
        )
        for rule, what in await page.evaluate(_MEASURE, width == NARROW):
            found.setdefault(f"{rule}: {what}", f"at {width} {letters}")
    return [f"{what} {where}" for what, where in found.items()]
