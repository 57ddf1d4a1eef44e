"""The kinds of value the API takes and gives, each with what bounds it.

Narrower than what pages accept: a program has no reason to send what cannot be kept.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from visitation.visits import CODE_DIGITS
from web import fields

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
#: PostgreSQL's integer keys end here.
_LAST_ID = 2_147_483_647


def _in_reach(instant: datetime) -> datetime:
    # Compared before it is converted: year 1 with an offset has no UTC.
    if not _EARLIEST <= instant < _LATEST:
        raise PydanticCustomError("out_of_range", "between the years 2000 and 2100")
    return instant.astimezone(UTC)


Id = Annotated[int, Field(ge=1, le=_LAST_ID)]
#: An instant, ISO 8601 with an offset. Answers are in UTC.
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_reach),
    Field(examples=["2026-11-23T12:00:00+03:30"]),
]
#: A visit's or participant's name in URLs.
Reference = Annotated[str, Field(min_length=1, max_length=32, pattern="^[\\w-]+$")]
Code = Annotated[str, Field(pattern=f"^[0-9]{{{CODE_DIGITS}}}$")]
Name = fields.Name
Line = fields.Line
Phone = Annotated[fields.Phone, Field(examples=["+989123456789"])]
Search = Annotated[fields.Line, Field(max_length=100)]
Cursor = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """What a program sends; what we do not know is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Asked):
    """How much of a list, and from where on."""

    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: Cursor | None = Field(
        default=None, description="`next` of the page before; none for the first."
    )


class Told(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    @classmethod
    def schema_(cls) -> dict[str, Any]:
        """As programs read it: fields with defaults are always there."""
        return cls.model_json_schema(mode="serialization")
