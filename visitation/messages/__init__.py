"""Messages: written with what causes them, sent later by the scheduler."""

from visitation.messages.outbox import discard, of_visit, put, text_of
from visitation.messages.tables import Message

__all__ = ["Message", "discard", "of_visit", "put", "text_of"]
