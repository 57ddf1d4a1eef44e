"""Which clips a machine spoke until a person records them, and which are missing.

A clip that is not the one in the list was recorded by a person.
"""

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from web import voice

#: The clips that a machine spoke: language → id → what it said and the file's hash.
LIST = Path(__file__).parent / "stand_ins.json"

StandIns = dict[str, dict[str, dict[str, str]]]


class Source(StrEnum):
    """Where a clip comes from."""

    PERSON = "person"
    MACHINE = "machine"
    MISSING = "missing"


def made() -> StandIns:
    """What the list says."""
    if not LIST.exists():
        return {}
    found: StandIns = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def outdated(
    sentences: voice.Sentences, stand_ins: StandIns, folder: Path
) -> Iterator[tuple[str, str, str]]:
    """Language, id and text of each clip that is missing or says what once was."""
    for name, texts in sentences.items():
        for language, text in texts.items():
            file = folder / voice.clip_path(name, language)
            known = stand_ins.get(language, {}).get(name)
            if not file.exists() or (
                known and known["said"] != text and known["sha256"] == digest(file)
            ):
                yield language, name, text


def orphans(sentences: voice.Sentences, folder: Path) -> list[Path]:
    """The clips of sentences that nobody says any more."""
    files = (folder / voice.FOLDER).glob(f"*/*{voice.SUFFIX}")
    return sorted(file for file in files if file.stem not in sentences)


def digest(file: Path) -> str:
    """A file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def source(name: str, language: str, stand_ins: StandIns, folder: Path) -> Source:
    """Who spoke a clip."""
    file = folder / voice.clip_path(name, language)
    if not file.exists():
        return Source.MISSING
    known = stand_ins.get(language, {}).get(name)
    machine = known is not None and known["sha256"] == digest(file)
    return Source.MACHINE if machine else Source.PERSON
