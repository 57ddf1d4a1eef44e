"""The append-only record of who did what, written in the transaction of the act."""

from visitation.audit.entries import SYSTEM, Actor, history, note
from visitation.audit.seals import Broken, seal, verify

__all__ = ["SYSTEM", "Actor", "Broken", "history", "note", "seal", "verify"]
