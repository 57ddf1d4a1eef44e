"""Debian's Chromium with a fake camera and microphone, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from playwright.async_api import Browser, Page, async_playwright

#: What Playwright turns off itself, which a list of our own replaces, and the two lists
#: of suggestions below the address, which nobody sees and every start would pay for.
_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_OFF)}",
)
#: For pages that play by themselves.
PLAYS = ("--autoplay-policy=no-user-gesture-required",)
#: For stories in which pictures have to come, and nobody counts them: half as many.
FEWER_PICTURES = ("--use-fake-device-for-media-stream=fps=10",)


def flags() -> list[str]:
    """The flags; Chromium needs one more where loopback is the only interface."""
    addresses = (a.address for some in psutil.net_if_addrs().values() for a in some)
    outside = [a for a in addresses if "." in a and not a.startswith("127.")]
    return [*FLAGS, *([] if outside else ["--allow-loopback-in-peer-connection"])]


@asynccontextmanager
async def chromium(
    home: Path | None = None, *, more: tuple[str, ...] = ()
) -> AsyncIterator[Browser]:
    """One browser for a test; `home` says whose certificates it trusts."""
    env = {**os.environ, "HOME": str(home)} if home else None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*flags(), *more], env=env
        )
        try:
            yield browser
        finally:
            await browser.close()


async def fill_and_send(page: Page, values: dict[str, str], button: str) -> None:
    """Fill fields by their labels and press a button by its words."""
    for label, value in values.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name=button).click()
