"""ICE connectivity checks as a lite agent sees them (RFC 8445 §7.3, RFC 8489).

Reads binding requests and writes their answers. Sends none of its own, so that
there is no consent timer to die on a slow satellite link.
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any, Final

from aioice import stun

Address = Any
"""What the socket gives: (host, port), with two more numbers in IPv6."""

_HEADER: Final = 20
_BINDING_REQUEST: Final = b"\x00\x01"
_COOKIE: Final = b"\x21\x12\xa4\x42"
_USERNAME: Final = 0x0006


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A binding request from somebody who knows the password of the leg."""

    transaction: bytes
    nominates: bool


def called(datagram: bytes) -> str | None:
    """Says whom a binding request calls: our half of its username.

    Cheap enough to be asked of a flood: nothing is verified yet.
    """
    if datagram[:2] != _BINDING_REQUEST or datagram[4:8] != _COOKIE:
        return None
    at, end = _HEADER, len(datagram)
    while at + 4 <= end:
        kind, length = struct.unpack_from("!HH", datagram, at)
        at += 4
        if kind == _USERNAME:
            name = datagram[at : min(at + length, end)].partition(b":")[0]
            return name.decode("ascii", "replace")
        at += length + -length % 4
    return None


def verified(datagram: bytes, password: str) -> Check | None:
    """Reads a check whose integrity the password proves; None for any other."""
    try:
        request = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    if not request.check_message_integrity(password.encode()):
        return None
    return Check(
        transaction=request.transaction_id,
        nominates="USE-CANDIDATE" in request.attributes,
    )


def answer(check: Check, *, address: Address, password: str) -> bytes:
    """Tells the peer which address it was heard from.

    The fingerprint that aioice adds is not optional: Chromium ignores answers
    without it.
    """
    response = stun.Message(
        stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=check.transaction
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = (_plain(address[0]), address[1])
    response.add_message_integrity(password.encode())
    return bytes(response)


def _plain(host: str) -> str:
    """An IPv4 peer of a two-family socket has to see itself as IPv4."""
    bare = host.partition("%")[0]
    if ":" not in bare:
        return bare
    mapped = IPv6Address(bare).ipv4_mapped
    return str(mapped) if mapped else bare
