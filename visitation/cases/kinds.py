"""The kinds of cases as `kinds.toml` tells them: titles, fields, who decides, how soon.

Checks answers against the fields of a kind; knows no row and no case.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import Any

from visitation import persian
from visitation.errors import Invalid
from visitation.words import CaseKind, Role

#: Who has no text in their own language reads this one.
_FALLBACK = "fa"
_LONGEST_TEXT = 300
_LARGEST = 1_000_000


class FieldType(StrEnum):
    """What is written into a field."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that may be chosen."""

    value: str
    labels: Mapping[str, str]

    def label(self, language: str) -> str:
        """What it is called."""
        return _said(self.labels, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOf:
    """One thing that is asked for a kind.

    Attributes:
        most: the longest text, or the largest number.
        least: the smallest number.
    """

    name: str
    type: FieldType
    required: bool
    labels: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    most: int
    least: int

    def label(self, language: str) -> str:
        """What is asked."""
        return _said(self.labels, language)

    def choice(self, value: str) -> Choice | None:
        """The choice of that value."""
        return next((one for one in self.choices if one.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of case.

    Attributes:
        deciders: the roles that decide it.
        days: working days in which there is to be an answer.
        text_required: whether somebody has to say in words what it is.
        prison_reads: whether the prison's own staff read it without an order.
        article: the law that `eligibility` is about; empty if none is named.
    """

    code: CaseKind
    titles: Mapping[str, str]
    hints: Mapping[str, str]
    notes: Mapping[str, str]
    article: str
    fields: tuple[FieldOf, ...]
    deciders: frozenset[Role]
    days: int
    family_may_raise: bool
    text_required: bool
    prison_reads: bool

    def title(self, language: str) -> str:
        """What it is called."""
        return _said(self.titles, language)

    def hint(self, language: str) -> str:
        """What it is for, in a sentence."""
        return _said(self.hints, language)

    def eligibility(self, language: str) -> str:
        """What there is to know before asking; information, never a decision."""
        return _said(self.notes, language) if self.notes else ""

    def field(self, name: str) -> FieldOf | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)


def checked(
    kind: CaseKind, answers: Mapping[str, Any], *, brief: bool = False
) -> dict[str, Any]:
    """The answers as they are kept: text, ISO dates, numbers, yes or no.

    What is left empty is left out. Where something is asked for in passing, `brief`,
    nothing is required.

    Raises:
        Invalid: naming the field and what is wrong with its answer.
    """
    fields = KINDS[kind].fields
    unknown = set(answers) - {field.name for field in fields}
    if unknown:
        raise Invalid(min(unknown), "unknown_field")
    kept: dict[str, Any] = {}
    for field in fields:
        value = answers.get(field.name)
        if isinstance(value, str):
            value = value.strip()
        if value in (None, ""):
            if field.required and not brief:
                raise Invalid(field.name, "missing")
            continue
        kept[field.name] = _CHECKS[field.type](field, value)
    return kept


def decided_by(role: Role | None) -> frozenset[CaseKind]:
    """The kinds that a role decides."""
    return frozenset(code for code, kind in KINDS.items() if role in kind.deciders)


def _text(field: FieldOf, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(field.name, "not_text")
    if len(value) > field.most:
        raise Invalid(field.name, "too_long")
    return value


def _choice(field: FieldOf, value: Any) -> str:
    if not isinstance(value, str) or field.choice(value) is None:
        raise Invalid(field.name, "not_a_choice")
    return value


def _date(field: FieldOf, value: Any) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(field.name, "not_a_date") from None
    return date(day.year, day.month, day.day).isoformat()


def _number(field: FieldOf, value: Any) -> int:
    digits = persian.to_ascii_digits(str(value))
    if isinstance(value, bool) or not (digits.isascii() and digits.isdigit()):
        raise Invalid(field.name, "not_a_number")
    # A number that long is none anybody means, and slow to read.
    if len(digits) > len(str(_LARGEST)):
        raise Invalid(field.name, "out_of_range")
    if not field.least <= int(digits) <= field.most:
        raise Invalid(field.name, "out_of_range")
    return int(digits)


def _yes_no(field: FieldOf, value: Any) -> bool:
    known = {"yes": True, "no": False, "true": True, "false": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value not in known:
        raise Invalid(field.name, "not_yes_no")
    return known[value]


_CHECKS: Mapping[FieldType, Callable[[FieldOf, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.CHOICE: _choice,
    FieldType.DATE: _date,
    FieldType.NUMBER: _number,
    FieldType.YES_NO: _yes_no,
}


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts[_FALLBACK])


def _read() -> Mapping[CaseKind, Kind]:
    file = resources.files(__package__ or "") / "kinds.toml"
    content = tomllib.loads(file.read_text("utf-8"))
    return {code: _kind(code, content[code.value]) for code in CaseKind}


def _kind(code: CaseKind, told: Mapping[str, Any]) -> Kind:
    return Kind(
        code=code,
        titles=told["title"],
        hints=told["hint"],
        notes=told.get("eligibility", {}),
        article=told.get("article", ""),
        fields=tuple(_field(one) for one in told.get("fields", ())),
        deciders=frozenset(Role(role) for role in told["deciders"]),
        days=told["days"],
        family_may_raise=told.get("family_may_raise", True),
        text_required=told.get("text_required", False),
        prison_reads=told.get("prison_reads", True),
    )


def _field(told: Mapping[str, Any]) -> FieldOf:
    kind = FieldType(told["type"])
    most = _LARGEST if kind is FieldType.NUMBER else _LONGEST_TEXT
    return FieldOf(
        name=told["name"],
        type=kind,
        required=told.get("required", False),
        labels=told["label"],
        choices=tuple(
            Choice(value=one["value"], labels=one) for one in told.get("choices", ())
        ),
        most=told.get("most", most),
        least=told.get("least", 0),
    )


KINDS: Mapping[CaseKind, Kind] = _read()
#: What the prison's own staff do not read without an order.
KEPT_FROM_PRISON = frozenset(
    code for code, kind in KINDS.items() if not kind.prison_reads
)
