"""What keeps somebody from using a page: by the rules of WCAG 2.2 AA, or its width."""

from collections.abc import Mapping

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
#: What other colours can change.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
#: What is left of 1280 pixels when all is four times as large.
SMALLEST = {"width": 320, "height": 640}


async def barriers(page: Page, rules: Mapping[str, object] = RULES) -> list[str]:
    """What axe finds on a page: where, against which rule, and in what."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE_SCRIPT)
    seen = await page.evaluate("rules => axe.run(rules)", rules)
    return [
        f"{page.url} {broken['id']}: {node['html'][:120]}"
        for broken in seen["violations"]
        for node in broken["nodes"]
    ]


async def too_wide(page: Page) -> list[str]:
    """Whether something sticks out of a small screen; after it, all is as before."""
    size = page.viewport_size
    await page.set_viewport_size(SMALLEST)
    beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if size is not None:
        await page.set_viewport_size(size)
    return [f"{page.url} is {beyond} pixels too wide"] if beyond > 0 else []


async def troubles(page: Page) -> list[str]:
    """Both."""
    return [*await barriers(page), *await too_wide(page)]
