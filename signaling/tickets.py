"""Tickets: short signed strings that let a page's socket into one visit.

A ticket is made by the page that the gate let through and lives for a minute; the
token to come back with is made at the door and lives as long as the room. Neither is
stored, and neither says more than which participant: the record decides the rest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from visitation.errors import VisitationError
from visitation.keyring import Keyring, same

LIFE: Final = timedelta(seconds=60)
_TICKET = "call-ticket"
_RETURN = "call-return"
_PARTS = 4


class BadTicket(VisitationError):
    """A ticket or token that is old, altered, or none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Whom a page speaks for: a participant by row id, in the visit of a reference."""

    visit: str
    participant_id: int


def issue(keyring: Keyring, *, visit: str, participant_id: int, now: datetime) -> str:
    """A ticket to join with, good for `LIFE`."""
    return _signed(keyring, _TICKET, visit, participant_id, now + LIFE)


def read(keyring: Keyring, text: str, *, now: datetime) -> Ticket:
    """What a ticket says.

    Raises:
        BadTicket: if it is old, altered, or no ticket.
    """
    return _opened(keyring, _TICKET, text, now)


def issue_return(keyring: Keyring, ticket: Ticket, *, until: datetime) -> str:
    """A token to come back with after a lost line, good until the room closes."""
    return _signed(keyring, _RETURN, ticket.visit, ticket.participant_id, until)


def read_return(keyring: Keyring, text: str, *, now: datetime) -> Ticket:
    """What a token to come back with says.

    Raises:
        BadTicket: if it is old, altered, or no such token.
    """
    return _opened(keyring, _RETURN, text, now)


def _signed(
    keyring: Keyring, purpose: str, visit: str, participant_id: int, until: datetime
) -> str:
    body = f"{participant_id}.{visit}.{int(until.timestamp())}"
    return f"{body}.{keyring.fingerprint(purpose, body)}"


def _opened(keyring: Keyring, purpose: str, text: str, now: datetime) -> Ticket:
    parts = text.split(".")
    body = ".".join(parts[:-1])
    genuine = len(parts) == _PARTS and same(
        parts[-1], keyring.fingerprint(purpose, body)
    )
    if not genuine:
        raise BadTicket
    participant_id, visit, until = parts[0], parts[1], parts[2]
    if now >= datetime.fromtimestamp(int(until), UTC):
        raise BadTicket
    return Ticket(visit=visit, participant_id=int(participant_id))
