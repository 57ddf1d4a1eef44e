"""Where a page of a list ended, said so that a program need not understand it."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from visitation.errors import Invalid
from web.api.kinds import LAST_ID

T = TypeVar("T")
_LAST_DAY = date.max.toordinal()


def write(*place: int | datetime) -> str:
    """A place in a list as a cursor."""
    plain = [p.isoformat() if isinstance(p, datetime) else p for p in place]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read_id(cursor: str | None) -> int | None:
    """The id after which to go on; None for the first page.

    Raises:
        Invalid: if it is no cursor of such a list.
    """
    if cursor is None:
        return None
    match _read(cursor):
        case [int(last)] if 0 < last <= LAST_ID:
            return last
    raise Invalid("cursor", "cursor")


def read_moment(cursor: str) -> tuple[datetime, int]:
    """The instant and the id after which to go on.

    Raises:
        Invalid: if it is no cursor of such a list.
    """
    match _read(cursor):
        case [str(at), int(last)] if 0 < last <= LAST_ID:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError:
                raise Invalid("cursor", "cursor") from None
            if moment.utcoffset() is not None:
                return moment, last
    raise Invalid("cursor", "cursor")


def read_day(cursor: str | None) -> tuple[int, int] | None:
    """The day, as an ordinal, and the id after which to go on.

    Raises:
        Invalid: if it is no cursor of such a list.
    """
    if cursor is None:
        return None
    match _read(cursor):
        case [int(day), int(last)] if 0 < day <= _LAST_DAY and 0 < last <= LAST_ID:
            return day, last
    raise Invalid("cursor", "cursor")


def rest(
    rows: Sequence[T],
    cursor: str | None,
    place: Callable[[T], tuple[datetime, int]],
) -> Sequence[T]:
    """What comes after a cursor in a list that is read as a whole.

    Raises:
        Invalid: if it is no cursor of such a list.
    """
    if cursor is None:
        return rows
    after = read_moment(cursor)
    return [row for row in rows if place(row) > after]


def page(
    rows: Sequence[T], limit: int, place: Callable[[T], tuple[int | datetime, ...]]
) -> tuple[Sequence[T], str | None]:
    """The rows of one page, and the cursor of the next one if *rows* has more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write(*place(rows[limit - 1]))


def _read(cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
