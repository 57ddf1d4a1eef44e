"""Recordings as an operator has them: settings, keys that change over, checks."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from config import doctor, reading, recordings
from config.doctor import Grade
from config.settings import Settings
from visitation.recordings import keys

Run = Callable[..., Result]
OLD, NEW = "o" * 32, "n" * 32
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _settings(file: Path, current: str, **secrets: str) -> Settings:
    """What the settings are when these keys are in them."""
    text = file.read_text().partition("[recordings]")[0]
    text += f"[recordings]\ndirectory = '{file.parent}/kept'\nkey_id = '{current}'\n"
    for name, secret in secrets.items():
        text += f"[recordings.keys.{name}]\nsecret = '{secret}'\n"
    file.write_text(text)
    return reading.read()


def _written(settings: Settings, *references: str) -> None:
    space, wraps = recordings.space(settings), recordings.wraps(settings)
    assert space is not None
    assert wraps is not None
    for reference in references:
        wraps.write_key(space.directory, reference, keys.make())


def _found(settings: Settings) -> list[tuple[Grade, str]]:
    return [(one.grade, one.says) for one in doctor.recorded(settings, NOW)]


def test_without_a_directory_there_is_nothing(installed: Path, run: Run) -> None:
    settings = reading.read()
    made = recordings.wraps, recordings.space, recordings.meter, recordings.shelf
    assert [one(settings) for one in made] == [None] * 4
    assert [grade for grade, _says in _found(settings)] == [Grade.GOOD]
    refused = run("recordings", "rewrap")
    assert refused.exit_code == 1
    assert "nothing is recorded here" in refused.output


def test_the_quota_is_counted_in_gigabytes(installed: Path) -> None:
    space = recordings.space(_settings(installed, "old", old=OLD))
    assert space is not None
    assert space.quota_bytes == 100 * 10**9
    assert space.directory == installed.parent / "kept"


def test_another_key_takes_over_and_the_old_one_can_be_thrown_away(
    installed: Path, run: Run
) -> None:
    _written(_settings(installed, "old", old=OLD), "one", "two")
    both = _settings(installed, "new", old=OLD, new=NEW)
    _written(both, "three")
    assert (Grade.MIND, "2 have the key old: recordings rewrap") in _found(both)

    first, again = run("recordings", "rewrap"), run("recordings", "rewrap")
    assert "2 wrapped anew with new; 1 were already." in first.output
    assert "0 wrapped anew with new; 3 were already." in again.output

    alone = _settings(installed, "new", new=NEW)
    wraps = recordings.wraps(alone)
    assert wraps is not None
    for reference in ("one", "two", "three"):
        assert len(wraps.read_key(installed.parent / "kept", reference)) == 32
    assert [grade for grade, _says in _found(alone)] == [Grade.GOOD]


def test_a_key_that_was_thrown_away_too_soon_is_said(installed: Path, run: Run) -> None:
    _written(_settings(installed, "old", old=OLD), "one", "two")
    alone = _settings(installed, "new", new=NEW)
    (installed.parent / "kept" / "two" / "key").unlink()

    assert (Grade.BAD, "1 need the key old: put it back") in _found(alone)
    refused = run("recordings", "rewrap")
    assert refused.exit_code == 1
    assert "one: needs the key old" in refused.output
    assert "two: its key is gone or damaged" in refused.output
    assert "2 could not be: keep the old keys." in refused.output


def test_the_doctor_looks_at_the_directory(installed: Path) -> None:
    settings = _settings(installed, "old", old=OLD)
    ((grade, says),) = _found(settings)
    assert (grade, "not there yet" in says) == (Grade.MIND, True)
    _written(settings, "one")
    (installed.parent / "kept").chmod(0o755)
    assert [grade for grade, _says in _found(settings)] == [Grade.MIND, Grade.GOOD]


def test_everything_is_checked(installed: Path, run: Run) -> None:
    settings = _settings(installed, "old", old=OLD)
    assert run("migrate").exit_code == 0
    assert "there is nothing yet" in run("recordings", "check").output
    (installed.parent / "kept").mkdir(mode=0o700)
    good = run("recordings", "check")
    assert (good.exit_code, good.output.strip()) == (
        0,
        "0 recordings are as they were written.",
    )
    assert run("recordings", "check", "--quiet").output == ""

    _written(settings, "stray")
    bad = run("recordings", "check")
    assert (bad.exit_code, bad.output.strip()) == (1, "stray: nobody's")


def test_what_an_older_version_kept_is_not_taken_for_another_disk(
    installed: Path, run: Run
) -> None:
    settings, kept = _settings(installed, "old", old=OLD), installed.parent / "kept"
    assert run("migrate").exit_code == 0
    _written(settings, "one")
    (kept / "shelf").unlink()
    said = (
        f"nothing is recorded, finished or deleted in {kept}: it has no file `shelf`. "
        "If what lies there are this installation's recordings, kept by an older "
        f"version: `touch {kept}/shelf`, as the service's user"
    )

    assert (Grade.BAD, said) in _found(settings)
    assert run("recordings", "check").output.splitlines() == [said, "one: nobody's"]

    (kept / "shelf").touch()
    assert [grade for grade, _says in _found(settings)] == [Grade.GOOD]
    assert run("recordings", "check").output.splitlines() == ["one: nobody's"]


def test_a_disk_that_is_not_there_is_told_from_one_that_is_new(
    installed: Path,
) -> None:
    kept = installed.parent / "kept"
    kept.mkdir()

    assert recordings.without_shelf(kept, known=False) == ""
    assert recordings.without_shelf(kept, known=True) == (
        f"nothing is recorded, finished or deleted in {kept}: it has no file `shelf` "
        "and no recordings. Bring back their disk; if they are lost for good: "
        f"`touch {kept}/shelf`, as the service's user"
    )


@pytest.fixture(autouse=True)
def _its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
