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
    remote = request.remote or ""
    try:
        found = ip_address(remote)
    except ValueError:
        return f"address {remote}"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        found = ip_network((int(found), _HOUSEHOLD_BITS), strict=False)[0]
    return f"address {found}"
