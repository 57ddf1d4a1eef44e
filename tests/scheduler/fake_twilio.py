"""A provider that behaves like Twilio on the wire, with all the ways it has of failing.

Takes what the real client sends to `api.base_url`: checks who asks, stores messages,
lists them in pages, fetches one, and calls back with real signatures. `turns` say how
the next creations go. Stands on its own, or as a process: `python -m
tests.scheduler.fake_twilio --port 8085`.
"""

import argparse
import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

SID = "AC00000000000000000000000000000001"
TOKEN = "twilio-auth-token"
VERSION = "/2010-04-01"
#: What Twilio answers to what it does not take: HTTP status by error code.
STATUSES = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """How one creation goes.

    Attributes:
        takes: whether the message is stored.
        code: answered instead of the message.
        status: HTTP status of that answer; by the code where it is 0.
        pause: seconds from taking it to the answer.
        hangs_up: whether the connection breaks instead of an answer.
        says: a body that is no JSON.
    """

    takes: bool = True
    code: int | None = None
    status: int = 0
    pause: float = 0.0
    hangs_up: bool = False
    says: str | None = None


def refused(code: int, status: int = 0) -> Turn:
    """Not taken, for a documented reason."""
    return Turn(takes=False, code=code, status=status)


TIMES_OUT_AFTER_TAKING = Turn(pause=30.0)
HANGS_UP_AFTER_TAKING = Turn(hangs_up=True)
FAILS_AFTER_TAKING = Turn(code=20500)


@dataclass(kw_only=True)
class Held:
    """A message that was taken."""

    sid: str
    to: str
    body: str
    created: datetime
    form: dict[str, str]
    status: str = "accepted"
    code: int | None = None


@dataclass(kw_only=True)
class FakeTwilio:
    """The provider: its account, what it holds, and how it goes on.

    Attributes:
        hides: whether lists leave out what was taken, as they do for a while.
        unwell: a code that every question is answered with; None for none.
        largest_page: how many it lists at once, whatever is asked for.
        opted_out: numbers that wrote STOP.
        requests: method, path and form of everything that was asked.
        delay: seconds before any answer.
    """

    account_sid: str = SID
    auth_token: str = TOKEN
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    messages: list[Held] = field(default_factory=list)
    turns: deque[Turn] = field(default_factory=deque)
    opted_out: set[str] = field(default_factory=set)
    hides: bool = False
    unwell: int | None = None
    largest_page: int = 1000
    delay: float = 0.0
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    base_url: str = ""

    def app(self) -> web.Application:
        """The server's routes."""
        app = web.Application(middlewares=[self._admit])
        messages = f"{VERSION}/Accounts/{self.account_sid}/Messages"
        app.router.add_post(f"{messages}.json", self._create)
        app.router.add_get(f"{messages}.json", self._list)
        app.router.add_get(messages + "/{sid}.json", self._fetch)
        app.router.add_post("/turns", self._ask_for)
        return app

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeTwilio"]:
        """Answer on a port of its own; `base_url` says which."""
        server = TestServer(self.app())
        await server.start_server()
        self.base_url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            await server.close()

    def advance(self, held: Held, status: str, *, code: int | None = None) -> None:
        """A message goes on, and nobody is told."""
        held.status, held.code = status, code

    async def call_back(
        self,
        held: Held,
        status: str,
        *,
        code: int | None = None,
        token: str | None = None,
        signed: bool = True,
        url: str = "",
        to: str = "",
        **more: str,
    ) -> int:
        """Tell of a message's status, as Twilio does; the HTTP status of the answer.

        Args:
            token: signs in place of the account's own.
            signed: whether there is a signature at all.
            url: what is signed; as configured if empty.
            to: where it is posted; as configured if empty.
            more: other fields of the form.
        """
        self.advance(held, status, code=code)
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": held.form.get("From", ""),
            "MessageSid": held.sid,
            "MessageStatus": status,
            "SmsSid": held.sid,
            "SmsStatus": status,
            "To": held.to,
            **({"ErrorCode": str(code)} if code else {}),
            **more,
        }
        configured = held.form["StatusCallback"]
        validator = RequestValidator(token or self.auth_token)
        signature = validator.compute_signature(url or configured, form)
        headers = {"X-Twilio-Signature": signature} if signed else {}
        async with (
            aiohttp.ClientSession() as client,
            client.post(to or configured, data=form, headers=headers) as answer,
        ):
            return answer.status

    @web.middleware
    async def _admit(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path == "/turns":
            return await handler(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append((request.method, request.path, form))
        await asyncio.sleep(self.delay)
        own = f"{self.account_sid}:{self.auth_token}".encode()
        expected = f"Basic {base64.b64encode(own).decode()}"
        if request.headers.get("Authorization") != expected:
            return _refusal(20003)
        return await handler(request)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        turn = self.turns.popleft() if self.turns else Turn()
        if turn.takes and (wrong := self._wrong(form)):
            return _refusal(wrong)
        held = self._take(form) if turn.takes else None
        await asyncio.sleep(turn.pause)
        if turn.hangs_up:
            assert request.transport
            request.transport.abort()
        if turn.says is not None:
            return web.Response(status=turn.status or 200, text=turn.says)
        if turn.code is not None or held is None:
            return _refusal(turn.code, turn.status)
        return web.json_response(self.shown(held), status=201)

    def _wrong(self, form: dict[str, str]) -> int | None:
        if not form.get("To", "").startswith("+"):
            return 21211
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return 21603
        if not form.get("Body"):
            return 21602
        return 21610 if form["To"] in self.opted_out else None

    def _take(self, form: dict[str, str]) -> Held:
        held = Held(
            sid=f"SM{len(self.messages) + 1:032x}",
            to=form["To"],
            body=form["Body"],
            created=self.clock(),
            form=form,
        )
        self.messages.append(held)
        return held

    async def _list(self, request: web.Request) -> web.Response:
        """Newest first, a page at a time, with the address of the next."""
        if self.unwell:
            return _refusal(self.unwell)
        size = min(int(request.query.get("PageSize", 50)), self.largest_page)
        page = int(request.query.get("Page", 0))
        to = request.query.get("To")
        found = [] if self.hides else self.messages[::-1]
        fits = [held for held in found if to in {None, held.to}]
        shown = fits[page * size : (page + 1) * size]
        more = len(fits) > (page + 1) * size
        next_page = request.rel_url.update_query(Page=page + 1, PageSize=size)
        return web.json_response(
            {
                "messages": [self.shown(held) for held in shown],
                "page": page,
                "page_size": size,
                "uri": str(request.rel_url),
                "next_page_uri": str(next_page) if more else None,
                "previous_page_uri": None,
            }
        )

    async def _fetch(self, request: web.Request) -> web.Response:
        if self.unwell:
            return _refusal(self.unwell)
        for held in self.messages:
            if held.sid == request.match_info["sid"]:
                return web.json_response(self.shown(held))
        return _refusal(20404)

    async def _ask_for(self, request: web.Request) -> web.Response:
        """How other processes say how the next creations go."""
        self.turns.extend(Turn(**turn) for turn in await request.json())
        return web.Response(status=204)

    def shown(self, held: Held) -> dict[str, Any]:
        """A message as it is answered."""
        created = format_datetime(held.created.astimezone(UTC))
        waits = held.status in {"accepted", "queued", "scheduled"}
        return {
            "sid": held.sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "to": held.to,
            "from": held.form.get("From"),
            "messaging_service_sid": held.form.get("MessagingServiceSid"),
            "body": held.body,
            "status": held.status,
            "direction": "outbound-api",
            "date_created": created,
            "date_updated": created,
            "date_sent": None if waits else created,
            "error_code": held.code,
            "error_message": None,
            "num_segments": "1",
            "num_media": "0",
            "price": None,
            "price_unit": "USD",
            "uri": f"{VERSION}/Accounts/{self.account_sid}/Messages/{held.sid}.json",
            "subresource_uris": {},
        }


def _refusal(code: int | None, status: int = 0) -> web.Response:
    answered = status or STATUSES.get(code or 0, 400)
    body: dict[str, Any] = {"message": "no", "status": answered}
    if code is not None:
        body |= {
            "code": code,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
        }
    return web.json_response(body, status=answered)


def main() -> None:
    """Serve until told to stop; the first line says where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    asked = parser.parse_args()

    async def serve() -> None:
        fake = FakeTwilio(delay=asked.delay)
        runner = web.AppRunner(fake.app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", asked.port)
        await site.start()
        (address, *_) = runner.addresses
        said = {"base_url": f"http://{address[0]}:{address[1]}", "account_sid": SID}
        print(json.dumps(said), flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
