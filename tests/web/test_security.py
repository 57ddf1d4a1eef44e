"""Headers, foreign hosts, and requests that another site made."""

import pytest
from aiohttp import web

from tests.web.conftest import SETTINGS, Site, Start
from web.keys import WebSettings
from web.routing import PUBLIC, Route
from web.security import HEADERS


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for path in ("/", "/nowhere", "/staff", "/healthz"):
        response = await site.get(path)

        assert {n: response.headers.get(n) for n in HEADERS} == HEADERS
        assert response.headers["Cache-Control"] == "no-store"
        assert "Server" not in response.headers
        policy = response.headers["Content-Security-Policy"].split("; ")
        assert policy[:4] == [
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
        ]
        assert (
            f"connect-src 'self' ws://{site.origin.removeprefix('http://')}" in policy
        )
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in response.headers["Content-Security-Policy"]


async def test_only_a_service_behind_https_asks_for_https(start_site: Start) -> None:
    plain = await start_site()
    secure = await start_site(settings=WebSettings(public_url="https://localhost"))

    assert "Strict-Transport-Security" not in (await plain.get("/")).headers
    response = await secure.get("/")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "wss://localhost" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("family.localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        (".localhost", 421),
        ("a;script-src *;.localhost", 421),
        ("", 421),
    ],
)
async def test_only_our_own_hosts_are_answered(
    site: Site, host: str, status: int
) -> None:
    response = await site.get("/help", headers={"Host": host})

    assert response.status == status


async def test_machines_may_ask_for_health_by_any_name(site: Site) -> None:
    assert (await site.get("/healthz", headers={"Host": "10.0.0.7"})).status == 200


ORIGIN = "http://localhost"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OURS"}, False),
        ({"Origin": "OURS"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Cookie": "lang=fa"}, False),
        ({}, True),
    ],
    ids=str,
)
async def test_an_unsafe_request_must_come_from_our_own_page(
    site: Site, headers: dict[str, str], allowed: bool
) -> None:
    sent = {k: site.origin if v == "OURS" else v for k, v in headers.items()}

    response = await site.request("POST", "/language", headers=sent)

    assert response.status == (303 if allowed else 403)
    if not allowed:
        assert "این درخواست از صفحهٔ خود ما نیامده است" in await response.text()


async def test_a_socket_from_another_site_is_refused(start_site: Start) -> None:
    async def socket(request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.close()
        return opened

    route = Route(method="GET", path="/socket", page=socket, allow=PUBLIC)
    site = await start_site(extra=(route,))
    handshake = {
        "Connection": "keep-alive, Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    foreign = {**handshake, "Origin": "http://evil.example"}
    assert (await site.get("/socket", headers=foreign)).status == 403
    own = {**handshake, "Origin": site.origin}
    assert (await site.get("/socket", headers=own)).status == 101


async def test_a_body_over_the_limit_is_refused(start_site: Start) -> None:
    settings = WebSettings(public_url=SETTINGS.public_url, secure=False, body_limit=512)
    site = await start_site(settings=settings)

    response = await site.post("/language", {"back": "x" * 2000})

    assert response.status == 413
    assert "حجم آنچه فرستادید" in await response.text()
