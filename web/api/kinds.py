"""The kinds of value the API takes and gives, each with what bounds it.

Stricter than what pages accept: a program has no reason to send what cannot be kept.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from visitation import persian
from web import fields

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
#: PostgreSQL's integer keys end here.
LAST_ID = 2_147_483_647


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


Id = Annotated[int, Field(ge=1, le=LAST_ID)]
#: An instant, ISO 8601 with an offset. Answers are in UTC.
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_reach),
    Field(examples=["2026-11-23T12:00:00+03:30"]),
]
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
