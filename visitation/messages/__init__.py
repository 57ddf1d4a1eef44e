"""Messages: written with what causes them, sent later by the scheduler."""

from visitation.messages.outbox import (
    discard,
    drafted,
    of_visit,
    put,
    put_all,
    text_of,
)
from visitation.messages.tables import Message

__all__ = ["Message", "discard", "drafted", "of_visit", "put", "put_all", "text_of"]
