"""The sentences of one language, read from its catalogue and checked.

A catalogue is refused by name if a sentence is missing, knows a variable that its
template does not have, or would cost a second segment with the longest values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from visitation.wording.templates import WORDINGS, Template
from visitation.wording.units import is_gsm, segments, units

#: How long a sentence may be that is read out.
SPOKEN_UNITS = 300
#: A letter no 7-bit alphabet has: names may be in any script.
_NAMES, _WIDE, _NARROW = frozenset({"place"}), "ی", "m"
_PER_WEEK, _PER_YEAR, _DIGITS = 7, 12, 10
#: How often a code is said aloud.
_SAID_TWICE = 2


class WrongCatalogue(ValueError):
    """A catalogue cannot be used; says which one, and every reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What is said in one language.

    Attributes:
        digits: what 0 to 9 are written as.
        said: what they are called.
        day_form: a day from `weekday`, `day`, `month`, `solar_day`, `solar_month`.
        weekdays: Monday first.
        months: of the Gregorian year; empty where they are never said.
        places: what stands for a place where there is none.
        why: reasons in a few words.
        decisions: what became of a request, in a word or two.
        text: the sentence of each template, for a screen.
        spoken: the same to be read out.
    """

    language: str
    digits: str
    said: tuple[str, ...]
    day_form: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    solar_months: tuple[str, ...]
    places: Mapping[str, str]
    why: Mapping[str, str]
    decisions: Mapping[str, str]
    text: Mapping[Template, str]
    spoken: Mapping[Template, str]


def read(
    language: str, content: Mapping[str, Any], *, like: Catalogue | None
) -> Catalogue:
    """The catalogue of a language from what its file says.

    Args:
        language: its code.
        content: the file.
        like: one whose places and reasons it must have too.

    Raises:
        WrongCatalogue: naming the language and everything that is wrong with it.
    """
    days = content.get("days", {})
    found = Catalogue(
        language=language,
        digits=content.get("digits", ""),
        said=tuple(content.get("said", ())),
        day_form=days.get("form", ""),
        weekdays=tuple(days.get("weekdays", ())),
        months=tuple(days.get("months", ())),
        solar_months=tuple(days.get("solar_months", ())),
        places=content.get("places", {}),
        why=content.get("why", {}),
        decisions=content.get("decisions", {}),
        text=_by_template(content.get("text", {})),
        spoken=_by_template(content.get("spoken", {})),
    )
    faults = [*_counts(found), *_words(found, like or found), *_sentences(found)]
    faults += [
        f"unknown template {name}"
        for part in ("text", "spoken")
        for name in content.get(part, {})
        if name not in set(Template)
    ]
    if faults:
        raise WrongCatalogue(f"{language}: " + "; ".join(faults))
    return found


def longest(template: Template, sentence: str) -> str:
    """The sentence with the longest values its variables may have.

    A name may be in any script; the rest is in the script of the sentence.
    """
    limits = WORDINGS[template].limits
    is_narrow = is_gsm(sentence.format_map(dict.fromkeys(limits, "")))
    own = _NARROW if is_narrow else _WIDE
    return sentence.format_map(
        {
            name: (_WIDE if name in _NAMES else own) * limit
            for name, limit in limits.items()
        }
    )


def _by_template(sentences: Mapping[str, str]) -> dict[Template, str]:
    known = set(Template)
    return {Template(key): text for key, text in sentences.items() if key in known}


def _counts(found: Catalogue) -> Iterator[str]:
    for name, values, count in (
        ("digits", found.digits, _DIGITS),
        ("said", found.said, _DIGITS),
        ("weekdays", found.weekdays, _PER_WEEK),
        ("solar_months", found.solar_months, _PER_YEAR),
        ("months", found.months or (None,) * _PER_YEAR, _PER_YEAR),
    ):
        if len(values) != count:
            yield f"{name} are {len(values)}, not {count}"


def _words(found: Catalogue, like: Catalogue) -> Iterator[str]:
    allowed = {"weekday", "day", "solar_day", "solar_month"}
    allowed |= {"month"} if found.months else set()
    if not set(_variables(found.day_form)) <= allowed or not found.day_form:
        yield "days.form"
    for part, own, other in (
        ("places", found.places, like.places),
        ("why", found.why, like.why),
        ("decisions", found.decisions, like.decisions),
    ):
        yield from (f"{part}.{key} is missing" for key in other if key not in own)
    for part, own, limit in (
        ("why", found.why, WORDINGS[Template.DECLINED].limits["why"]),
        (
            "decisions",
            found.decisions,
            WORDINGS[Template.CASE_DECIDED].limits["decision"],
        ),
    ):
        yield from (
            f"{part}.{key} is longer than {limit}"
            for key, words in own.items()
            if units(words) > limit
        )


def _sentences(found: Catalogue) -> Iterator[str]:
    for template, known in WORDINGS.items():
        for part, sentences in (("text", found.text), ("spoken", found.spoken)):
            if template not in sentences:
                yield f"{part}.{template} is missing"
                continue
            said = _variables(sentences[template])
            if set(said) != set(known.limits):
                yield f"{part}.{template} does not say {sorted(known.limits)}"
                continue
            full = longest(template, sentences[template])
            if part == "text" and segments(full) > 1:
                yield f"text.{template} is too long: {units(full)} units"
            if part == "spoken" and units(full) > SPOKEN_UNITS:
                yield f"spoken.{template} is too long: {units(full)} units"
            if part == "spoken" and said.count("code") not in {0, _SAID_TWICE}:
                yield f"spoken.{template} does not say its code twice"


def _variables(sentence: str) -> list[str]:
    return [name for _text, name, *_rest in Formatter().parse(sentence) if name]
