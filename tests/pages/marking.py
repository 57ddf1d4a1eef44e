"""A language in which every sentence of ours shows where it begins and ends.

`taught` adds it to a running service as any language is added: a folder with a
catalogue. `unmarked` then finds what a page says without having asked for it, and
`latin_digits` what a Persian page counts in other digits than its reader's. Names,
references and codes are told by their markup.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from aiohttp import web
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from visitation import jalali
from web import i18n, present, render

#: Esperanto, which nobody has translated these pages into.
LANGUAGE = "eo"
#: No sentences: what the service runs on, and what the made-up language is called.
NAMES = frozenset({"SQLite", "PostgreSQL", LANGUAGE, *i18n.LANGUAGE_NAMES.values()})
_BEGIN, _END = "⟦", "⟧"
#: What holds data, or is in no language.
_DATA = frozenset({"code", "data", "kbd", "samp", "script", "style", "time"})
_SAID = frozenset(
    {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}
)
#: What scripts read and nobody else: modules, and the states a part is shown in.
_SIGNS = frozenset({"data-module", "data-on", "data-result", "data-when"})
_BUTTONS = frozenset({"submit", "button", "reset"})
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source"})
_ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
_LETTER, _DIGIT, _ADDRESS = (
    re.compile("[A-Za-z]"),
    re.compile("[0-9]"),
    re.compile(r"/\S*"),
)
#: What is called so wherever one is: UTF-8, A5, station:7.
_CALLED = re.compile(r"[A-Za-z]+[-:]?[0-9]+")
#: `web.present` writes days, in two calendars and from no catalogue.
_NAMES = (*jalali.WEEKDAYS_EN, *jalali.MONTHS_EN, *present._MONTHS_EN)
_DAY = re.compile("|".join((*_NAMES, *(name[:3] for name in _NAMES))))


@contextmanager
def taught(
    app: web.Application, folder: Path, said: Iterable[str | tuple[str, ...]]
) -> Iterator[None]:
    """Let the service speak the marked language for the length of a block.

    Args:
        app: the running service.
        folder: empty; the language's own folder is made in it.
        said: every message id there is.
    """
    (folder / LANGUAGE).mkdir()
    catalogue = Catalog(locale=LANGUAGE)
    for message in said:
        texts = (message,) if isinstance(message, str) else message
        marked = tuple(f"{_BEGIN}{text}{_END}" for text in texts)
        catalogue.add(message, marked[0] if isinstance(message, str) else marked)
    with (folder / LANGUAGE / "marked.po").open("wb") as file:
        write_po(file, catalogue)
    spoken = app[render.TRANSLATIONS]
    assert isinstance(spoken, dict)
    spoken[LANGUAGE] = i18n.load(folder)[LANGUAGE]
    try:
        yield
    finally:
        del spoken[LANGUAGE]


def unmarked(html: str) -> list[str]:
    """What a page in the marked language says that stands in no catalogue."""
    return [
        text
        for text in _outside(_Said(html).said)
        if _LETTER.search(_DAY.sub("", text)) and text not in NAMES
    ]


def latin_digits(html: str) -> list[str]:
    """What a page says with 0-9 in it, however short."""
    page = _Said(html, silent=_DATA)
    return [text for _, text in page.said if _DIGIT.search(_CALLED.sub("", text))]


def _outside(said: Iterable[tuple[bool, str]]) -> Iterator[str]:
    """What stands outside the marks; a sentence may go on over several elements."""
    running = 0
    for flows, text in said:
        depth, rest = (running if flows else 0), ""
        for letter in _ISOLATED.sub(" ", text):
            depth += (letter == _BEGIN) - (letter == _END)
            rest += letter if depth == 0 and letter != _END else ""
        running = depth if flows else running
        if rest.strip():
            yield rest.strip()


class _Said(HTMLParser):
    """Every text of a page: whether it flows on in the next one, and what it says."""

    def __init__(self, html: str, silent: frozenset[str] = _DATA | {"bdi"}) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[tuple[bool, str]] = []
        self._silent = silent
        self._open: list[tuple[str, bool]] = []
        self._json = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.said += [(False, text) for text in _attributes(tag, given)]
        self._json = tag == "script" and given.get("type") == "application/json"
        if tag not in _VOID:
            foreign = tag != "html" and "lang" in given
            turned = tag == "bdi" and given.get("dir") == "ltr"
            self._open.append((tag, tag in self._silent or foreign or turned))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        silent = any(silent for _, silent in self._open)
        if self._json or (data.lstrip().startswith("[") and not silent):
            self.said += [(False, text) for text in _texts(data)]
            self._json = False
        elif data.strip() and not silent:
            self.said.append((True, " ".join(data.split())))


def _attributes(tag: str, given: dict[str, str]) -> Iterator[str]:
    for name, value in given.items():
        is_button = tag == "input" and given.get("type") in _BUTTONS
        if name in _SAID or (is_button and name == "value"):
            yield value
        elif name.startswith("data-") and name not in _SIGNS and " " in value.strip():
            yield from _texts(value)


def _texts(value: str) -> Iterator[str]:
    """What is in a value that scripts read, which may be JSON."""
    try:
        yield from _strings(json.loads(value))
    except ValueError:
        yield value


def _strings(value: object) -> Iterator[str]:
    """Every text within a JSON value that is no address."""
    match value:
        case str() if not _ADDRESS.fullmatch(value):
            yield value
        case list():
            for one in value:
                yield from _strings(one)
        case dict():
            for one in value.values():
                yield from _strings(one)
