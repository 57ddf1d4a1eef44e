"""`make prove-interface`: a family's device goes from one network to another in a call.

The family's browser lives in a network namespace with two interfaces, as a phone has
Wi-Fi and mobile data. In the middle of the call the first one is taken away and the
second one comes. Needs to be root, and Linux.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import structlog
from playwright.async_api import Page

from signaling import conduct
from tests.browser.appointment import booked, paired
from tests.browser.conftest import PHONE
from tests.browser.people import in_state, join_by_code, open_page
from tests.impair import diary
from tests.impair.call import WATCH, installed, speaking
from tests.impair.forward import forward
from visitation.audit import SYSTEM
from web.keys import LIVE

SPACE: Final = "visitation-family"
SERVICE: Final = "10.77.0.1"
#: Both ends of each of the two interfaces.
LINKS: Final = {
    "vwifi": ("10.77.1.1", "10.77.1.2"),
    "vmobile": ("10.77.2.1", "10.77.2.2"),
}
SETTLING, PATIENCE, GOAL = 12.0, 20.0, 3.0


def ip(*words: str, inside: bool = False) -> None:
    """Runs ip(8), in the family's namespace or in ours."""
    place = ["-n", SPACE] if inside else []
    subprocess.run(["ip", *place, *words], check=True)


def plugged(name: str) -> None:
    """Has the family's device reach the world by this interface."""
    ip("link", "set", name, "up", inside=True)
    ip("route", "add", "default", "via", LINKS[name][0], "dev", name, inside=True)


def unplugged(name: str) -> None:
    """Takes an interface away, and with it, as any device does, its address.

    A kernel that still has the address asks for the next gateway in its name, and the
    gateway does not answer: seconds in which no packet of whatever kind gets out.
    """
    ip("address", "flush", "dev", name, inside=True)
    ip("link", "set", name, "down", inside=True)


@contextmanager
def two_networks() -> Iterator[None]:
    """The namespace with its interfaces, of which the first one is in use."""
    subprocess.run(
        ["ip", "netns", "del", SPACE], check=False, stderr=subprocess.DEVNULL
    )
    ip("netns", "add", SPACE)
    ip("address", "add", f"{SERVICE}/32", "dev", "lo")
    try:
        ip("link", "set", "lo", "up", inside=True)
        for name, (ours, theirs) in LINKS.items():
            ip("link", "add", name, "type", "veth", "peer", "inner", "netns", SPACE)
            ip("link", "set", "inner", "name", name, inside=True)
            ip("address", "add", f"{ours}/24", "dev", name)
            ip("address", "add", f"{theirs}/24", "dev", name, inside=True)
            ip("link", "set", name, "up")
            # As any network, ours takes no packet from another network's address.
            Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter").write_text("1")
        plugged("vwifi")
        yield
    finally:
        ip("address", "del", f"{SERVICE}/32", "dev", "lo")
        for name in LINKS:
            ip("link", "del", name)
        ip("netns", "del", SPACE)


class Gateway:
    """The service's pages on the namespace's own localhost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._outer: asyncio.Server | None = None
        self._inner: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._outer = await forward(SERVICE, "127.0.0.1", self._port)
        await self._run()
        return self

    async def _run(self) -> None:
        self._inner = await asyncio.create_subprocess_exec(
            "ip", "netns", "exec", SPACE, sys.executable, "-m", "tests.impair.forward",
            "127.0.0.1", SERVICE, str(self._port),
        )  # fmt: skip
        await asyncio.sleep(0.5)

    async def change(self) -> None:
        """Breaks all connections, as a browser does whose own address is gone."""
        await self._end()
        await self._run()

    async def _end(self) -> None:
        if self._inner:
            self._inner.terminate()
            await self._inner.wait()

    async def __aexit__(self, *_: object) -> None:
        await self._end()
        if self._outer:
            self._outer.close()


async def changed() -> dict[str, float | None]:
    """Seconds until sound and picture were back on each side."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        wrapper = directory / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec ip netns exec {SPACE} chromium "$@"\n')
        wrapper.chmod(0o755)
        async with (
            installed(directory, address=SERVICE) as (service, _),
            Gateway(service.port) as gateway,
            speaking(directory) as here,
            speaking(directory, program=str(wrapper)) as there,
        ):
            visit, code = await booked(service)
            terminal = await open_page(await here.new_context(), service, "terminal")
            await paired(terminal, service)
            family = await open_page(
                await there.new_context(), replace(service), "family"
            )
            await join_by_code(family, service, code, PHONE)
            await family.goto(service.url("family", f"/call/{visit.reference}"))
            pages = {"family": family, "terminal": terminal}
            for page in pages.values():
                await in_state(page, "waiting")
            now = service.clock()
            await conduct.start(service.app[LIVE], visit.reference, by=SYSTEM, now=now)
            for page in pages.values():
                await in_state(page, "live")
                await page.evaluate(WATCH)
            await asyncio.sleep(SETTLING)
            since = {who: await _clock(page) for who, page in pages.items()}
            unplugged("vwifi")
            plugged("vmobile")
            await gateway.change()
            await asyncio.sleep(PATIENCE)
            found: dict[str, float | None] = {}
            for who, page in pages.items():
                seconds = await page.evaluate("window.seconds")
                sound, picture = diary.back(seconds, since[who], within=PATIENCE)
                found |= {f"{who}_sound": sound, f"{who}_picture": picture}
            return found


async def _clock(page: Page) -> float:
    return float(await page.evaluate("performance.now() / 1000"))


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    if os.geteuid() or not shutil.which("ip"):
        sys.exit(
            "A network namespace takes root and iproute2; neither is a substitute."
        )
    level = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=level)
    with two_networks():
        found = asyncio.run(changed())
    missed = [what for what, after in found.items() if after is None or after > GOAL]
    print(json.dumps({"prove": "interface", "back_after": found, "missed": missed}))
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
