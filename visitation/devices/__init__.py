"""Browsers we know: paired stations, signed-in sessions, phones that answer a code."""

from visitation.devices.challenges import Asked, Budget, code_of, forget_challenges
from visitation.devices.locks import hand_over, lock
from visitation.devices.pairing import (
    Former,
    NoSuchPairingCode,
    device_of,
    former,
    holder,
    issue_pairing_code,
    pair,
    paired,
    seen,
    unpair,
)
from visitation.devices.sessions import (
    SessionLife,
    account_of,
    begin_session,
    end_session,
    end_sessions_of,
    session_of,
    sessions_of,
    visitor_of,
)
from visitation.devices.tables import (
    Challenge,
    Device,
    IdempotencyKey,
    LoginSession,
    PairingCode,
)

__all__ = [
    "Asked",
    "Budget",
    "Challenge",
    "Device",
    "Former",
    "IdempotencyKey",
    "LoginSession",
    "NoSuchPairingCode",
    "PairingCode",
    "SessionLife",
    "account_of",
    "begin_session",
    "code_of",
    "device_of",
    "end_session",
    "end_sessions_of",
    "forget_challenges",
    "former",
    "hand_over",
    "holder",
    "issue_pairing_code",
    "lock",
    "pair",
    "paired",
    "seen",
    "session_of",
    "sessions_of",
    "unpair",
    "visitor_of",
]
