"""How long is waited for what a gateway owes us, by how urgent a message is.

Knows no message and no gateway. Priorities are those of `visitation.wording`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from visitation import messages


def _minutes(*counts: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in counts)


#: After a claim: when a gateway is asked whether it took a message. What it takes may
#: be in its list only after a while; after the last of these it certainly is.
_CODE_SETTLES = _minutes(1 / 6, 1 / 2, 1)
_SETTLES = _minutes(1 / 2, 2, 10)
#: After a claim: when one that cannot be asked is given the message once more.
_AGAIN: Mapping[int, timedelta] = {1: timedelta(minutes=2)}
_AGAIN_AFTER = timedelta(minutes=15)


def until_delivered(priority: int, now: datetime) -> datetime | None:
    """When to look after a message that was just taken; None for never."""
    patience = messages.patience(priority)
    return now + patience if patience else None


def settling(priority: int) -> Sequence[timedelta]:
    """After how long since it was claimed a gateway is asked for a message."""
    return _CODE_SETTLES if priority == 0 else _SETTLES


def first_look(priority: int, now: datetime) -> datetime:
    """When a gateway is first asked for a message that may just have been taken."""
    return now + settling(priority)[0]


def again_after(priority: int) -> timedelta:
    """How long after a claim a gateway that cannot be asked is given it again."""
    return _AGAIN.get(priority, _AGAIN_AFTER)
