"""Real Chromium under the policies of a kiosk: what it gives to whom.

Chromium reads them from one place of the machine; the test lends it another view of
that place (a mount namespace), so that no other browser obeys them.
"""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error, async_playwright

from config import kiosk
from tests.browser.chromium import flags
from tests.browser.conftest import Installation

pytestmark = pytest.mark.browser

POLICIES = Path("/etc/chromium")
#: The fake camera stays; the fake answer to "may it film?" would hide what is tried.
_ANSWERED = "--use-fake-ui-for-media-stream"
_MAY_FILM = """async () => {
  const ask = navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const late = new Promise((done) => setTimeout(() => done("asks"), 4000));
  return Promise.race([ask.then((stream) => "gives", (error) => error.name), late]);
}"""
_MAY_SPEAK = """async () => {
  const link = document.querySelector("a.voice");
  return new Audio(link.href).play().then(() => "plays", (error) => error.name);
}"""


def _may_lend() -> bool:
    """Whether this machine lets us have a view of our own of `/etc/chromium`."""
    if not (POLICIES.is_dir() and shutil.which("unshare")):
        return False
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.fixture
async def kiosks_browser(
    service: Installation, tmp_path: Path
) -> AsyncIterator[BrowserContext]:
    if not _may_lend():
        pytest.skip("needs the right to make a mount namespace")
    managed = tmp_path / "etc" / "policies" / "managed"
    managed.mkdir(parents=True)
    told = kiosk.policies(kiosk.origin(service.url("kiosk", "/")))
    # Playwright drives through the tools that a kiosk's browser keeps shut.
    told["DeveloperToolsAvailability"] = 1
    (managed / kiosk.POLICIES_FILE).write_text(json.dumps(told))
    browser = tmp_path / "chromium"
    browser.write_text(
        "#!/bin/sh\n"
        'exec unshare -m sh -c \'mount --bind "$0" /etc/chromium && '
        f'exec {shutil.which("chromium")} "$@"\' {tmp_path / "etc"} "$@"\n'
    )
    browser.chmod(0o755)
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=browser,
            args=[flag for flag in flags() if flag != _ANSWERED],
        )
        yield context
        await context.close()


async def test_the_service_films_and_speaks_unasked_and_nothing_else_opens(
    service: Installation, kiosks_browser: BrowserContext
) -> None:
    page = await kiosks_browser.new_page()
    await page.goto(service.url("kiosk", "/"))

    assert await page.evaluate(_MAY_FILM) == "gives"
    assert await page.evaluate(_MAY_SPEAK) == "plays"
    for address in (service.url("other", "/"), "file:///etc", "tel:123"):
        with pytest.raises(Error, match="ERR_BLOCKED_BY_ADMINISTRATOR"):
            await page.goto(address)
