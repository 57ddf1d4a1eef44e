"""Debian's Firefox with a fake camera and microphone, driven by Marionette.

Playwright drives only a Firefox of its own making; Marionette is in every Firefox:
length-prefixed JSON over TCP, the commands of WebDriver.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

BINARY = shutil.which("firefox-esr") or shutil.which("firefox")
#: What a test needs, and the silence of a browser that nobody looks at.
PREFERENCES = {
    "marionette.port": 0,
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.autoplay.default": 0,
    "intl.accept_languages": "en",
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
PATIENCE_SECONDS = 60.0


class Refused(Exception):
    """Firefox could not do what it was told."""


class Firefox:
    """One window of Firefox."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0

    async def begin(self) -> None:
        """Read the greeting and open a session."""
        await self._read()
        await self._tell("WebDriver:NewSession", {"acceptInsecureCerts": True})
        await self._tell("WebDriver:SetTimeouts", {"script": 30_000})

    async def goto(self, url: str) -> None:
        """Load a page."""
        await self._tell("WebDriver:Navigate", {"url": url})

    async def reload(self) -> None:
        """Load the page again."""
        await self._tell("WebDriver:Refresh", {})

    async def evaluate(self, expression: str, *arguments: Any) -> Any:
        """The value of an expression, which may be a promise; arguments are `a`."""
        script = (
            "const a = [...arguments], done = a.pop();"
            f"Promise.resolve().then(() => ({expression}))"
            ".then((value) => done({value}), (error) => done({error: String(error)}));"
        )
        told = await self._tell(
            "WebDriver:ExecuteAsyncScript",
            {"script": script, "args": arguments, "sandbox": None},
        )
        said = told["value"] or {"error": "the page was left meanwhile"}
        if "error" in said:
            raise Refused(said["error"])
        return said.get("value")

    async def until(self, expression: str, *arguments: Any) -> None:
        """Ask until the expression is true."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                # A page that is just being left answers nothing.
                with suppress(Refused):
                    if await self.evaluate(expression, *arguments):
                        return
                await asyncio.sleep(0.25)

    async def _tell(self, command: str, given: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, command, given]).encode()
        self._writer.write(b"%d:%s" % (len(text), text))
        _, _, error, result = await self._read()
        if error:
            raise Refused(f"{error['error']}: {error['message']}")
        return result

    async def _read(self) -> Any:
        length = await self._reader.readuntil(b":")
        return json.loads(await self._reader.readexactly(int(length[:-1])))


@asynccontextmanager
async def firefox(folder: Path, **preferences: object) -> AsyncIterator[Firefox]:
    """One browser for a test, with its profile in the folder."""
    assert BINARY, "install firefox-esr"
    profile = folder / "firefox"
    profile.mkdir()
    wanted = {**PREFERENCES, **preferences}
    lines = [f"user_pref({json.dumps(n)}, {json.dumps(wanted[n])});" for n in wanted]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        BINARY,
        *("--headless", "--no-remote", "--marionette", "--profile", str(profile)),
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_CRASHREPORTER": "0"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        reader, writer = await _connected(profile / "MarionetteActivePort")
        with closing(writer):
            window = Firefox(reader, writer)
            await window.begin()
            yield window
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _connected(
    said: Path,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(OSError, ValueError):
                port = int(await asyncio.to_thread(said.read_text))
                return await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
            await asyncio.sleep(0.2)
