"""A page in which a test imports the scripts of the call page itself."""

from playwright.async_api import Browser, Page

from tests.web.conftest import Site
from web.assets import ASSETS


async def scripted(browser: Browser, site: Site, *names: str) -> tuple[Page, list[str]]:
    """A page of the site, and where it finds the scripts of these names."""
    page = await browser.new_page()
    await page.goto(f"{site.origin}/")
    return page, addresses(site, *names)


def addresses(site: Site, *names: str) -> list[str]:
    assets = site.client.app[ASSETS]  # type: ignore[union-attr]
    return [assets.url(f"js/call/{name}.js") for name in names]
