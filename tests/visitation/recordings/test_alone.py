"""One process records to a directory, and the next one is told what to do."""

import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visitation.recordings.alone import LOCK, Alone, Taken

#: Takes it, says so, and never ends by itself.
HOLDS = """
import sys, time
from pathlib import Path
from visitation.recordings.alone import Alone
Alone(Path(sys.argv[1])).take()
print("taken", flush=True)
time.sleep(600)
"""

Make = Callable[[], Alone]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    """Makes one for the same directory each time, as another process would."""
    each: list[Alone] = []

    def make() -> Alone:
        each.append(Alone(tmp_path / "kept"))
        return each[-1]

    yield make
    for one in each:
        one.release()


def test_the_second_is_told_what_to_do(made: Make, tmp_path: Path) -> None:
    first, second = made(), made()
    first.take()
    first.take()

    said = re.escape(
        f"recordings.directory: another process records to {tmp_path}/kept. Stop that "
        "one, or set recordings.record = false here: pages and the periodic work do "
        "without."
    )
    with pytest.raises(Taken, match=said):
        second.take()
    first.release()
    second.take()
    with pytest.raises(Taken):
        first.take()
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "kept" / LOCK).stat().st_mode) == 0o600


def test_a_process_that_is_killed_has_it_no_more(made: Make, tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, kept], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        with pytest.raises(Taken):
            made().take()
        other.send_signal(signal.SIGKILL)
        other.wait()
        made().take()


def test_a_disk_that_has_come_since_is_taken_too(made: Make, tmp_path: Path) -> None:
    first = made()
    first.take()
    (tmp_path / "kept").rename(tmp_path / "under-it")
    second = made()
    second.take()

    with pytest.raises(Taken):
        first.take()
    second.release()
    first.take()
    with pytest.raises(Taken):
        second.take()


def test_where_there_can_be_no_place_the_system_says_why(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with pytest.raises(FileExistsError):
        Alone(tmp_path / "kept").take()
