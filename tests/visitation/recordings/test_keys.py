"""A recording's key is wrapped beside it, wrapped anew, and destroyed for good."""

import json
import stat
from pathlib import Path

import pytest

from visitation.recordings import deleting, keys, paths
from visitation.recordings.keys import (
    KeyDamaged,
    KeyMissing,
    KeyUnknown,
    KeyWraps,
)

FIRST, SECOND = b"f" * 32, b"s" * 40
KEY = bytes(range(32))
REFERENCE = "a-recording"


@pytest.fixture
def wraps() -> KeyWraps:
    return KeyWraps("first", {"first": FIRST})


@pytest.fixture
def both() -> KeyWraps:
    return KeyWraps("second", {"first": FIRST, "second": SECOND})


def test_a_key_is_read_as_it_was_made(tmp_path: Path, wraps: KeyWraps) -> None:
    key = keys.make(lambda count: bytes(range(count)))
    wraps.write_key(tmp_path, REFERENCE, key)
    assert wraps.read_key(tmp_path, REFERENCE) == key == KEY


def test_keys_are_random_of_themselves() -> None:
    assert keys.make() != keys.make()


def test_only_the_service_reads_what_lies_there(
    tmp_path: Path, wraps: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    home = tmp_path / REFERENCE
    assert [one.name for one in home.iterdir()] == ["key"]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "key").stat().st_mode) == 0o600
    assert KEY not in (home / "key").read_bytes()


def test_wrapping_twice_never_looks_the_same(tmp_path: Path, wraps: KeyWraps) -> None:
    seen = set()
    for _ in range(3):
        wraps.write_key(tmp_path, REFERENCE, KEY)
        seen.add((tmp_path / REFERENCE / "key").read_bytes())
    assert len(seen) == 3


def test_another_key_takes_over_by_wrapping_anew(
    tmp_path: Path, wraps: KeyWraps, both: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    assert both.read_key(tmp_path, REFERENCE) == KEY
    assert keys.wrapped_by(tmp_path, REFERENCE) == "first"

    assert both.rewrap(tmp_path, REFERENCE)
    assert not both.rewrap(tmp_path, REFERENCE)

    assert keys.wrapped_by(tmp_path, REFERENCE) == "second"
    alone = KeyWraps("second", {"second": SECOND})
    assert alone.read_key(tmp_path, REFERENCE) == KEY
    with pytest.raises(KeyUnknown, match="second") as told:
        wraps.read_key(tmp_path, REFERENCE)
    assert told.value.key_id == "second"


def test_what_a_key_was_wrapped_as_before_is_overwritten(
    tmp_path: Path, wraps: KeyWraps, both: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    with (tmp_path / REFERENCE / "key").open("rb") as before:
        both.rewrap(tmp_path, REFERENCE)
        assert set(before.read()) == {0}


def test_what_a_crash_left_of_wrapping_anew_is_overwritten_as_well(
    tmp_path: Path, wraps: KeyWraps, both: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    left = tmp_path / REFERENCE / ".key.new"
    left.write_bytes((tmp_path / REFERENCE / "key").read_bytes())
    with left.open("rb") as before:
        assert both.rewrap(tmp_path, REFERENCE)
        assert set(before.read()) == {0}
    assert both.read_key(tmp_path, REFERENCE) == KEY


def test_wrapping_anew_brings_no_deleted_key_back(
    tmp_path: Path, wraps: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)

    def entropy(size: int) -> bytes:
        deleting.erase(tmp_path, REFERENCE)
        return bytes(size)

    both = KeyWraps("second", {"first": FIRST, "second": SECOND}, entropy=entropy)
    with pytest.raises(KeyMissing):
        both.rewrap(tmp_path, REFERENCE)
    assert not (tmp_path / REFERENCE).exists()


def test_a_destroyed_key_is_overwritten_and_gone(
    tmp_path: Path, wraps: KeyWraps
) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    (tmp_path / REFERENCE / ".key.new").write_bytes(b"left by a crash")
    with (tmp_path / REFERENCE / "key").open("rb") as before:
        keys.destroy_key(tmp_path, REFERENCE)
        assert set(before.read()) == {0}

    assert list((tmp_path / REFERENCE).iterdir()) == []
    with pytest.raises(KeyMissing):
        wraps.read_key(tmp_path, REFERENCE)
    keys.destroy_key(tmp_path, REFERENCE)
    keys.destroy_key(tmp_path, "never-there")


def test_a_key_opens_no_other_recording(tmp_path: Path, wraps: KeyWraps) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    wraps.write_key(tmp_path, "another", KEY)
    taken = (tmp_path / REFERENCE / "key").read_bytes()
    (tmp_path / "another" / "key").write_bytes(taken)
    with pytest.raises(KeyDamaged):
        wraps.read_key(tmp_path, "another")


def test_any_altered_byte_of_it_is_refused(tmp_path: Path, wraps: KeyWraps) -> None:
    wraps.write_key(tmp_path, REFERENCE, KEY)
    path = tmp_path / REFERENCE / "key"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((KeyDamaged, KeyUnknown)):
            wraps.read_key(tmp_path, REFERENCE)
    for content in (b"", b"[]", json.dumps({"wrapped_by": "first"}).encode()):
        path.write_bytes(content)
        with pytest.raises(KeyDamaged):
            wraps.read_key(tmp_path, REFERENCE)


def test_wrapping_keys_are_long_and_one_of_them_is_current() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyWraps("first", {"first": FIRST, "short": b"short"})
    with pytest.raises(ValueError, match="not among"):
        KeyWraps("third", {"first": FIRST})


def test_a_recordings_key_has_its_length(tmp_path: Path, wraps: KeyWraps) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        wraps.write_key(tmp_path, REFERENCE, b"short")


@pytest.mark.parametrize("wrong", ["", "..", "a/b", "/etc", "a.b", "x" * 65])
def test_a_reference_leads_nowhere_else(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="not the reference"):
        paths.home(tmp_path, wrong)


@pytest.mark.parametrize("wrong", ["", "..", ".key.new", "a/b", "x" * 81])
def test_nor_does_the_name_of_a_file(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        paths.file(tmp_path, REFERENCE, wrong)


def test_files_are_named_for_whom_they_are_of(tmp_path: Path) -> None:
    home = tmp_path / REFERENCE
    assert paths.file(tmp_path, REFERENCE, paths.journal_name("p-1", 2)) == (
        home / "p-1-2.journal"
    )
    assert paths.file(tmp_path, REFERENCE, paths.film_name("p-1", 1)) == (
        home / "p-1-1.webm.sealed"
    )
