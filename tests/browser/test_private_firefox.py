"""Firefox and Chromium in one privileged visit, encrypted from end to end."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.confidential import confidential, protection
from tests.browser.conftest import Installation
from tests.browser.firefox import Firefox, firefox
from tests.browser.people import (
    PATIENCE_MS,
    let_in,
    sees_and_hears,
)
from tests.browser.test_firefox import also_sees_and_hears, at_the_prison, enter

pytestmark = pytest.mark.browser

PRESS = """document.querySelector(`[data-part-of-private="${a[0]}"]`).click()"""


async def test_firefox_and_chromium_read_the_same_words_and_see_each_other(
    service: Installation, browser: Browser, tmp_path: Path
) -> None:
    visit, code = await confidential(service)
    terminal, warden = await at_the_prison(service, browser)
    async with firefox(tmp_path) as lawyer:
        await enter(lawyer, service, visit.reference, code)
        await let_in(warden, service)
        first = await same_words(lawyer, terminal)
        await both_see_and_hear(lawyer, terminal)

        await terminal.reload()
        second = await same_words(lawyer, terminal, other_than=first)
        await both_see_and_hear(lawyer, terminal)

        for pressed in ("differ", "renew"):
            await lawyer.evaluate(PRESS, pressed)
        await same_words(lawyer, terminal, other_than=second)
        await both_see_and_hear(lawyer, terminal)
        for told in (await told_of(lawyer), await protection(terminal)):
            assert (told["level"], told["counted"]["plain"]) == ("ends", 0)
            assert told["counted"]["altered"] == 0


async def told_of(lawyer: Firefox) -> dict[str, Any]:
    """What Firefox's page says of its protection."""
    return await lawyer.evaluate("visitation.protection()")


async def same_words(
    lawyer: Firefox, terminal: Page, *, other_than: list[int] | None = None
) -> list[int]:
    """The words that both browsers show, once they are the same."""
    shown: list[list[int]] = []
    for _ in range(PATIENCE_MS // 250):
        told = (await told_of(lawyer), await protection(terminal))
        shown = [one.get("phrase", []) for one in told]
        if shown[0] not in ([], other_than) and shown[0] == shown[1]:
            return shown[0]
        await asyncio.sleep(0.25)
    raise AssertionError(f"the words differ: {shown}")


async def both_see_and_hear(lawyer: Firefox, terminal: Page) -> None:
    """Picture and sound grow at both ends."""
    await sees_and_hears(terminal, "visitor")
    await also_sees_and_hears(lawyer, "prisoner")
