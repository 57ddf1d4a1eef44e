"""The sockets behind the one UDP port.

A machine with several addresses must answer from the very address it was asked at,
or browsers do not recognise the answer. So when all public addresses are its own,
each gets a socket; behind a translating router there is one socket for all.
"""

import socket
from ipaddress import ip_address
from typing import Final

_ATTEMPTS: Final = 16


def bound_sockets(
    host: str, port: int, public_addresses: tuple[str, ...], *, buffer: int
) -> list[socket.socket]:
    """Binds the port, the same on every socket.

    Args:
        host: an address, or one of the wildcards.
        port: 0 takes any that is free on all addresses.
        public_addresses: what peers will send to.
        buffer: bytes, of which the system may grant less.

    Raises:
        OSError: the port is taken, or the host is not ours.
    """
    hosts: tuple[str, ...] = (host,)
    if ip_address(host).is_unspecified and all(map(_own, public_addresses)):
        hosts = tuple(dict.fromkeys(public_addresses))
    for attempt in range(_ATTEMPTS):
        try:
            return _bind_all(hosts, port, buffer=buffer)
        except OSError:
            # The port that the first address gave us may be taken on the second.
            if port or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def _bind_all(hosts: tuple[str, ...], port: int, *, buffer: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    try:
        for host in hosts:
            bound.append(_bind(host, port, buffer=buffer))
            port = bound[0].getsockname()[1]
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound


def _bind(host: str, port: int, *, buffer: int) -> socket.socket:
    address = ip_address(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        if family == socket.AF_INET6:
            only = not address.is_unspecified
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only))
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _own(host: str) -> bool:
    """Whether the address is one of this machine's."""
    try:
        _bind(host, 0, buffer=65_536).close()
    except OSError:
        return False
    return True
