"""Pages of the registry in Chromium: as their people see them, in any language."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page

from tests.pages.stage import Address, Stage

#: The device's clock is the service's; else pages warn of it.
_CLOCK = """(now => {
  const real = Date, shift = now - real.now();
  window.Date = class extends real {
    constructor(...given) {
      given.length ? super(...given) : super(real.now() + shift);
    }
    static now() { return real.now() + shift; }
  };
})(%d)"""
_POST = """([path, typed]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  for (const [name, value] of typed) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
WIDE = {"width": 1280, "height": 900}


@asynccontextmanager
async def entered(
    browser: Browser,
    stage: Stage,
    door: str,
    *,
    language: str = "fa",
    **options: object,
) -> AsyncIterator[Page]:
    """A page of a browser that has come in; `options` go to `Browser.new_context`."""
    async with opened(browser, stage, door, language=language, **options) as context:
        yield await context.new_page()


@asynccontextmanager
async def opened(
    browser: Browser,
    stage: Stage,
    door: str,
    *,
    language: str = "fa",
    **options: object,
) -> AsyncIterator[BrowserContext]:
    """A browser that has come in by a door, without a page."""
    given = {"viewport": WIDE, "locale": "fa-IR" if language == "fa" else "en-GB"}
    context: BrowserContext = await browser.new_context(**(given | options))
    await context.add_init_script(_CLOCK % (stage.clock().timestamp() * 1000))
    await context.add_cookies(
        [
            {
                "name": name,
                "value": value,
                "url": stage.url(door, "/").replace("http:", "https:")
                if name.startswith("__Host-")
                else stage.url(door, "/"),
                "secure": name.startswith("__Host-"),
                "httpOnly": True,
            }
            for name, value in {**stage.cookies[door], "lang": language}.items()
        ]
    )
    yield context
    await context.close()


async def speak(context: BrowserContext, stage: Stage, door: str, tongue: str) -> None:
    """Have the pages that come next in another language."""
    # A new cookie goes even with what another site sends.
    await context.clear_cookies(name="lang")
    await context.add_cookies(
        [{"name": "lang", "value": tongue, "url": stage.url(door, "/")}]
    )


async def show(page: Page, stage: Stage, address: Address) -> None:
    """Go to a page, and send what its state needs."""
    if address.posted is None:
        await page.goto(stage.url(address.door, address.path))
        return
    here = stage.url(address.door, "/")
    if address.foreign:
        await page.goto("about:blank")
    elif not page.url.startswith(here):
        await page.goto(stage.url(address.door, "/help"))
    action = stage.url(address.door, address.path)
    async with page.expect_navigation():
        await page.evaluate(_POST, [action, list(address.posted)])
