"""How long a message may take before another way is looked for, by how urgent it is.

Knows no message and no gateway. Priorities are those of `visitation.wording`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

#: None for a code, which has its own end and is asked for again by whoever wants it.
_PATIENCE: Mapping[int, timedelta | None] = {
    0: None,
    1: timedelta(minutes=3),
    2: timedelta(minutes=15),
    3: timedelta(hours=2),
    4: timedelta(minutes=15),
    5: timedelta(hours=2),
}


def patience(priority: int) -> timedelta | None:
    """How long is waited; None for ever."""
    return _PATIENCE.get(priority, _PATIENCE[5])


def waits_until(
    priority: int, *, since: datetime, expires_at: datetime
) -> datetime | None:
    """Until when one may wait to be sent that is due since then; None for its end.

    While it is still worth half of what it was, there is time for a telephone call.
    """
    waited = patience(priority)
    if waited is None:
        return None
    return since + min(waited, (expires_at - since) / 2)
