"""Signatures as Standard Webhooks has them: HMAC-SHA-256 over id, time and body.

Pure; the same functions sign here and check in whoever receives.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from visitation.errors import VisitationError

PREFIX: Final = "whsec_"
#: How far a receiver's clock and ours may differ; what is older was sent before.
TOLERANCE: Final = timedelta(minutes=5)


class BadSignature(VisitationError):
    """This was not signed by whoever has the secret, or a while ago."""


def secret_of(raw: bytes) -> str:
    """A secret as people copy it."""
    return PREFIX + base64.b64encode(raw).decode()


def headers(
    secrets: Iterable[str], *, reference: str, at: datetime, body: bytes
) -> dict[str, str]:
    """What goes out with a body; one signature for each secret that is good."""
    moment = str(int(at.timestamp()))
    signed = " ".join(
        f"v1,{_signature(secret, reference, moment, body)}" for secret in secrets
    )
    return {
        "webhook-id": reference,
        "webhook-timestamp": moment,
        "webhook-signature": signed,
    }


def verify(
    secret: str, *, headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The id of an event that was signed a moment ago with the secret.

    Raises:
        BadSignature: if it was not.
    """
    reference = headers.get("webhook-id", "")
    moment = headers.get("webhook-timestamp", "")
    if not moment.isdecimal() or not reference:
        raise BadSignature
    if abs(now.timestamp() - int(moment)) > TOLERANCE.total_seconds():
        raise BadSignature
    wanted = _signature(secret, reference, moment, body)
    for one in headers.get("webhook-signature", "").split():
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), wanted.encode()):
            return reference
    raise BadSignature


def _signature(secret: str, reference: str, moment: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise BadSignature from error
    signed = f"{reference}.{moment}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
