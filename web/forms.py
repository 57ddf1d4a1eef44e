"""From posted text to values, or to a message for each field.

A form is a class of `Fields`, its attributes annotated with the kinds in `fields`. A
`Form` keeps what was typed whatever happens to it, and draws itself again with what
is wrong. Knows no rule of the domain: refusals are shown, not made, here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import Enum
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from visitation.errors import Invalid, VisitationError
from web import present, refusals, sealed
from web.i18n import N_, _

#: What to say, by pydantic's code or by one of ours.
MESSAGES: Mapping[str, str] = {
    "missing": N_("Fill this in."),
    "string_too_short": N_("Fill this in."),
    "string_too_long": N_("Use %(max_length)s characters at most."),
    "greater_than_equal": N_("Give %(ge)s or more."),
    "greater_than": N_("Give more than %(gt)s."),
    "less_than_equal": N_("Give %(le)s or less."),
    "less_than": N_("Give less than %(lt)s."),
    "enum": N_("Choose one from the list."),
    "literal_error": N_("Choose one from the list."),
    "too_short": N_("Choose at least one."),
    "too_long": N_("Choose fewer."),
    "unseen": N_("This has characters that cannot be seen. Type it again by hand."),
    "day": N_("Give a day such as 1405/09/02, or 2026-11-23."),
    "wall": N_("Give a time such as 10:30."),
    "count": N_("Give a whole number."),
    "phone": N_("Give a phone number such as 0912 345 6789."),
    "code": N_("A code has digits only."),
    "username": N_("Use Latin letters, digits, dots and dashes only."),
    "national_id": N_("This is no national ID. Check its ten digits."),
}
_UNUSABLE = N_("This cannot be used. Check it.")
_MANY = (list, tuple, set, frozenset)


class Fields(BaseModel):
    """What one form asks for. `Field(title=N_("…"))` names a field in the summary."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_enum_values=False)


M = TypeVar("M", bound=Fields)


def fault(message: str) -> PydanticCustomError:
    """What a validator of a form raises, with a message id to show."""
    return PydanticCustomError("fault", "{message}", {"message": message})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[M]):
    """What was typed, what it means, and what is wrong with it.

    Attributes:
        errors: a sentence per field, in the reader's language.
        reasons: sentences about the whole.
    """

    model: type[M]
    typed: Mapping[str, tuple[str, ...]]
    parsed: M | None = None
    errors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing wrong with it."""
        return not self.errors and not self.reasons

    @property
    def value(self) -> M:
        """What it means; ask only while it is ok.

        Raises:
            ValueError: if something is wrong with it.
        """
        if self.parsed is None:
            raise ValueError(f"the form has errors in {', '.join(self.errors)}")
        return self.parsed

    def text(self, name: str) -> str:
        """What a field shows."""
        return next(iter(self.typed.get(name, ())), "")

    def chosen(self, name: str, value: object) -> bool:
        """Whether a choice is on."""
        return _plain(value) in self.typed.get(name, ())

    def error(self, name: str) -> str:
        """What is wrong with a field, or an empty string."""
        return self.errors.get(name, "")

    def title(self, name: str) -> str:
        """What a field is called, if its class says so."""
        known = self.model.model_fields.get(name)
        return _(known.title) if known is not None and known.title else ""

    def faulted(self, name: str, sentence: str) -> "Form[M]":
        """The form with one more thing wrong, about one field."""
        return replace(self, errors={**self.errors, name: sentence})

    def failed(self, sentence: str) -> "Form[M]":
        """The form with one more thing wrong, about the whole."""
        return replace(self, reasons=(*self.reasons, sentence))

    def refused(self, error: VisitationError) -> "Form[M]":
        """The form with every reason of a refusal, in the reader's language."""
        found = refusals.sentences(error)
        if isinstance(error, Invalid) and error.field in self.model.model_fields:
            return self.faulted(error.field, *found)
        return replace(self, reasons=(*self.reasons, *found))


def blank(model: type[M], **values: object) -> Form[M]:
    """A form nobody has typed into yet, with values to begin with."""
    typed = {name: _as_typed(value) for name, value in values.items()}
    return Form(model=model, typed={k: v for k, v in typed.items() if v})


def or_blank(typed: "Form[Any] | None", model: type[M], **values: object) -> Form[M]:
    """What was typed, if it is such a form; else one with values to begin with."""
    if typed is not None and typed.model is model:
        return typed
    return blank(model, **values)


async def read(request: web.Request, model: type[M]) -> Form[M]:
    """The form that was posted."""
    posted = await request.post()
    pairs = ((name, text) for name, text in posted.items() if isinstance(text, str))
    return parse(model, pairs)


def from_query(request: web.Request, model: type[M]) -> Form[M]:
    """The form in the address of a page, for searching and filtering.

    Links carry a day as 2026-11-23; the field shows it in the reader's calendar. What
    was looked for is there sealed, and in no other way.
    """
    pairs = [(n, text) for n, text in request.query.items() if n != sealed.FIELD]
    form = parse(model, [*pairs, (sealed.FIELD, sealed.words(request))])
    days = {n: _as_typed(v) for n, v in form.parsed or () if isinstance(v, date)}
    return replace(form, typed={**form.typed, **days})


def parse(model: type[M], pairs: Iterable[tuple[str, str]]) -> Form[M]:
    """The form made of names and texts; empty texts count as not given."""
    typed: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        if name in model.model_fields:
            typed[name] = (*typed.get(name, ()), text)
    given: dict[str, Any] = {}
    for name, texts in typed.items():
        filled = [text for text in texts if text.strip()]
        if _takes_many(model, name):
            given[name] = filled
        elif filled:
            given[name] = filled[0]
    try:
        parsed = model.model_validate(given)
    except ValidationError as error:
        return _with_errors(Form(model=model, typed=typed), error.errors())
    return Form(model=model, typed=typed, parsed=parsed)


def _with_errors(form: Form[M], found: list[ErrorDetails]) -> Form[M]:
    errors: dict[str, str] = {}
    reasons: list[str] = []
    for detail in found:
        name = str(detail["loc"][0]) if detail["loc"] else ""
        if name:
            errors.setdefault(name, _sentence(detail))
        else:
            reasons.append(_sentence(detail))
    return replace(form, errors=errors, reasons=tuple(reasons))


def _sentence(detail: ErrorDetails) -> str:
    told = detail.get("ctx", {})
    if detail["type"] == "fault":
        return _(str(told["message"]))
    kind = detail["type"]
    if isinstance(detail["input"], str) and kind in {"too_short", "too_long"}:
        kind = f"string_{kind}"
    message = MESSAGES.get(kind, _UNUSABLE)
    return _(message, **{key: present.digits(value) for key, value in told.items()})


def _takes_many(model: type[Fields], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    kinds = (annotation, *get_args(annotation))
    return any((get_origin(kind) or kind) in _MANY for kind in kinds)


def _as_typed(value: object) -> tuple[str, ...]:
    if isinstance(value, _MANY):
        return tuple(_plain(one) for one in value)
    if value is None or value is False or value == "":
        return ()
    if isinstance(value, date):
        return (present.short_day(value, ZoneInfo("UTC")),)
    if isinstance(value, time):
        return (present.digits(f"{value:%H:%M}"),)
    if isinstance(value, int) and value is not True:
        return (present.digits(value), str(value))
    return (_plain(value),)


def _plain(value: object) -> str:
    if value is True:
        return "on"
    return str(value.value) if isinstance(value, Enum) else str(value)
