"""The form of a kind: the fields that matter for it, and one's own words.

What is wrong is said for every field at once; what was answered before stands in it.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import Field, create_model

from visitation.cases import kinds
from visitation.cases.kinds import FieldType, Kind
from visitation.errors import Invalid
from visitation.filing.tables import FilingDraft
from visitation.words import CaseKind
from web import case_answers, forms, i18n, present, refusals
from web.case_answers import PREFIX
from web.fields import Note
from web.forms import Fields, Form
from web.i18n import N_, _

#: The words of its writer, under this name.
WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field as the page draws it.

    Attributes:
        label: isolated, because it comes from data and not from a catalogue.
    """

    name: str
    type: FieldType
    label: str
    required: bool
    options: tuple[tuple[str, str], ...]


def asked(kind: Kind) -> tuple[Asked, ...]:
    """The fields of a kind, in the reader's language."""
    language = i18n.language()
    return tuple(
        Asked(
            name=PREFIX + field.name,
            type=field.type,
            label=present.isolated(field.label(language)),
            required=field.required,
            options=tuple(
                (value, present.isolated(words))
                for value, words in case_answers.choices(field)
            ),
        )
        for field in kind.fields
    )


def blank(kind: Kind) -> Form[Fields]:
    """The form with nothing in it."""
    return forms.blank(_model(kind.code, i18n.language()))


def kept(draft: FilingDraft, kind: Kind) -> Form[Fields]:
    """The form with what the draft holds."""
    begun = {
        PREFIX + field.name: _typed(field.type, draft.answers[field.name])
        for field in kind.fields
        if field.name in draft.answers
    }
    model = _model(kind.code, i18n.language())
    return forms.blank(model, **begun, **{WORDS: draft.text})


async def read(
    request: web.Request, kind: Kind
) -> tuple[Form[Fields], dict[str, Any], str]:
    """What was posted; its answers and words, as far as nothing is wrong with them."""
    form = await forms.read(request, _model(kind.code, i18n.language()))
    given = {name: form.text(name) for name in form.typed}
    answers = case_answers.typed(kind, given)
    needed = forms.MESSAGES["missing"]
    text = getattr(form.parsed, WORDS, "") if form.parsed else ""
    for field in kind.fields:
        if field.required and answers.get(field.name) in (None, ""):
            form = form.faulted(PREFIX + field.name, _(needed))
    if kind.text_required and form.parsed is not None and not text:
        form = form.faulted(WORDS, _(needed))
    while True:
        try:
            return form, kinds.checked(kind.code, answers, brief=True), text
        except Invalid as wrong:
            answers.pop(wrong.field)
            form = form.faulted(PREFIX + wrong.field, *refusals.sentences(wrong))


def _typed(type_: FieldType, value: Any) -> object:
    if type_ is FieldType.YES_NO:
        return "yes" if value else "no"
    if type_ is FieldType.DATE:
        return date.fromisoformat(value)
    return present.digits(value) if type_ is FieldType.NUMBER else value


@cache
def _model(code: CaseKind, language: str) -> type[Fields]:
    """What the form takes: any text for each field, which the domain then checks."""
    fields: dict[str, Any] = {
        PREFIX + field.name: (
            str,
            Field(default="", title=present.isolated(field.label(language))),
        )
        for field in kinds.KINDS[code].fields
    }
    fields[WORDS] = (Note, Field(default="", title=N_("In your own words")))
    return create_model(f"Asking_{code}", __base__=Fields, **fields)
