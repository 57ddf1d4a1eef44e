"""Posting to addresses that others chose: HTTPS only, and nowhere inside our network.

A name is resolved here, each of its addresses looked at, and one of those connected to,
so that it cannot mean another host a moment later. Redirects are not followed; an
answer's body is not read.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from visitation.webhooks.deliveries import Outcome

#: Addresses that lead to IPv4 ones hidden in them.
_WRAPPED: Final = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class Inside(OSError):
    """The address is of a network that nobody outside chooses for us."""


def is_public(address: str) -> bool:
    """Whether an IP address is anybody's on the internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _WRAPPED):
            return False
        # What nobody has given to anybody, some offices use among themselves.
        if found.is_site_local or found.is_reserved:
            return False
    return found.is_global and not found.is_multicast


class Checked(AbstractResolver):
    """Resolves a name to addresses outside, or refuses it whole."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host.

        Raises:
            Inside: if any of them is not public.
        """
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise Inside
        return found

    async def close(self) -> None:
        """Close what resolves."""
        await self._inner.close()


class Poster:
    """Posts JSON to receivers. Made inside the running loop.

    Args:
        allow_private: whether receivers may be on our own network.
        trust: whose certificates are believed; None for the usual.
        timeout_seconds: for one try as a whole.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        trust: ssl.SSLContext | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._allow_private = allow_private
        resolver: AbstractResolver = aiohttp.ThreadedResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver if allow_private else Checked(resolver),
                use_dns_cache=False,
                ssl=trust or True,
            ),
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def __call__(
        self, address: str, *, headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        """Post once; say what came of it."""
        if trouble := self._objection(address):
            return Outcome(trouble=trouble)
        try:
            async with self._session.post(
                address,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
            ) as answer:
                return Outcome(status=answer.status)
        except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
            return Outcome(trouble=_why(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _objection(self, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            return "inside"
        # Who writes an address in figures is asked no resolver.
        if self._allow_private or not _is_figures(parts.hostname):
            return ""
        return "" if is_public(parts.hostname) else "inside"


def _why(error: Exception) -> str:
    """What went wrong, in a word; a timeout is an OSError too."""
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return "certificate"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "inside" if isinstance(error.os_error, Inside) else "unreachable"
    return "disconnected"


def _is_figures(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # What some resolvers read as figures: 127.1, 0x7f000001, 2130706433.
        last = host.rstrip(".").rpartition(".")[2].lower()
        return last.isdecimal() or last.startswith("0x")
    return True
