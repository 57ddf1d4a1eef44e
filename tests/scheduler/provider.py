"""A provider with an HTTPS interface: remembers what it was asked, answers as told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer

from scheduler.gateways import Https, HttpSettings, Sent, description
from tests.scheduler.letters import letter

KEY = "s3cret/key"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    key: str = ""


@dataclass
class FakeProvider:
    """Answers every request with the same status and body."""

    status: int = 200
    body: Any = None
    pause: float = 0.0
    hangs_up: bool = False
    asked: list[Asked] = field(default_factory=list)
    origin: str = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeProvider"]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        server = TestServer(app)
        await server.start_server()
        self.origin = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            await server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        text = await request.text()
        head = request.headers
        is_json = request.content_type == "application/json"
        self.asked.append(
            Asked(
                method=request.method,
                path=request.rel_url.raw_path,
                query=dict(request.query),
                body=json.loads(text) if is_json and text else dict(parse_qsl(text)),
                key=head.get("X-API-KEY", "") or head.get("Authorization", ""),
            )
        )
        await asyncio.sleep(self.pause)
        if self.hangs_up:
            assert request.transport
            request.transport.abort()
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


def settings(origin: str, named: str = "kavenegar", **changes: Any) -> HttpSettings:
    values = {
        "name": named,
        "description": description.read(named),
        "origin": origin,
        "key": KEY,
        "sender": "+983000505" if named == "ippanel" else "10004346",
        "timeout_seconds": 2.0,
    }
    return HttpSettings(**(values | changes))


async def send(fake: FakeProvider, named: str, body: Any, **changes: Any) -> Sent:
    """Send a letter, which the provider answers with this body."""
    fake.body = body
    gateway = Https(settings(fake.origin, named, patterns=changes.pop("patterns", {})))
    try:
        return await gateway.send(letter(**changes))
    finally:
        await gateway.close()
