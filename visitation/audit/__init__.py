"""The append-only record of who did what, written in the transaction of the act."""

from visitation.audit.entries import SYSTEM, Actor, history, note, note_at_once, rows
from visitation.audit.reading import Unread, read_up_to, unread
from visitation.audit.seals import Broken, Checkpoint, checkpoint, seal, verify

__all__ = [
    "SYSTEM",
    "Actor",
    "Broken",
    "Checkpoint",
    "Unread",
    "checkpoint",
    "history",
    "note",
    "note_at_once",
    "read_up_to",
    "rows",
    "seal",
    "unread",
    "verify",
]
