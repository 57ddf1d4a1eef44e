"""What officials decided, referred or noted in visits.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.rulings.words import RulingKind, RulingState
from visitation.words import WishKind

_DECIDED = text("wish_id IS NOT NULL AND kind IN ('granted', 'denied')")


class Ruling(SQLModel, table=True):
    """What an official wrote of one request, or of a visit; never changed.

    `about` says what it is about, and `wish_id` which wish of the family it answers;
    its number, which the family is told, is the id. What was referred is open until it
    is decided. `template` names the prepared text it began as.
    """

    __table_args__ = (
        Index(
            "ruling_decides_once",
            "wish_id",
            unique=True,
            sqlite_where=_DECIDED,
            postgresql_where=_DECIDED,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id")
    wish_id: int | None = Field(
        default=None, foreign_key="wish.id", ondelete="SET NULL"
    )
    kind: RulingKind = Field(sa_type=enum_column(RulingKind))
    about: WishKind = Field(sa_type=enum_column(WishKind))
    text: str = Field(max_length=300)
    template: str = Field(default="", max_length=32)
    state: RulingState = Field(sa_type=enum_column(RulingState))
    at: datetime = Field(sa_type=UtcDateTime)
