"""Tickets for a line test: short signed strings that say whose line is tried.

Made by the page that the gate let through, good for a minute, stored nowhere.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from signaling.tickets import BadTicket
from visitation.keyring import Keyring, same
from visitation.lines import Whose

LIFE: Final = timedelta(seconds=60)
_PURPOSE = "line-ticket"
_PARTS = 4


def issue(keyring: Keyring, of: Whose, *, now: datetime) -> str:
    """A ticket to try a line with, good for `LIFE`."""
    until = int((now + LIFE).timestamp())
    body = f"{of.station_id or 0}.{of.participant_id or 0}.{until}"
    return f"{body}.{keyring.fingerprint(_PURPOSE, body)}"


def read(keyring: Keyring, text: str, *, now: datetime) -> Whose:
    """Whose line a ticket is for.

    Raises:
        BadTicket: if it is old, altered, or no such ticket.
    """
    parts = text.split(".")
    body = ".".join(parts[:-1])
    if len(parts) != _PARTS or not same(parts[-1], keyring.fingerprint(_PURPOSE, body)):
        raise BadTicket
    station_id, participant_id, until = (int(part) for part in parts[:-1])
    if now >= datetime.fromtimestamp(until, UTC):
        raise BadTicket
    return Whose(station_id=station_id or None, participant_id=participant_id or None)
