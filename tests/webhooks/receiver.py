"""A reference receiver: what a system of the judiciary does with what we send it.

It checks the signature over the exact bytes, refuses what was signed a while ago, keeps
each event once by its id, and answers 2xx only when it has it. It need know nothing of
this service but `visitation.webhooks.signing`, which follows Standard Webhooks.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from visitation.webhooks import signing
from visitation.webhooks.signing import BadSignature


class Receiver:
    """Receives, while it is up; `loses_answers` keeps an event and says nothing."""

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        self.secret = secret
        self.is_up = True
        self.loses_answers = 0
        self.asked = 0
        self.kept: dict[str, dict[str, Any]] = {}
        self._clock = clock

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """The status that one request is answered with."""
        self.asked += 1
        if not self.is_up:
            return 503
        try:
            reference = signing.verify(
                self.secret, headers=headers, body=body, now=self._clock()
            )
        except BadSignature:
            return 400
        self.kept.setdefault(reference, json.loads(body))
        if self.loses_answers:
            self.loses_answers -= 1
            return 504
        return 204

    def numbers(self, key: str) -> list[int]:
        """The numbers of the events of one key, as they came."""
        return [one["number"] for one in self.kept.values() if one["key"] == key]

    @property
    def application(self) -> web.Application:
        """The same behind a server."""

        async def take(request: web.Request) -> web.Response:
            headers = {name.lower(): text for name, text in request.headers.items()}
            return web.Response(status=self.receive(headers, await request.read()))

        app = web.Application()
        app.router.add_post("/events", take)
        return app
