"""The append-only record of who did what, written in the transaction of the act."""

from visitation.audit.entries import SYSTEM, Actor, history, note
from visitation.audit.reading import Unread, read_up_to, unread
from visitation.audit.seals import Broken, seal, verify

__all__ = [
    "SYSTEM",
    "Actor",
    "Broken",
    "Unread",
    "history",
    "note",
    "read_up_to",
    "seal",
    "unread",
    "verify",
]
