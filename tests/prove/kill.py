"""`make prove-kill`: kill -9 in mid-call, and how long until people meet again.

Two Chromium pages are in a call on a real `visitation serve`. Time after time its
whole process group is killed and started again, and then, with the service left
alive, the worker that carries the call. What is counted is the time from the kill
until both pages are back in the room (a socket) and see and hear each other (media).

`ARGS=3` kills three times each; ten is the default.
"""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil
from playwright.async_api import Browser, Page

from config import cast, seed
from tests.browser.chromium import chromium
from tests.browser.conftest import SECRET
from tests.browser.people import in_state, join_by_code, open_page, sees_and_hears
from tests.prove.noting import ENTERED, WATCH
from visitation import devices, visits
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.keyring import Keyring

TIMES: Final = 10
#: What people are promised: seconds to the room, and to sound and picture.
GOALS: Final = {"service": (5.0, 10.0), "worker": (None, 3.0)}
PATIENCE: Final = 60.0
WORKERS: Final = 2
#: Seconds in which a worker has started.
SETTLED: Final = 4.0
#: Sound and picture that did not move for so long were interrupted.
STALL: Final = 0.5
Note = tuple[float, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A service that can be started, and a visit that is live in it."""

    folder: Path
    port: int
    reference: str
    code: str
    pairing: str

    def told(self) -> str:
        """What the service lately logged."""
        return (self.folder / "log").read_text()[-4000:]

    def url(self, host: str, path: str) -> str:
        return f"http://{host}.localhost:{self.port}{path}"


async def staged(folder: Path) -> Scene:
    """An installation of its own, with a live visit nobody is in yet."""
    port = _free_port()
    database_url = f"sqlite:///{folder / 'visits.db'}"
    (folder / "visitation.toml").write_text(
        f"""
secret = "{SECRET}"
data_dir = "{folder}"
[database]
url = "{database_url}"
[web]
port = {port}
public_url = "http://localhost:{port}"
[media]
udp_port = {port}
workers = {WORKERS}
public_addresses = ["127.0.0.1", {", ".join(f'"{one}"' for one in _own())}]
"""
    )
    await asyncio.to_thread(migrate, database_url)
    database, keyring, now = Database(database_url), Keyring(SECRET.encode()), _now()
    await seed.fill(database, keyring, password="a long password", now=now)
    reference, codes = await seed.open_visit(database, keyring, now=now)
    async with database.write() as session:
        visit = await visits.by_reference(session, reference)
        pairing = await devices.issue_pairing_code(
            session, station_id=visit.terminal_id, keyring=keyring, by=SYSTEM, now=now
        )
    await database.close()
    return Scene(
        folder=folder,
        port=port,
        reference=reference,
        code=next(iter(codes.values())),
        pairing=pairing,
    )


class Service:
    """`visitation serve`, which may be killed and started again."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        words = "from config.commands import main; main()"
        with (self._scene.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", words, "serve"],
                stderr=log,
                process_group=0,
                env=_environment(self._scene.folder / "visitation.toml"),
            )

    def kill(self) -> None:
        """Kill the whole process group, and start it anew as systemd does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.start()

    def kill_worker(self) -> None:
        """Kill the worker that the packets are at, once both have long begun."""
        process = psutil.Process(self._process.pid)
        while True:
            begun = time.time() - SETTLED
            settled = [w for w in process.children() if w.create_time() < begun]
            if len(settled) == WORKERS:
                break
            time.sleep(0.1)
        used = {each: sum(each.cpu_times()[:2]) for each in settled}
        time.sleep(1)
        max(used, key=lambda each: sum(each.cpu_times()[:2]) - used[each]).kill()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


async def up(scene: Scene) -> None:
    """Wait until the service takes connections."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", scene.port)
        except OSError:
            assert time.monotonic() < deadline, f"no start: {scene.told()}"
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


@asynccontextmanager
async def in_call(scene: Scene, browser: Browser) -> AsyncIterator[list[Page]]:
    """The prisoner's terminal and the family, who see and hear each other."""
    context = await browser.new_context()
    await context.add_init_script(ENTERED)
    terminal = await open_page(context, scene, "terminal")
    await terminal.goto(scene.url("terminal", "/pair"))
    await terminal.get_by_label("Pairing code").fill(scene.pairing)
    await terminal.get_by_role("button", name="Pair").click()
    family = await open_page(context, scene, "family")
    visitor = next(one for one in cast.VISITORS if one.of == cast.OPEN_PRISONER)
    await join_by_code(family, scene, scene.code, visitor.phone)
    await family.goto(scene.url("family", f"/call/{scene.reference}"))
    for page, other in ((terminal, "visitor"), (family, "prisoner")):
        await in_state(page, "live")
        await sees_and_hears(page, other)
        await page.evaluate(WATCH)
    yield [terminal, family]
    await context.close()


async def lapse(
    scene: Scene, pages: list[Page], kill: Callable[[], None], *, socket_too: bool
) -> dict[str, float]:
    """Seconds until the service listens, and both are in the room, and meet, again."""
    await asyncio.sleep(3)
    await asyncio.to_thread(kill)
    killed = time.time()
    await up(scene)
    found = {"ready": time.time() - killed} if socket_too else {}
    wanted = {"ready", "socket", "media"} if socket_too else {"media"}
    while found.keys() != wanted:
        late = time.time() > killed + PATIENCE
        assert not late, f"only {found} came back; {scene.told()}"
        await asyncio.sleep(0.3)
        noted = [await page.evaluate("window.noted") for page in pages]
        back = [back_at(each, killed) for each in noted]
        if all(back):
            found["media"] = max(filter(None, back)) - killed
        entered = [await page.evaluate("window.entered") for page in pages]
        if socket_too and all(at[-1] > killed for at in entered):
            first = (next(one for one in at if one > killed) for at in entered)
            found["socket"] = max(first) - killed
    return found


def back_at(noted: list[Note], killed: float) -> float | None:
    """When sound and picture went on after their interruption; None if not yet.

    A new leg begins to count from nothing, however short the interruption was.
    """
    moved_at = [killed, killed]
    interrupted = [False, False]
    back: list[float | None] = [None, None]
    for before, note in itertools.pairwise(noted):
        for kind in (0, 1):
            if note[0] < killed:
                continue
            step = note[1 + kind] - before[1 + kind]
            stalled = not step and note[0] - moved_at[kind] > STALL
            interrupted[kind] |= stalled or step < 0
            if not step or not note[1 + kind]:
                continue
            moved_at[kind] = note[0]
            if interrupted[kind] and back[kind] is None:
                back[kind] = note[0]
    return max(filter(None, back)) if all(back) else None


async def measured(times: int, folder: Path) -> dict[str, list[dict[str, float]]]:
    """What was measured, by what was killed."""
    scene = await staged(folder)
    service = Service(scene)
    service.start()
    try:
        await up(scene)
        async with chromium() as browser, in_call(scene, browser) as pages:
            return {
                "worker": [
                    await lapse(scene, pages, service.kill_worker, socket_too=False)
                    for _ in range(times)
                ],
                "service": [
                    await lapse(scene, pages, service.kill, socket_too=True)
                    for _ in range(times)
                ],
            }
    finally:
        service.stop()


def missed(found: dict[str, list[dict[str, float]]]) -> list[str]:
    """The promises that were not kept."""
    return [
        f"{killed}: {what} after {lapse[what]:.1f} s, promised {goal} s"
        for killed, lapses in found.items()
        for what, goal in zip(("socket", "media"), GOALS[killed], strict=True)
        for lapse in lapses
        if goal is not None and lapse[what] > goal
    ]


def show(found: dict[str, list[dict[str, float]]]) -> None:
    """The table, and its extremes as JSON."""
    columns = ("ready", "socket", "media")
    print(f"{'killed':10}{'time':>5}", *(f"{each:>8} s" for each in columns))
    for killed, lapses in found.items():
        for number, one in enumerate(lapses, 1):
            said = (f"{one[each]:.2f}" if each in one else "stays" for each in columns)
            print(f"{killed:10}{number:5}", *(f"{each:>10}" for each in said))
    summary = {
        f"{killed}_{what}_max_s": round(max(one[what] for one in lapses), 2)
        for killed, lapses in found.items()
        for what in lapses[0]
    }
    print(json.dumps({"prove": "kill", "times": len(found["service"]), **summary}))


def _environment(config: Path) -> dict[str, str]:
    """Ours, in which Python may keep what it compiled, as an installation has it."""
    kept = {name: os.environ[name] for name in os.environ if "BYTECODE" not in name}
    return {**kept, "VISITATION_CONFIG": str(config)}


def _now() -> datetime:
    return datetime.now(UTC)


def _free_port() -> int:
    """A port that is free for the pages, and with the next one for media."""
    while True:
        with socket.socket() as pages, socket.socket(type=socket.SOCK_DGRAM) as first:
            pages.bind(("127.0.0.1", 0))
            port: int = pages.getsockname()[1]
            try:
                first.bind(("0.0.0.0", port))
                with socket.socket(type=socket.SOCK_DGRAM) as second:
                    second.bind(("0.0.0.0", port + 1))
            except OSError:
                continue
            return port


def _own() -> list[str]:
    """This machine's addresses beside loopback."""
    addresses = (a for some in psutil.net_if_addrs().values() for a in some)
    return sorted(
        a.address
        for a in addresses
        if a.family is socket.AF_INET and not a.address.startswith("127.")
    )


def main() -> None:
    """Kill, measure, print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        found = asyncio.run(measured(times, Path(folder)))
    show(found)
    if broken := missed(found):
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
