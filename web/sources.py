"""Where a request comes from, for those who count attempts."""

from ipaddress import IPv6Address, ip_address, ip_network

from aiohttp import web

from web.keys import DEVICE

#: A household, and anybody who rents a server, has that many addresses to choose from.
_HOUSEHOLD_BITS = 64


def place(request: web.Request) -> str:
    """The paired device, or the address, that a request comes from."""
    device = request.get(DEVICE)
    return address(request) if device is None else f"device {device.device_id}"


def address(request: web.Request) -> str:
    """The address a request comes from; of IPv6 the network that one household has."""
    return f"address {household(request.remote or '')}"


def household(remote: str) -> str:
    """What stands for an address: itself, or the network of 64 bits it is in."""
    try:
        found = ip_address(remote)
    except ValueError:
        return remote
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), _HOUSEHOLD_BITS), strict=False))
    return remote
