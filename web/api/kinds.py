"""The kinds of value the API takes and gives, each with what bounds it.

Stricter than what pages accept: a program has no reason to send what cannot be kept.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from visitation import persian
from web import fields

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
#: PostgreSQL's integer keys end here.
LAST_ID = 2_147_483_647
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WALL = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _in_reach(instant: datetime) -> datetime:
    # Compared before it is converted: year 1 with an offset has no UTC.
    if not _EARLIEST <= instant < _LATEST:
        raise PydanticCustomError("out_of_reach", "not between the years 2000 and 2100")
    return instant.astimezone(UTC)


def _visible(text: str) -> str:
    unseen = any(c < " " or c == "\x7f" for c in text.replace("\n", ""))
    if unseen or persian.has_bidi_controls(text):
        raise PydanticCustomError("unseen", "has characters that cannot be seen")
    return text


def _day(given: object) -> object:
    # Elsewhere a day may be written in more ways than the document says.
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    elif isinstance(given, date):
        return given
    raise PydanticCustomError("day", "not a day such as 2026-11-24")


def _near(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise PydanticCustomError("out_of_reach", "not between the years 2000 and 2100")
    return day


def _wall(given: object) -> object:
    if not isinstance(given, str) or not re.fullmatch(_WALL, given):
        raise PydanticCustomError("wall", "not a time such as 08:30")
    return time.fromisoformat(given)


def _spoken(wall: time) -> str:
    return f"{wall:%H:%M}"


Id = Annotated[int, Field(ge=1, le=LAST_ID)]
#: An instant, ISO 8601 with an offset. Answers are in UTC.
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_reach),
    Field(examples=["2026-11-23T12:00:00+03:30"]),
]
#: A day of the Gregorian calendar, local to the place it is about.
Day = Annotated[
    date,
    BeforeValidator(_day),
    AfterValidator(_near),
    Field(examples=["2026-11-24"]),
]
_WALL_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_WALL}$"})
#: A time of the wall clock; 00:00 as an end is the end of the day.
Wall = Annotated[
    time,
    BeforeValidator(_wall),
    PlainSerializer(_spoken),
    _WALL_SCHEMA,
]
#: The same, as it is told.
ToldWall = Annotated[time, PlainSerializer(_spoken), _WALL_SCHEMA]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_visible),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(_visible),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(_visible),
]
#: Any way of writing it; becomes E.164. A number without a country is Iranian.
Phone = Annotated[fields.Phone, Field(examples=["+989123456789"])]
NationalId = Annotated[fields.NationalId, Field(examples=["0013542419"])]
#: A name by which something stands in addresses.
Reference = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=32)
]
#: Why something is done.
Because = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=150),
    AfterValidator(_visible),
]
Cursor = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """What a program sends; what we do not know is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Asked):
    """How much of a list, and from where on."""

    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: Cursor | None = Field(
        default=None, description="`next` of the page before; leave out for the first."
    )


class Told(BaseModel):
    """What we answer; times are in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)
