"""What Twilio's codes and statuses mean for us: tables, and one look into them.

https://www.twilio.com/docs/api/errors; statuses from the Message resource. What is in
no table is given up and logged, so that somebody adds it.
"""

from collections.abc import Mapping
from http import HTTPStatus

import structlog

from scheduler.gateways.gateway import (
    Delivery,
    Fate,
    Misconfigured,
    OptedOut,
    Permanent,
    Temporary,
    Unknown,
)

log = structlog.get_logger(__name__)
Failure = Temporary | Permanent | Misconfigured | Unknown
_Kind = type[Temporary | Permanent | Misconfigured | Unknown]

#: Twilio has nothing of that name, or not any more.
NOT_FOUND = "20404"
#: By error code. Nothing of these was taken, but for what is Unknown.
CODES: Mapping[int, _Kind] = {
    # Too many requests, queues that are full, limits of a day: later.
    14107: Temporary,
    20429: Temporary,
    20503: Temporary,
    21611: Temporary,
    30001: Temporary,
    30022: Temporary,
    63038: Temporary,
    # It failed on their side; the message may have been taken before that.
    20500: Unknown,
    # Who we are, what we send from and what we may: an operator's work.
    20002: Misconfigured,
    20003: Misconfigured,
    20004: Misconfigured,
    20005: Misconfigured,
    20006: Misconfigured,
    20008: Misconfigured,
    20404: Misconfigured,
    21212: Misconfigured,
    21266: Misconfigured,
    21603: Misconfigured,
    21606: Misconfigured,
    21608: Misconfigured,
    21609: Misconfigured,
    21626: Misconfigured,
    21659: Misconfigured,
    21660: Misconfigured,
    21701: Misconfigured,
    21703: Misconfigured,
    21704: Misconfigured,
    21705: Misconfigured,
    30002: Misconfigured,
    30034: Misconfigured,
    # Whoever wrote STOP.
    21610: OptedOut,
    # This number, this country or this text: never.
    21211: Permanent,
    21214: Permanent,
    21217: Permanent,
    21265: Permanent,
    21408: Permanent,
    21602: Permanent,
    21604: Permanent,
    21612: Permanent,
    21614: Permanent,
    21617: Permanent,
    21619: Permanent,
    21635: Permanent,
    30003: Permanent,
    30004: Permanent,
    30005: Permanent,
    30006: Permanent,
    30007: Permanent,
    30008: Permanent,
}

#: By HTTP status, where there is no code that we know.
_STATUSES: Mapping[int, _Kind] = {
    HTTPStatus.UNAUTHORIZED: Misconfigured,
    HTTPStatus.FORBIDDEN: Misconfigured,
    HTTPStatus.NOT_FOUND: Misconfigured,
    HTTPStatus.TOO_MANY_REQUESTS: Temporary,
    HTTPStatus.SERVICE_UNAVAILABLE: Temporary,
}

FATES: Mapping[str, Fate] = {
    "accepted": Fate.QUEUED,
    "scheduled": Fate.QUEUED,
    "queued": Fate.QUEUED,
    "sending": Fate.SENT,
    "sent": Fate.SENT,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.UNDELIVERED,
    "failed": Fate.FAILED,
    "canceled": Fate.FAILED,
}


def failure(*, status: int, code: int | None) -> Failure:
    """What an answer that is no message means.

    Args:
        status: of the HTTP answer.
        code: Twilio's own; None if the answer had none.
    """
    said = str(code or status)
    if code is not None and code in CODES:
        return CODES[code](said)
    if status in _STATUSES:
        return _STATUSES[status](said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(said)
    log.error("twilio_code_not_in_the_table", code=said, status=status)
    return Permanent(said)


def delivery(*, sid: str, status: str, code: str) -> Delivery | None:
    """What a status says of a message; None for a status that is no message's of ours.

    Args:
        sid: Twilio's id of the message.
        status: in Twilio's word.
        code: why it was not delivered; empty if it was, or is not known.
    """
    fate = FATES.get(status)
    if not sid or fate is None:
        return None
    opted_out = code.isdecimal() and CODES.get(int(code)) is OptedOut
    return Delivery(
        gateway_id=sid, fate=fate, status=status, code=code, opted_out=opted_out
    )
