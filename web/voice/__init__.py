"""What pages say aloud: the sentences, and the recorded clip of each in each language.

Knows files and texts, no page: a template names a sentence by its id. A language is a
folder of clips in `static/voice`; one without a clip for a sentence stays silent there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from web import assets, i18n

SENTENCES = Path(__file__).parent / "sentences.toml"
#: Where clips are, within the static files.
FOLDER = "voice"
#: Opus in Ogg.
SUFFIX = ".opus"
#: Every sentence is written in these; a clip in another language is a translation.
WRITTEN = ("fa", "en")

#: Sentences by id, then by language.
Sentences = Mapping[str, Mapping[str, str]]


class BadSentences(ValueError):
    """The file of sentences does not say what it should."""


@cache
def load(file: Path = SENTENCES) -> Sentences:
    """Every sentence by its id, such as `join.code`; read once.

    Raises:
        BadSentences: if one lacks a language, or is no text.
    """
    with file.open("rb") as stream:
        areas = tomllib.load(stream)
    return dict(_flat(areas))


def clip_path(name: str, language: str) -> str:
    """Where the clip of a sentence is or would be, among the static files."""
    return f"{FOLDER}/{language}/{name}{SUFFIX}"


def clip(name: str) -> str:
    """The address of a clip in the language being spoken; empty if there is none.

    Raises:
        KeyError: if no sentence has this id.
    """
    if name not in load():
        raise KeyError(f"no sentence {name!r} in {SENTENCES.name}")
    known = assets.load()
    path = clip_path(name, i18n.language())
    return known.url(path) if path in known.files else ""


def spoken(name: str) -> str:
    """The words of a sentence in the language being spoken, as its clip says them."""
    return load()[name].get(i18n.language(), "")


def clips(*names: str) -> dict[str, str]:
    """The addresses of several clips by id, for scripts that say them."""
    return {name: found for name in names if (found := clip(name))}


def _flat(areas: Mapping[str, object]) -> Iterator[tuple[str, dict[str, str]]]:
    for area, inside in areas.items():
        if not isinstance(inside, dict):
            raise BadSentences(f"{area}: expected a table of sentences")
        for name, texts in inside.items():
            yield f"{area}.{name}", _texts(f"{area}.{name}", texts)


def _texts(name: str, texts: object) -> dict[str, str]:
    if not isinstance(texts, dict):
        raise BadSentences(f"{name}: expected {{ fa = …, en = … }}")
    if set(texts) != set(WRITTEN):
        raise BadSentences(f"{name}: must be written in {' and '.join(WRITTEN)}")
    for language, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise BadSentences(f"{name}: nothing to say in {language}")
    return texts
