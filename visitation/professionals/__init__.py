"""Professionals: licences that staff verify, mandates for prisoners, rosters."""

from visitation.professionals.rights import (
    Client,
    NotInForce,
    NotTheirs,
    Right,
    acting,
    client,
    clients_of,
    is_in_force,
    licences_of,
    state_of,
)
from visitation.professionals.tables import Licence, Mandate, Roster

__all__ = [
    "Client",
    "Licence",
    "Mandate",
    "NotInForce",
    "NotTheirs",
    "Right",
    "Roster",
    "acting",
    "client",
    "clients_of",
    "is_in_force",
    "licences_of",
    "state_of",
]
