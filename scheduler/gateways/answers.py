"""Reading a provider's answers as its description says: pure functions."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog

from scheduler.gateways.description import Answer, Description
from scheduler.gateways.gateway import (
    Delivery,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)

log = structlog.get_logger(__name__)
_Kind = type[Temporary | Permanent | Misconfigured | Unknown]
#: What the columns hold.
_ID, _STATUS, _CODE = 64, 32, 32

_FAILURES: tuple[tuple[str, _Kind], ...] = (
    ("opted_out", OptedOut),
    ("temporary", Temporary),
    ("misconfigured", Misconfigured),
    ("permanent", Permanent),
    ("unknown", Unknown),
)
#: Where the answer has no word of its own.
_STATUSES: Mapping[int, _Kind] = {
    HTTPStatus.UNAUTHORIZED: Misconfigured,
    HTTPStatus.FORBIDDEN: Misconfigured,
    HTTPStatus.NOT_FOUND: Misconfigured,
    HTTPStatus.METHOD_NOT_ALLOWED: Misconfigured,
    HTTPStatus.TOO_MANY_REQUESTS: Temporary,
    HTTPStatus.SERVICE_UNAVAILABLE: Temporary,
}


def json_of(body: bytes) -> Any:
    """A JSON body; None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def at(body: Any, paths: str) -> str:
    """The word at a place like `entries.0.id`; empty if there is none.

    Several places, with blanks between them, are tried in their order.
    """
    for path in paths.split():
        found = body
        for step in path.split("."):
            found = _within(found, step)
        if found is not None and not isinstance(found, dict | list):
            return str(found).lower() if isinstance(found, bool) else str(found)
    return ""


def sent(answer: Answer, *, status: int, body: Any) -> Sent:
    """The message as it was taken.

    Raises:
        Temporary, Permanent, OptedOut, Misconfigured, Unknown: if it was not, or if
            nobody can tell.
    """
    refuse_unless_ok(answer, status=status, body=body)
    gateway_id = at(body, answer.id)
    if not gateway_id:
        raise Unknown("unreadable_answer")
    return Sent(gateway_id=gateway_id[:_ID])


def refuse_unless_ok(answer: Answer, *, status: int, body: Any) -> None:
    """Raise what an answer means that is not one of success.

    Raises:
        Temporary, Permanent, OptedOut, Misconfigured, Unknown: as the description
            says; by the HTTP status where the answer has no word that it knows.
    """
    word = at(body, answer.status) if answer.status else ""
    said = word or str(status)
    if said in answer.ok:
        return
    for name, kind in _FAILURES:
        if said in getattr(answer, name):
            raise kind(said[:_CODE])
    if status in _STATUSES:
        raise _STATUSES[status](said[:_CODE])
    # Taken or not: an answer without a word where success has one says neither.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        raise Unknown(said[:_CODE] if word else "unreadable_answer")
    log.error("gateway_code_not_described", code=said[:_CODE], status=status)
    raise Permanent(said[:_CODE])


def delivery(
    description: Description, *, gateway_id: str, word: str, code: str
) -> Delivery | None:
    """What a word says of a message; None for a word that says nothing."""
    fate = description.fates.of(word)
    if fate is None or not gateway_id or len(gateway_id) > _ID:
        return None
    return Delivery(
        gateway_id=gateway_id,
        fate=fate,
        status=word[:_STATUS],
        code=code[:_CODE],
        opted_out=word in description.fates.opted_out,
    )


def _within(body: Any, step: str) -> Any:
    if isinstance(body, Mapping):
        return body.get(step)
    if isinstance(body, list) and step.isdecimal() and int(step) < len(body):
        return body[int(step)]
    return None
