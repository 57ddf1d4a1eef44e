"""The process that finishes: alone in its directory, killed, refused, without room."""

import base64
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from signaling.recording import process
from signaling.recording.orders import Order, written
from signaling.recording.process import Unfinished
from tests.signaling.recording.conftest import JOURNAL, Stage, journal
from tests.signaling.recording.journals import KEY


async def test_what_another_process_holds_is_no_failure(stage: Stage) -> None:
    with held(stage.home):
        with pytest.raises(Unfinished) as raised:
            await process.carry_out(stage.order)
        assert raised.value.why == "busy"
        await stage.finisher().turn()
    assert (await stage.kept()).finish_tries == 0
    assert await stage.finisher().turn() == 1


@contextmanager
def held(home: Path) -> Iterator[None]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home)], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    yield
    holder.kill()
    holder.communicate()


HOLDS = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
"""


async def test_a_process_that_is_killed_half_way_leaves_nothing_that_looks_whole(
    stage: Stage,
) -> None:
    journal(60).write(stage.home / JOURNAL)
    for seconds in (0.0, 0.02, 0.1, 0.2):
        kill_half_way(stage.order, seconds)
        assert JOURNAL in stage.on_disk()
    assert await stage.finisher().turn() == 1
    (file,) = await stage.files()
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}


def kill_half_way(order: Order, seconds: float) -> None:
    """Has it killed so long after it has begun."""
    killed = subprocess.Popen(
        [sys.executable, "-m", "signaling.recording.finish"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert killed.stdin is not None
    killed.stdin.write(written(order).encode())
    killed.stdin.close()
    deadline = time.monotonic() + 20
    while killed.poll() is None and not is_held(order.directory):
        assert time.monotonic() < deadline
    time.sleep(seconds)
    killed.kill()
    killed.wait()


def is_held(home: Path) -> bool:
    handle = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_no_secret_is_where_others_read(stage: Stage) -> None:
    secret = base64.b64encode(KEY).decode()
    assert secret in written(stage.order)
    assert secret not in repr(stage.order)
    assert repr(KEY) not in repr(stage.order)


@pytest.mark.parametrize(
    "said",
    ["", "{}", "[]", '{"directory": "/", "key": "?", "journals": [], "epoch": 0}'],
)
def test_an_order_that_makes_no_sense_is_refused(said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "signaling.recording.finish"],
        input=said.encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (1, {"error": "bad_order"})


def test_a_disk_that_is_full_is_said_to_be(stage: Stage) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", FULL],
        input=written(stage.order).encode(),
        capture_output=True,
        check=False,
    )
    assert json.loads(answer.stdout) == {"error": "no_space"}
    assert stage.on_disk() >= {"key", JOURNAL}
    assert not [each for each in stage.on_disk() if each.endswith(".sealed")]


FULL = """
import resource, signal
from signaling.recording import finish
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
finish.main()
"""
