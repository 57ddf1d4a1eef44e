"""Browsers we know: paired stations, and signed-in sessions."""

from visitation.devices.pairing import (
    NoSuchPairingCode,
    device_of,
    issue_pairing_code,
    pair,
    paired,
    unpair,
)
from visitation.devices.sessions import (
    SessionLife,
    begin_session,
    end_session,
    end_sessions_of,
    session_of,
)
from visitation.devices.tables import Device, IdempotencyKey, LoginSession, PairingCode

__all__ = [
    "Device",
    "IdempotencyKey",
    "LoginSession",
    "NoSuchPairingCode",
    "PairingCode",
    "SessionLife",
    "begin_session",
    "device_of",
    "end_session",
    "end_sessions_of",
    "issue_pairing_code",
    "pair",
    "paired",
    "session_of",
    "unpair",
]
