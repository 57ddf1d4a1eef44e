import io
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.recording.scratch import SECTOR, Scratch

PLACES = st.integers(0, 4 * SECTOR)
STEPS = st.lists(
    st.tuples(PLACES, st.binary(min_size=1, max_size=9), PLACES), max_size=20
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_it_reads_as_a_file_does(
    steps: list[tuple[int, bytes, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch, plain = Scratch(tmp_path_factory.getbasetemp()), io.BytesIO()
    for place, data, length in steps:
        for each in (scratch, plain):
            each.seek(place)
            each.write(data * (length % SECTOR // 3 + 1))
        assert scratch.tell() == plain.tell()
    for place, _, length in steps:
        scratch.seek(place)
        plain.seek(place)
        assert scratch.read(length) == plain.read(length)
    assert scratch.seek(0, os.SEEK_END) == len(plain.getvalue()) == scratch.size
    scratch.seek(0)
    assert scratch.read() == plain.getvalue()
    scratch.close()
    scratch.close()


def on_disk(scratch: Scratch) -> bytes:
    return os.pread(scratch._file.fileno(), 10 * SECTOR, 0)


def test_the_disk_learns_nothing_and_the_file_has_no_name(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.write(b"what was said" * 20_000)
    kept = on_disk(scratch)
    assert len(kept) > 2 * SECTOR
    assert b"what was said" not in kept
    assert list(tmp_path.iterdir()) == []
    scratch.close()


def test_what_is_written_again_is_sealed_anew(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    seen = []
    for _ in range(2):
        scratch.seek(0)
        scratch.write(bytes(SECTOR + 1))
        seen.append(on_disk(scratch)[:SECTOR])
    assert seen[0] != seen[1]
    scratch.close()


def test_a_disk_that_gives_back_something_else_is_noticed(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.write(bytes(2 * SECTOR))
    os.pwrite(scratch._file.fileno(), b"?", 100)
    scratch.seek(0)
    with pytest.raises(InvalidTag):
        scratch.read(1)
    scratch.close()
