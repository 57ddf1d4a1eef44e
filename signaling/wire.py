"""From a message to text and back, strictly.

Knows the names messages have on the wire. What is not exactly as docs/protocol.md
says is refused: an unknown type, a missing or unexpected field, a value of the wrong
kind, a text that is too long.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal, cast, get_args, get_origin, get_type_hints

from signaling.messages import FromPage, ToPage
from visitation.errors import VisitationError

MOST_BYTES: Final = 64 * 1024


class ProtocolError(VisitationError):
    """What came over the socket is no message of this protocol.

    Attributes:
        code: what `error` says: "malformed", "version", "first_message" …
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def _named(union: Any) -> dict[str, type]:
    return {wire_name(kind): kind for kind in get_args(union)}


def wire_name(kind: type) -> str:
    """A message's name on the wire: `track_muted` for `TrackMuted`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


FROM_PAGE: Final[Mapping[str, type]] = _named(FromPage)
TO_PAGE: Final[Mapping[str, type]] = _named(ToPage)


def parse(text: str) -> FromPage:
    """The message that a page sent.

    Raises:
        ProtocolError: if it is none, or not exactly as documented.
    """
    if len(text) > MOST_BYTES:
        raise ProtocolError("malformed", "too long")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("malformed", "not JSON") from None
    if not isinstance(given, dict):
        raise ProtocolError("malformed", "not an object")
    name = given.pop("type", None)
    kind = FROM_PAGE.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ProtocolError("malformed", "unknown type")
    return cast("FromPage", _built(kind, given))


def text_of(message: FromPage | ToPage) -> str:
    """The message as it goes over the socket."""
    body = {"type": wire_name(type(message)), **_plain(message)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _built(kind: type, given: dict[str, object]) -> object:
    known = _FIELDS[kind]
    if given.keys() - known.keys():
        raise ProtocolError("malformed", "unexpected field")
    for name, (hint, most, required) in known.items():
        if name not in given:
            if required:
                raise ProtocolError("malformed", f"no {name}")
        else:
            given[name] = _checked(name, given[name], hint, most)
    return kind(**given)


def _checked(name: str, value: object, hint: Any, most: int) -> object:
    if get_origin(hint) is Literal:
        fits = value in get_args(hint) if isinstance(value, str) else False
    elif hint is str:
        fits = isinstance(value, str) and len(value) <= most and value.isprintable()
        fits = fits or (name == "sdp" and isinstance(value, str))
    elif issubclass(hint, StrEnum):
        fits = isinstance(value, str) and value in frozenset(hint)
        value = hint(value) if fits else value
    else:
        fits = type(value) is hint
    if not fits:
        raise ProtocolError("malformed", f"unusable {name}")
    return value


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
        return f"{stamp}Z"
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _described(kind: type) -> dict[str, tuple[Any, int, bool]]:
    hints = get_type_hints(kind)
    return {
        f.name: (
            hints[f.name],
            f.metadata.get("most", MOST_BYTES),
            f.default is MISSING,
        )
        for f in fields(kind)
    }


_FIELDS = {kind: _described(kind) for kind in FROM_PAGE.values()}
