"""Room for recordings is measured before it runs out."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from visitation.recordings.space import LEAST_FREE, Space

PLENTY = 10**12


def _space(directory: Path, used: int, *, left: int = PLENTY) -> Space:
    home = directory / "rec-1"
    home.mkdir()
    (home / "a").write_bytes(bytes(used - 1))
    (home / "b").write_bytes(b"b")
    return Space(directory, 1000, left=lambda _directory: left)


@pytest.mark.parametrize(
    ("used", "level"),
    [(799, "ok"), (800, "warning"), (949, "warning"), (950, "full"), (1200, "full")],
)
def test_a_quota_has_levels(tmp_path: Path, used: int, level: str) -> None:
    space = _space(tmp_path, used)
    assert (space.used(), space.level()) == (used, level)
    assert space.free() == max(0, 1000 - used)


@pytest.mark.parametrize(
    ("left", "free", "level"),
    [
        (LEAST_FREE - 1, 0, "full"),
        (LEAST_FREE, 0, "ok"),
        (LEAST_FREE + 7, 7, "ok"),
        (PLENTY, 900, "ok"),
    ],
)
def test_a_full_disk_is_full_whatever_the_quota(
    tmp_path: Path, left: int, free: int, level: str
) -> None:
    space = _space(tmp_path, 100, left=left)
    assert (space.free(), space.level()) == (free, level)


def test_what_is_deleted_while_it_is_measured_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, listed = _space(tmp_path, 100), os.scandir

    def scandir(path: str | Path) -> Any:
        if str(path).endswith("rec-1"):
            shutil.rmtree(path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert space.used() == 0


def test_an_empty_directory_of_a_real_disk_has_room(tmp_path: Path) -> None:
    space = Space(tmp_path, 10**15)
    assert space.used() == 0
    assert 0 <= space.free() < 10**15
