"""What was counted: a row for each day, place, prison and thing counted.

Rows and what the database itself refuses; how they are counted stands in `sources`.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime

#: How long a sum is of: days are for the ends of what is asked for.
DAY, MONTH = "day", "month"
#: The kind of all kinds.
ALL = ""
#: The province of the row that holds the whole country, in `TallySum`.
COUNTRY = 0
#: The province of what happened nowhere that is known: counted for the country alone.
NOWHERE = -1


class Tally(SQLModel, table=True):
    """How much of one thing there was on a day, at a place, for a prison.

    Never added to, always counted anew from what is on record.

    Attributes:
        place_id: where the family sat, or the prison if it was at home; 0 for nowhere.
        prison_id: 0 where it was for none.
        measure: what is counted, a word of `Measure`.
        kind: of visit, service, case or message; empty where that says nothing.
        key: what parts the measure: an outcome, a state, days; empty for none.
        count: how many.
        total: of what each has: people, seconds, minutes, segments.
    """

    __table_args__ = (
        Index("tally_by_prison", "prison_id", "day"),
        Index("tally_by_place", "place_id", "day"),
        Index("tally_by_province", "province_id", "day"),
    )

    measure: str = Field(primary_key=True, max_length=24)
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=32)
    place_id: int = Field(primary_key=True)
    prison_id: int = Field(primary_key=True)
    province_id: int
    count: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)


class TallySum(SQLModel, table=True):
    """The same for a whole province, and for the country: of a day, or of a month.

    Attributes:
        grain: `DAY` or `MONTH`.
        first: the day, or the first one of the solar month.
    """

    __tablename__ = "tally_sum"

    province_id: int = Field(primary_key=True)
    grain: str = Field(primary_key=True, max_length=8)
    first: date = Field(primary_key=True)
    measure: str = Field(primary_key=True, max_length=24)
    kind: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=32)
    count: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)


class TallyPlace(SQLModel, table=True):
    """The same for a place and a month: whom it served, and how often.

    Attributes:
        first: the first day of the solar month.
        kind: `ALL` for all kinds together, and each by itself.
    """

    __tablename__ = "tally_place"

    first: date = Field(primary_key=True)
    measure: str = Field(primary_key=True, max_length=24)
    kind: str = Field(primary_key=True, max_length=32)
    place_id: int = Field(primary_key=True)
    province_id: int
    count: int = Field(sa_type=BigInteger)


class PublishedFigure(SQLModel, table=True):
    """A figure of a quarter as everybody reads it; it never changes.

    Attributes:
        quarter: its first day.
        province_id: `COUNTRY` for the whole country.
        value: None where it is not told; shares are thousandths.
    """

    __tablename__ = "published_figure"

    quarter: date = Field(primary_key=True)
    province_id: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=24)
    value: int | None = Field(default=None, sa_type=BigInteger)


class TallyMark(SQLModel, table=True):
    """How far counting has come with what no record of acts tells of."""

    __tablename__ = "tally_mark"

    name: str = Field(primary_key=True, max_length=24)
    at: datetime = Field(sa_type=UtcDateTime)
    sign: str = Field(default="", max_length=120)
