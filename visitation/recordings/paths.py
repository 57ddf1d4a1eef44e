"""Where a recording lies on the disk, and what its files are called there.

`directory` is always that of the settings, in which each recording has one of its own.
"""

import os
import re
from pathlib import Path

KEY = "key"
MANIFEST = "manifest.sealed"
#: Lies in the directory of all recordings; where it is not, theirs is another one.
SHELF = "shelf"
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}")


def home(directory: Path, reference: str) -> Path:
    """The directory of one recording, whether it is there or not.

    Raises:
        ValueError: if that is no reference.
    """
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("not the reference of a recording")
    return directory / reference


def file(directory: Path, reference: str, name: str) -> Path:
    """Where a file of a recording lies.

    Raises:
        ValueError: if that is no reference, or no name of a file.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of a file of a recording")
    return home(directory, reference) / name


def is_reference(name: str) -> bool:
    """Whether something may be the directory of a recording, by its name."""
    return _REFERENCE.fullmatch(name) is not None


def is_shelf(directory: Path) -> bool:
    """Whether recordings were begun in a directory.

    The place where a disk should be looks empty without it, and so does the same
    place on another machine: nothing that is not found there was deleted.
    """
    return (directory / SHELF).is_file()


def make_shelf(directory: Path) -> None:
    """Have a directory be that of all recordings."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(directory / SHELF, os.O_WRONLY | os.O_CREAT, 0o600))
    settle(directory)


def journal_name(participant: str, number: int) -> str:
    """What the journal of a participant is called; they count from 1."""
    return f"{participant}-{number}.journal"


def film_name(participant: str, number: int) -> str:
    """What a finished file of a participant is called; they count from 1."""
    return f"{participant}-{number}.webm.sealed"


def settle(directory: Path) -> None:
    """Wait until the disk has what was named, renamed or taken out of a directory."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
