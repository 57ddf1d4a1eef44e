"""What officials noted in visits.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import CaseKind


class Ruling(SQLModel, table=True):
    """What an official noted of a visit that answers no request; never changed.

    `template` names the prepared text it began as. What answers a request is a step
    of its case.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id")
    about: CaseKind = Field(sa_type=enum_column(CaseKind, grows=True))
    text: str = Field(max_length=300)
    template: str = Field(default="", max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
