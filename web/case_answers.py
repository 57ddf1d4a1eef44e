"""The answers to the fields of a kind of request, as forms ask and people read them.

Pure: the domain tells the fields, what was typed becomes what it checks.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from visitation.cases import Kind
from visitation.cases.kinds import FieldOf, FieldType
from web import i18n, present
from web.fields import Day
from web.i18n import _

#: What comes before the name of a field in a form.
PREFIX = "answer_"
_UTC = ZoneInfo("UTC")
_DAY = TypeAdapter[date](Day)


def shown(kind: Kind, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each answer with what was asked, in the order of the kind."""
    language = i18n.language()
    return [
        (field.label(language), _words(field, answers[field.name]))
        for field in kind.fields
        if field.name in answers
    ]


def left_over(kind: Kind, answers: Mapping[str, Any]) -> list[str]:
    """Answers to what another kind asks, from before a request was of this one."""
    return [str(value) for name, value in answers.items() if kind.field(name) is None]


def typed(kind: Kind, given: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as the domain takes it; days may be of either calendar."""
    return {
        field.name: _meant(field, given.get(PREFIX + field.name, ""))
        for field in kind.fields
    }


def choices(field: FieldOf) -> list[tuple[str, str]]:
    """What may be chosen in a field."""
    if field.type is FieldType.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    language = i18n.language()
    return [(one.value, one.label(language)) for one in field.choices]


def _meant(field: FieldOf, text: str) -> Any:
    if field.type is not FieldType.DATE or not text.strip():
        return text
    try:
        return _DAY.validate_python(text)
    except ValidationError:
        # The domain refuses it with the code that any wrong day gets.
        return text


def _words(field: FieldOf, value: Any) -> str:
    if field.type is FieldType.YES_NO:
        return _("Yes") if value else _("No")
    if field.type is FieldType.CHOICE:
        found = field.choice(str(value))
        return found.label(i18n.language()) if found else str(value)
    if field.type is FieldType.DATE:
        return present.day(date.fromisoformat(value), _UTC, weekday=False)
    return present.digits(value) if field.type is FieldType.NUMBER else str(value)
