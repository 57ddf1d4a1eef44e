"""Messages: written with what causes them, sent later by the scheduler."""

from visitation.messages.numbers import channel_to, takes_texts
from visitation.messages.outbox import (
    discard,
    drafted,
    of_visit,
    put,
    put_all,
    rows,
    text_of,
)
from visitation.messages.patience import patience, waits_until
from visitation.messages.tables import CallTask, DeliveryEvent, Message, OptOut

__all__ = [
    "CallTask",
    "DeliveryEvent",
    "Message",
    "OptOut",
    "channel_to",
    "discard",
    "drafted",
    "of_visit",
    "patience",
    "put",
    "put_all",
    "rows",
    "takes_texts",
    "text_of",
    "waits_until",
]
