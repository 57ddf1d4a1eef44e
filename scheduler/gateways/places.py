"""A request as a description says, its places filled: pure functions.

Knows no provider and no connection.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from scheduler.gateways.description import PLACE, Ask, Variables
from scheduler.gateways.gateway import Letter
from visitation import persian

_IRAN = "+98"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """An approved pattern at a provider.

    Attributes:
        id: what the provider calls it.
        variables: ours, in the pattern's order; an empty name leaves a slot out.
    """

    id: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A request that is ready to be sent; its address may hold the account's key."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def of_letter(letter: Letter) -> dict[str, str]:
    """What the places of a request stand for, as far as the letter says."""
    code = persian.to_ascii_digits(letter.variables.get("code", ""))
    digits = letter.phone.removeprefix("+")
    abroad = not letter.phone.startswith(_IRAN)
    return {
        "phone": letter.phone,
        "phone:digits": digits,
        "phone:local": f"00{digits}" if abroad else f"0{digits.removeprefix('98')}",
        "text": letter.text,
        "code": code,
        "reference": letter.reference,
        "seconds": str(int(letter.validity.total_seconds())),
        **{f"var:{name}": value for name, value in letter.variables.items()},
    }


def filled(
    ask: Ask,
    *,
    origin: str,
    headers: Mapping[str, str],
    values: Mapping[str, str],
    variables: Sequence[tuple[str, str]] = (),
) -> Filled:
    """A request with its places filled.

    Args:
        ask: the request, with places in it.
        origin: goes before its path.
        headers: of every request to this provider.
        values: what the places stand for; those that are not among them are empty.
        variables: names and values of a pattern, in its order.

    Raises:
        ValueError: if something that has to be a number is none.
    """
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    url = origin + _text(ask.path, quoted)
    body = {name: _value(value, values) for name, value in ask.body.items()}
    if ask.variables is not None:
        body |= _placed(ask.variables, body, variables)
    sent = {k: _text(v, values) for k, v in {**headers, **ask.headers}.items()}
    if ask.encoding == "query":
        joint = "&" if "?" in url else "?"
        url = f"{url}{joint}{urlencode(body)}" if body else url
        return Filled(method=ask.method, url=url, headers=sent, body=None)
    kinds = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
    sent["Content-Type"] = f"{kinds[ask.encoding]}; charset=utf-8"
    text = json.dumps(body, ensure_ascii=False)
    encoded = text if ask.encoding == "json" else urlencode(body)
    return Filled(method=ask.method, url=url, headers=sent, body=encoded.encode())


def places(value: Any) -> Iterator[str]:
    """The names of all places in a request's body, path or headers."""
    if isinstance(value, str):
        yield from (match[1] for match in PLACE.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from places(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from places(inner)


def _placed(
    how: Variables, body: Mapping[str, Any], variables: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    named = [(name, value) for name, value in variables if name]
    if how.style == "list":
        held: Any = [{how.name: name, how.value: value} for name, value in named]
    elif how.style == "table":
        held = dict(named)
    else:
        slots = zip(how.slots, variables, strict=False)
        held = {slot: value for slot, (name, value) in slots if name}
    return {how.under: held} if how.under else {**body, **held}


def _value(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        alone = PLACE.fullmatch(value)
        filled_in = _text(value, values)
        return int(filled_in) if alone and alone[2] else filled_in
    if isinstance(value, Mapping):
        return {name: _value(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, values) for inner in value]
    return value


def _text(template: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda match: values.get(match[1], ""), template)
