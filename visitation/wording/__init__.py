"""What our text messages say, and how many segments that costs.

A template is a key, its variables and a sentence per language; a message is never
free text. The sentences are in catalogues beside this file, `fa.toml` and so on: a
language is added by adding one. They are read and checked once, when the program
starts. Every text fits one segment with the longest values its variables may have.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources

from visitation import jalali
from visitation.wording.catalogue import Catalogue, WrongCatalogue, longest, read
from visitation.wording.templates import WORDINGS, Template, Wording
from visitation.wording.units import (
    GSM_JOINED_SEGMENT,
    GSM_SEGMENT,
    JOINED_SEGMENT_UNITS,
    SEGMENT_UNITS,
    is_gsm,
    segments,
    shorten,
    units,
)
from visitation.words import Channel

__all__ = [
    "CATALOGUES",
    "GSM_JOINED_SEGMENT",
    "GSM_SEGMENT",
    "JOINED_SEGMENT_UNITS",
    "SEGMENT_UNITS",
    "WORDINGS",
    "Catalogue",
    "Template",
    "Wording",
    "WrongCatalogue",
    "decision",
    "digits",
    "is_gsm",
    "longest",
    "place",
    "render",
    "said",
    "segments",
    "shorten",
    "spoken_day",
    "units",
    "values",
    "why",
]

#: Whoever's language has no catalogue is told in this one.
FALLBACK = "fa"
_SUFFIX = ".toml"


def _load() -> dict[str, Catalogue]:
    files = {
        file.name.removesuffix(_SUFFIX): tomllib.loads(file.read_text("utf-8"))
        for file in resources.files(__package__ or "").iterdir()
        if file.name.endswith(_SUFFIX)
    }
    first = read(FALLBACK, files.pop(FALLBACK), like=None)
    others = (read(name, files[name], like=first) for name in sorted(files))
    return {FALLBACK: first} | {one.language: one for one in others}


CATALOGUES: Mapping[str, Catalogue] = _load()


def in_language(language: str) -> Catalogue:
    """The catalogue of a language; Persian for one that has none."""
    return CATALOGUES.get(language, CATALOGUES[FALLBACK])


def render(
    template: Template,
    language: str,
    variables: Mapping[str, str],
    *,
    channel: Channel = Channel.SMS,
) -> str:
    """The text of a message; aloud, its code is said digit by digit.

    Raises:
        KeyError: if a variable is missing.
    """
    catalogue, filled = in_language(language), values(template, language, variables)
    if channel is Channel.VOICE:
        if "code" in filled:
            filled["code"] = said(filled["code"], language)
        return catalogue.spoken[template].format_map(filled)
    text = catalogue.text[template].format_map(filled)
    link = variables.get("link") if WORDINGS[template].has_link else None
    return f"{text}\n{link}" if link else text


def values(
    template: Template, language: str, variables: Mapping[str, str]
) -> dict[str, str]:
    """What stands in a template's places, each cut to its limit.

    Raises:
        KeyError: if a variable is missing.
    """
    limits = WORDINGS[template].limits
    # What was written before reasons were given has none.
    known = {"why": why("ask", language), **variables} if "why" in limits else variables
    return {name: shorten(known[name], limit) for name, limit in limits.items()}


def why(reason: str, language: str) -> str:
    """A reason in a few words; to call the office, where it is none of the known."""
    words = in_language(language).why
    return words.get(reason, words["ask"])


def decision(kind: str, language: str) -> str:
    """What became of a request, in a word or two."""
    return in_language(language).decisions[kind]


def place(name: str, language: str) -> str:
    """What stands for a place where there is none: `own_phone`, `desk`."""
    return in_language(language).places[name]


def digits(text: str, language: str) -> str:
    """The text with 0-9 as the language writes them."""
    return text.translate(
        {ord(str(n)): digit for n, digit in enumerate(in_language(language).digits)}
    )


def said(code: str, language: str) -> str:
    """A code as it is read out, one digit after the other; what is none stays."""
    if not code.isdigit():
        return code
    catalogue = in_language(language)
    comma = "، " if catalogue.digits != "0123456789" else ", "
    return comma.join(catalogue.said[int(digit)] for digit in code)


def spoken_day(day: date, language: str) -> str:
    """A day, short enough for a text: «دوشنبه ۲ آذر», or "23 Nov/2 Azar"."""
    catalogue, solar = in_language(language), jalali.from_date(day)
    text = catalogue.day_form.format(
        weekday=catalogue.weekdays[day.weekday()],
        day=day.day,
        month=catalogue.months[day.month - 1] if catalogue.months else "",
        solar_day=solar.day,
        solar_month=catalogue.solar_months[solar.month - 1],
    )
    return digits(text, language)
