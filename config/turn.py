"""One allocation at a TURN server: it answers, shares our secret, relays to us alone.

Enough of RFC 8489 and RFC 8656 to ask, be challenged, ask again, and give back.
Blocking, for the doctor alone; calls make their own allocations in the browser.
"""

import hashlib
import hmac
import os
import socket
import ssl
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from urllib.parse import parse_qs

from signaling import ice
from visitation.errors import VisitationError

TIMEOUT_SECONDS = 3.0
_LIFE = timedelta(minutes=1)
_COOKIE = 0x2112A442
_ALLOCATE, _ALLOCATED, _REFRESH = 0x0003, 0x0103, 0x0004
_PERMIT, _PERMITTED, _PEER = 0x0008, 0x0108, 0x0012
_USERNAME, _INTEGRITY, _ERROR, _LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
_REALM, _NONCE, _TRANSPORT = 0x0014, 0x0015, 0x0019
_UDP = struct.pack("!I", socket.IPPROTO_UDP << 24)
_HEADER = 20


class NoRelay(VisitationError):
    """The server does not answer, or gives us no allocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayUrl:
    """A TURN URL (RFC 7065), taken apart."""

    host: str
    port: int
    tcp: bool
    tls: bool

    @classmethod
    def parsed(cls, url: str) -> "RelayUrl":
        """`turn:host:3478?transport=tcp` as a value; ports as in RFC 7065."""
        scheme, _, rest = url.partition(":")
        place, _, query = rest.partition("?")
        tls = scheme == "turns"
        host, colon, port = place.rpartition(":")
        if not colon or not port.isdecimal():
            host, port = place, "5349" if tls else "3478"
        transport = parse_qs(query).get("transport", ["udp"])[0]
        return cls(
            host=host.strip("[]"),
            port=int(port),
            tcp=tls or transport == "tcp",
            tls=tls,
        )


def allocate_once(
    url: RelayUrl, secret: str, *, now: datetime, peers: tuple[str, ...] = ()
) -> dict[str, bool]:
    """Get an allocation with coturn's REST credentials, and give it back.

    Returns:
        Of each IPv4 peer, whether it would be relayed to.

    Raises:
        NoRelay: saying why there is none.
    """
    username, password = ice.credentials(secret, opaque="doctor", until=now + _LIFE)
    try:
        with _connected(url) as line:
            _, challenge = _exchange(line, _ALLOCATE, [(_TRANSPORT, _UDP)])
            if _REALM not in challenge or _NONCE not in challenge:
                raise NoRelay("it answers, but is no TURN server with long-term names")
            realm = challenge[_REALM].decode()
            key = hashlib.md5(  # noqa: S324 - RFC 8489 §9.2.2 says so
                f"{username}:{realm}:{password}".encode()
            ).digest()
            who = [
                (_USERNAME, username.encode()),
                (_REALM, challenge[_REALM]),
                (_NONCE, challenge[_NONCE]),
            ]
            said, answer = _exchange(line, _ALLOCATE, [(_TRANSPORT, _UDP), *who], key)
            if said != _ALLOCATED:
                raise NoRelay(_refusal(answer))
            allowed = {
                peer: _exchange(line, _PERMIT, [(_PEER, _xored(peer)), *who], key)[0]
                == _PERMITTED
                for peer in peers
            }
            _exchange(line, _REFRESH, [(_LIFETIME, bytes(4)), *who], key)
    except TimeoutError:
        raise NoRelay(f"no answer within {TIMEOUT_SECONDS:.0f} s") from None
    except OSError as error:
        raise NoRelay(error.strerror or str(error)) from None
    return allowed


def _xored(address: str) -> bytes:
    """XOR-PEER-ADDRESS (RFC 8489 §14.2) of an IPv4 address, without a port."""
    hidden = int(IPv4Address(address)) ^ _COOKIE
    return struct.pack("!xBHL", 1, _COOKIE >> 16, hidden)


def _connected(url: RelayUrl) -> socket.socket:
    if url.tcp:
        line = socket.create_connection((url.host, url.port), TIMEOUT_SECONDS)
        if url.tls:
            context = ssl.create_default_context()
            return context.wrap_socket(line, server_hostname=url.host)
        return line
    family, kind, _, _, address = socket.getaddrinfo(
        url.host, url.port, type=socket.SOCK_DGRAM
    )[0]
    line = socket.socket(family, kind)
    line.settimeout(TIMEOUT_SECONDS)
    line.connect(address)
    return line


def _exchange(
    line: socket.socket,
    method: int,
    attributes: list[tuple[int, bytes]],
    key: bytes | None = None,
) -> tuple[int, dict[int, bytes]]:
    body = b"".join(
        struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
        for kind, value in attributes
    )
    transaction = os.urandom(12)
    integrity = 24 if key else 0
    head = struct.pack("!HHI", method, len(body) + integrity, _COOKIE) + transaction
    if key:
        digest = hmac.new(key, head + body, hashlib.sha1).digest()
        body += struct.pack("!HH", _INTEGRITY, len(digest)) + digest
    line.sendall(head + body)
    answer = line.recv(2048)
    if len(answer) < _HEADER or answer[8:_HEADER] != transaction:
        raise NoRelay("what answers there is no TURN server")
    return int.from_bytes(answer[:2]), _attributes(answer[_HEADER:])


def _attributes(body: bytes) -> dict[int, bytes]:
    found = {}
    while len(body) >= 4:  # noqa: PLR2004 - a type and a length of two bytes each
        kind, length = struct.unpack_from("!HH", body)
        found[kind] = body[4 : 4 + length]
        body = body[4 + length + -length % 4 :]
    return found


def _refusal(answer: dict[int, bytes]) -> str:
    code = answer.get(_ERROR, b"\0\0\0\0")
    number = code[2] * 100 + code[3]
    if number == 401:  # noqa: PLR2004 - Unauthenticated
        return "it refuses our secret: turn.secret is not its static-auth-secret"
    return f"it refuses: {number} {code[4:].decode(errors='replace')}"
