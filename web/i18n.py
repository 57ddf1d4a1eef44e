"""Which language a reader gets, and the sentences in it.

English sentences are the message ids. Each language has a folder of `.po` files, one
per area of the site, read and merged when the program starts: there is nothing to
compile. Knows no page and no principal beyond the language it asked for.
"""

import gettext as stdlib
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).parent / "locale"
DEFAULT_LANGUAGE = "fa"
#: What each language is called in itself; a folder in `locale` must have its name here.
LANGUAGE_NAMES = {"fa": "فارسی", "en": "English"}
RIGHT_TO_LEFT = frozenset({"fa", "ar", "ku", "bal", "az"})

Translations = Mapping[str, stdlib.NullTranslations]


_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)
_spoken: ContextVar[stdlib.NullTranslations] = ContextVar("translations")


@cache
def load(folder: Path = LOCALE_FOLDER) -> dict[str, stdlib.NullTranslations]:
    """The sentences of every language that has a folder, and of English; read once."""
    found: dict[str, stdlib.NullTranslations] = {"en": stdlib.NullTranslations()}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        catalogue = merged(place.name, sorted(place.glob("*.po")))
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found[place.name] = stdlib.GNUTranslations(compiled)
    return found


def merged(language: str, files: Iterable[Path]) -> Catalog:
    """One catalogue made of several `.po` files; where two disagree, the first is used.

    A test finds disagreements, so that a word does not stop the service.
    """
    whole = Catalog(locale=language)
    for file in files:
        with file.open("rb") as stream:
            part = read_po(stream, locale=language)
        for message in part:
            if not message.id:
                continue
            if whole.get(_key(message), message.context) is None:
                whole[message.id] = message
    return whole


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def negotiate(languages: Iterable[str], *wishes: str | None) -> str:
    """The first wish that is spoken here, in order of wishes; Persian otherwise."""
    spoken = frozenset(languages)
    for wish in wishes:
        if wish in spoken:
            return wish
    return DEFAULT_LANGUAGE


def speak(translations: Translations, language: str) -> None:
    """From here on, in this task, `_` answers in the given language."""
    _language.set(language)
    _spoken.set(translations[language])


@contextmanager
def speaking(translations: Translations, language: str) -> Iterator[None]:
    """Answer in another language for the length of a block."""
    before = (_language.set(language), _spoken.set(translations[language]))
    try:
        yield
    finally:
        _language.reset(before[0])
        _spoken.reset(before[1])


def language() -> str:
    """The language being spoken, as in `<html lang>`."""
    return _language.get()


def direction(of: str | None = None) -> str:
    """Which way a language is written: `rtl` or `ltr`."""
    return "rtl" if (of or language()) in RIGHT_TO_LEFT else "ltr"


def raw_gettext(message: str) -> str:
    """The translated sentence with its `%(name)s` places unfilled."""
    return _spoken.get(_ENGLISH).gettext(message)


def raw_ngettext(singular: str, plural: str, n: int) -> str:
    """The translated singular or plural with its places unfilled."""
    return _spoken.get(_ENGLISH).ngettext(singular, plural, n)


def _(message: str, /, **values: object) -> str:
    """The sentence in the language being spoken, its `%(name)s` places filled."""
    return raw_gettext(message) % values


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """The sentence for *n* things; `%(num)s` is filled with *n*."""
    return raw_ngettext(singular, plural, n) % {"num": n, **values}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence for the catalogues; whoever shows it translates it with `_`."""
    return message


_ENGLISH = stdlib.NullTranslations()
