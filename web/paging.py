"""Lists that are searched and turned page by page, by the address alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web
from pydantic import Field

from web import forms, picks, sealed
from web.fields import Line
from web.forms import Form
from web.i18n import N_
from web.picks import Pick
from web.render import url

#: How many rows a page shows. Ask for one more, to know whether there is a next page.
PER_PAGE = 50
#: As many as an instant in microseconds has, up to the year 2286.
_DIGITS = 16
_EPOCH = datetime.fromtimestamp(0, UTC)


class Looking(forms.Fields):
    """What to look for, and after which row."""

    text: Line = Field(default="", title=N_("Look for"))
    after: Pick | None = None


def looking(request: web.Request) -> tuple[Form[Looking], Looking]:
    """The search in a page's address; one that makes no sense looks for everything."""
    form = forms.from_query(request, Looking)
    return form, form.value if form.ok else Looking()


def links(
    request: web.Request, name: str, asked: Looking, found: Sequence[int]
) -> dict[str, str | None]:
    """Where the list begins, and where it goes on after the rows that were found."""
    text = sealed.query(request, asked.text)
    more = len(found) > PER_PAGE
    return {
        "first": url(request, name, query=text) if asked.after else None,
        "next": url(request, name, query=text | {"after": str(found[PER_PAGE - 1])})
        if more
        else None,
    }


def moment(at: datetime, number: int) -> str:
    """A place in a list that is ordered by time, as an address has it."""
    return f"{(at - _EPOCH) // timedelta.resolution}-{number}"


def read_moment(text: str) -> tuple[datetime, int] | None:
    """The same read again; None if it is no such place."""
    since, _dash, number = text.partition("-")
    if not (_is_number(since) and _is_number(number)) or int(number) > picks.LAST_ID:
        return None
    return _EPOCH + int(since) * timedelta.resolution, int(number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
