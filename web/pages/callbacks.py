"""What providers of messages tell by themselves: one was delivered, a text came in.

Anybody may post here, so nothing is believed, and nothing looked at, before a desk
has seen proof of who sent it: Twilio's signature, or a secret that only the provider
has. Forms of this service carry no tokens, so there is none to leave out: a browser
that another site sends here is turned away like anywhere (`web.security`), and what
comes from no browser has no session that it could use.
"""

from http import HTTPStatus
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from multidict import MultiDict
from phonenumbers import NumberParseException

from scheduler import deliveries, tracked
from scheduler.gateways.callbacks import Forged, Told
from scheduler.gateways.twilio_signature import TwilioDesk
from visitation.attempts import TooMany
from visitation.errors import NotFound
from web import fields
from web.keys import CLOCK, DATABASE, DESKS, KEYRING, SETTINGS
from web.routing import PUBLIC, Route

log = structlog.get_logger()
TWILIO = "twilio"


async def take(request: web.Request) -> web.Response:
    """Write down what became of a message."""
    gateway = request.match_info.get("gateway", TWILIO)
    desk = request.app[DESKS].get(gateway)
    if desk is None:
        raise NotFound
    try:
        delivery = desk.read(await _told(request))
    except Forged:
        log.warning("callback_refused", gateway=gateway)
        return web.Response(status=HTTPStatus.FORBIDDEN)
    if delivery is not None:
        async with request.app[DATABASE].write() as session:
            await deliveries.told(
                session,
                gateway=gateway,
                delivery=delivery,
                keyring=request.app[KEYRING],
                now=request.app[CLOCK](),
            )
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def take_text(request: web.Request) -> web.Response:
    """Answer somebody who sent the code of a request to our number."""
    desk, settings = request.app[DESKS].get(TWILIO), request.app[SETTINGS]
    if not isinstance(desk, TwilioDesk):
        raise NotFound
    try:
        incoming = desk.incoming(await _told(request))
    except Forged:
        log.warning("callback_refused", gateway=TWILIO)
        return web.Response(status=HTTPStatus.FORBIDDEN)
    if _answerable(incoming.phone, settings.phone_regions):
        try:
            async with request.app[DATABASE].write() as session:
                await tracked.answer(
                    session,
                    incoming,
                    language=settings.language,
                    keyring=request.app[KEYRING],
                    now=request.app[CLOCK](),
                )
        except TooMany:
            log.warning("texts_held_back")
    # What Twilio is to send back itself: nothing, the answer goes as all texts do.
    return web.Response(text="<Response/>", content_type="text/xml")


def _answerable(phone: str, regions: frozenset[str]) -> bool:
    """Whether it is a mobile phone to which texts are sent at all."""
    try:
        return fields.is_mobile(phone, regions)
    except NumberParseException:
        return False


async def _told(request: web.Request) -> Told:
    body = await request.read()
    fields = MultiDict(request.query)
    # Read here rather than by aiohttp, which fails for a body that is no form.
    if request.content_type == "application/x-www-form-urlencoded":
        text = body.decode(errors="replace")
        fields.extend(parse_qsl(text, keep_blank_values=True))
    return Told(
        key=request.match_info.get("key", ""),
        headers=request.headers,
        fields=fields,
        body=body,
    )


ROUTES = (
    Route(
        method="POST",
        path="/callbacks/twilio",
        page=take,
        allow=PUBLIC,
        name="callbacks.twilio",
    ),
    Route(
        method="POST", path="/callbacks/twilio/incoming", page=take_text, allow=PUBLIC
    ),
    Route(
        method="POST",
        path="/callbacks/http/{gateway}",
        page=take,
        allow=PUBLIC,
        name="callbacks.http",
    ),
    *(
        Route(
            method=method,
            path="/callbacks/http/{gateway}/{key}",
            page=take,
            allow=PUBLIC,
            name=f"callbacks.{method.lower()}",
        )
        # Some providers tell with GET, and of those no browser knows the key.
        for method in ("POST", "GET")
    ),
)
