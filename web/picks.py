"""Choosing rows in forms: ids that must be among those a page offers, and their words.

An id that was never offered gets the answer that any wrong choice gets.
"""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from visitation import jalali, persian
from visitation.places import Province, Site
from visitation.words import ContactState, Role
from web import forms, i18n, present
from web.fields import Day
from web.forms import Form
from web.i18n import N_, _
from web.render import TRANSLATIONS

#: PostgreSQL's integer keys end here.
LAST_ID = 2**31 - 1
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_NOT_OFFERED = N_("Choose one from the list.")
M = TypeVar("M", bound=forms.Fields)

#: Roles that an administrator may give, in the order people read them.
ROLES = (
    Role.CLERK,
    Role.WARDEN,
    Role.OFFICIAL,
    Role.SCHEDULER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
#: What staff may make of a contact.
DECISIONS = (
    ContactState.APPROVED,
    ContactState.REFUSED,
    ContactState.SUSPENDED,
    ContactState.BANNED,
)


def _id(typed: object) -> object:
    if isinstance(typed, str):
        plain = persian.to_ascii_digits(typed).strip()
        if plain.isascii() and plain.isdigit() and 0 < int(plain) <= LAST_ID:
            return int(plain)
    elif isinstance(typed, int):
        return typed
    raise PydanticCustomError("enum", "not an id")


def _near(day: date) -> date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise PydanticCustomError("day", "not a day of our times")
    return day


#: The id of a row that a page offers; `among` says whether it was offered.
Pick = Annotated[int, BeforeValidator(_id)]
#: A day that the calendars of this service reach.
NearDay = Annotated[Day, AfterValidator(_near)]


def among(form: Form[M], name: str, offered: Collection[int]) -> Form[M]:
    """The form, faulted where a field holds an id that was not offered."""
    if form.parsed is None:
        return form
    chosen = getattr(form.parsed, name)
    several = chosen if isinstance(chosen, (list, tuple, set, frozenset)) else [chosen]
    if all(one is None or one in offered for one in several):
        return form
    return form.faulted(name, _(_NOT_OFFERED))


def site_options(
    found: Iterable[tuple[Site, Province]],
) -> list[tuple[int, str]]:
    """Sites for a select: the province tells two of the same name apart."""
    return [
        (site.id, present.parted(province.name, site.name)) for site, province in found
    ]


class Weekday(StrEnum):
    """A day of the Iranian week, as forms post it."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"

    @property
    def number(self) -> int:
        """The day as `date.weekday()` counts it."""
        return jalali.WEEK[tuple(Weekday).index(self)]


def weekday_options() -> list[tuple[str, str]]:
    """The days of the week with their names, Saturday first."""
    return [(day.value, present.weekday_name(day.number)) for day in Weekday]


def language_options(request: web.Request) -> list[tuple[str, str]]:
    """The languages that messages and pages come in."""
    spoken = request.app[TRANSLATIONS]
    return [(code, i18n.LANGUAGE_NAMES.get(code, code)) for code in spoken]
