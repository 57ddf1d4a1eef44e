"""What every response says to browsers, and which requests are ours to answer.

Forms carry no tokens: a browser itself says where an unsafe request comes from
(Sec-Fetch-Site, else Origin), and cookies are SameSite besides. WebSocket handshakes
are held to the same rule, because a browser sends cookies with them from anywhere.
"""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import SETTINGS

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Machines ask these by address, whatever the host is called.
_ANY_HOST = frozenset({"/healthz", "/readyz"})
#: A name or an address, and perhaps a port.
_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_HSTS = "max-age=63072000; includeSubDomains"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(), geolocation=(), "
        "payment=(), usb=(), screen-wake-lock=(self), fullscreen=(self), "
        "autoplay=(self), speaker-selection=(self)"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CrossSite(Exception):
    """A browser says that another site made this request."""


def content_policy(request: web.Request) -> str:
    """The Content-Security-Policy of a response.

    The socket's address is spelled out, because not every browser counts `ws:` of the
    same host as 'self'.
    """
    scheme = "wss" if request.app[SETTINGS].secure or request.secure else "ws"
    socket = f" {scheme}://{request.host}" if host_is_ours(request) else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            f"connect-src 'self'{socket}",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on a response that is about to leave."""
    response.headers.popall("Server", None)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", content_policy(request))
    response.headers.setdefault("Cache-Control", "no-store")
    if request.app[SETTINGS].secure:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)


def host_is_ours(request: web.Request) -> bool:
    """Whether the request names a host that this installation answers to."""
    named = _HOST.fullmatch(request.host.lower())
    if named is None:
        return False
    return any(_fits(named[1], known) for known in request.app[SETTINGS].allowed_hosts)


def is_cross_site(request: web.Request) -> bool:
    """Whether the request could have been made by another site's page.

    A request with neither header comes from no browser; it is trusted only if it also
    brings no cookie, so that nobody's session is in it.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin != f"{request.scheme}://{request.host}"
    return bool(request.cookies)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign hosts, and unsafe requests that another site made."""
    if not host_is_ours(request) and request.path not in _ANY_HOST:
        raise web.HTTPMisdirectedRequest
    upgrading = "upgrade" in request.headers.get("Connection", "").lower()
    unsafe = request.method not in _SAFE_METHODS or upgrading
    if unsafe and is_cross_site(request):
        raise CrossSite
    return await handler(request)


def _fits(name: str, known: str) -> bool:
    if known.startswith("*."):
        return name.endswith(known[1:]) and name != known[1:]
    return name == known
