"""What keeps somebody from using a page: found by axe and by measuring the page.

Knows a page in Chromium and how it is looked at; not which pages there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from zlib import crc32

from playwright.async_api import Browser, Page, Route

from tests.browser.barriers import barriers
from tests.pages import browsing
from tests.pages.stage import Address, Stage

_MEASURE = Path(__file__).with_name("measure.js").read_text()
#: A phone held upright, 1280 pixels at 200 %, a desk; and how large letters are.
NARROW, ZOOMED, DESK = 320, 640, 1280
_SIZES = ((NARROW, ""), (ZOOMED, ""), (DESK, "200%"))


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
    """One address of each route and state, whoever comes to it and by what query."""
    seen: set[str] = set()
    for one in addresses:
        kind = one.kind.split(" ?")[0].split(" #")[0]
        if kind not in seen:
            seen.add(kind)
            yield one


async def found_on(
    browser: Browser, stage: Stage, address: Address, look: Look
) -> list[str]:
    """Every barrier of a page: by axe as it is looked at, by measuring at all sizes."""
    async with browsing.entered(
        browser,
        stage,
        address.door,
        language=look.language,
        viewport={"width": look.width, "height": 900},
        color_scheme="dark" if look.dark else "light",
    ) as page:
        await browsing.show(page, stage, address)
        # A kiosk goes on by itself; this page is looked at first.
        await page.route("**/*", _stay)
        found = [*await barriers(page), *await misfits(page)]
    return [f"{address.door} {address.kind} [{look}] {one}" for one in found]


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
