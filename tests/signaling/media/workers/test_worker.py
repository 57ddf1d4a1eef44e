"""The process itself: lean, quiet, and never alone."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.signaling.media.workers.conftest import PATIENCE

SERVICE = """
import asyncio, sys, time
import structlog
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers.pool import Workers

async def main():
    workers = Workers(
        ForwarderSettings(bind_host="127.0.0.1"),
        count=2, on_event=lambda event: None, clock=time.monotonic,
    )
    await workers.start()
    while len(workers.workers()) < 2:
        await asyncio.sleep(0.05)
    pids = [each.link.pid for each in workers._keepers]
    print(*pids, *workers.ports, flush=True)
    await asyncio.sleep(60)

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
asyncio.run(main())
"""


@contextmanager
def service() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process with two workers, and their two process numbers and two ports."""
    words = [sys.executable, "-c", SERVICE]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, [int(word) for word in process.stdout.readline().split()]
        finally:
            process.kill()


def soon(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def lives(process: psutil.Process) -> bool:
    """Nobody may be there to reap what a killed service leaves behind."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_it_imports_neither_pages_nor_settings_nor_the_database() -> None:
    words = "import signaling.media.workers.worker, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    )
    imported = {name.split(".")[0] for name in done.stdout.split()}
    assert "aiortc" in imported
    assert imported.isdisjoint(
        {"web", "config", "scheduler", "sqlalchemy", "sqlmodel", "pydantic", "aiohttp"}
    )


@pytest.mark.parametrize("suspended", [False, True], ids=["running", "hanging"])
def test_workers_of_a_killed_service_are_gone_and_their_ports_free(
    suspended: bool,
) -> None:
    with service() as (process, said):
        workers, ports = [psutil.Process(pid) for pid in said[:2]], said[2:]
        if suspended:
            workers[0].suspend()
        # What a terminal or systemd tells everybody is the service's to act on.
        workers[1].send_signal(signal.SIGTERM)
        workers[1].send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert lives(workers[1])

        process.kill()

        soon(lambda: not any(lives(each) for each in workers))
    for port in ports:
        with socket.socket(type=socket.SOCK_DGRAM) as bound:
            bound.bind(("127.0.0.1", port))


def test_it_gets_no_secret_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VISITATION__SECRET", "s" * 40)
    with service() as (_, said):
        assert "VISITATION__SECRET" not in psutil.Process(said[0]).environ()


def test_a_worker_that_crashes_leaves_no_core() -> None:
    with service() as (_process, numbers):
        limits = psutil.Process(numbers[0]).rlimit(psutil.RLIMIT_CORE)
    assert limits[0] == 0
