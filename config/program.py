"""The program: what there is, put together in order, and taken apart again.

`running` is the whole wiring; every part gets what it needs as arguments. Knows every
package, and no rule of any.
"""

import asyncio
import gc
import os
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog
import uvloop
from aiohttp import web
from aiohttp_remotes import XForwardedRelaxed

from config import admin, opening
from config.settings import Settings
from scheduler.gateways import Console, Gateway, Twilio, TwilioSettings
from scheduler.means import Means
from scheduler.ticker import Ticker
from signaling.hub import CallSettings, Hub
from signaling.ice import TurnSettings
from signaling.media.engine import MediaEvent
from signaling.media.forwarder import Forwarder, ForwarderSettings
from visitation.database import Database
from visitation.devices import SessionLife
from visitation.errors import VisitationError
from web.app import create_app
from web.keys import WebSettings
from web.pages import demo
from web.pages.demo import Demonstration
from web.routes import ROUTES

log = structlog.get_logger()
#: How long requests and calls may take to say goodbye.
GOODBYE_SECONDS = 3.0
_LOCAL_HOSTS = ("localhost", "*.localhost", "127.0.0.1", "[::1]")


class CannotListen(VisitationError):
    """A port cannot be had; the message names the setting."""


def serve(settings: Settings, database: Database) -> None:
    """Run the service until SIGINT or SIGTERM."""

    async def until_told() -> None:
        with signals() as told:
            async with running(settings, database):
                await told.wait()

    uvloop.run(until_told())


@asynccontextmanager
async def running(
    settings: Settings,
    database: Database,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    demonstration: Demonstration | None = None,
) -> AsyncIterator[web.Application]:
    """The whole service, answering requests until the block is left.

    Args:
        settings: checked by `config.reading`.
        database: open, and with today's tables.
        clock: gives the present as an aware UTC datetime.
        demonstration: the doors of a demonstration; None for the real thing.

    Raises:
        CannotListen: if a port is taken.
    """
    async with AsyncExitStack() as leaving:
        leaving.push_async_callback(database.close)
        keyring = opening.keyring(settings)

        def heard(event: MediaEvent) -> None:
            hub.on_event(event)

        engine = Forwarder(
            _media(settings),
            on_event=heard,
            clock=time.monotonic,
            wall_clock=time.time,
            randomness=os.urandom,
        )
        with _binding("media.udp_port", settings.media.udp_port):
            await engine.start()
        leaving.push_async_callback(engine.stop)

        hub = Hub(
            database=database,
            engine=engine,
            keyring=keyring,
            clock=clock,
            settings=_calls(settings),
        )
        await hub.start()

        app = create_app(
            settings=replace(_pages(settings), demo=demonstration is not None),
            database=database,
            keyring=keyring,
            clock=clock,
            live=hub,
            routes=ROUTES if demonstration is None else (*ROUTES, *demo.ROUTES),
        )
        # Before the sockets are closed, so that pages hear why and come back.
        app.on_shutdown.append(lambda _: hub.stop())
        if settings.web.behind_proxy:
            app.middlewares.insert(0, XForwardedRelaxed().middleware)
        if demonstration is not None:
            app[demo.DEMONSTRATION] = demonstration
            app.middlewares.append(demo.keep_staff_at_home)
        await leaving.enter_async_context(_listening(app, settings))
        await leaving.enter_async_context(
            admin.listening(
                opening.admin_socket(settings),
                database=database,
                keyring=keyring,
                clock=clock,
            )
        )
        if settings.scheduler.enabled:
            gateway = _gateway(settings)
            leaving.push_async_callback(gateway.close)
            ticker = Ticker(
                database,
                Means(
                    clock=clock,
                    keyring=keyring,
                    gateway=gateway,
                    link=settings.web.public_url,
                ),
            )
            ticker.start()
            leaving.push_async_callback(ticker.stop)
        # What lives as long as the process need not be looked at again and again.
        gc.collect()
        gc.freeze()
        log.info("service_ready", port=settings.web.port, media_port=engine.port)
        yield app
        log.info("service_stopping")


@contextmanager
def signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; made before anybody is told of us."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        yield told
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _listening(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=GOODBYE_SECONDS
    )
    await runner.setup()
    try:
        site = web.TCPSite(
            runner,
            settings.web.host,
            settings.web.port,
            ssl_context=_certificate(settings),
        )
        with _binding("web.port", settings.web.port):
            await site.start()
        yield
    finally:
        await runner.cleanup()


@contextmanager
def _binding(setting: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        raise CannotListen(f"{setting}: cannot listen on {port}: {said}") from error


def _certificate(settings: Settings) -> ssl.SSLContext | None:
    if settings.web.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.web.tls_certificate, settings.web.tls_key)
    return context


def _media(settings: Settings) -> ForwarderSettings:
    addresses = tuple(str(one) for one in settings.media.public_addresses)
    return ForwarderSettings(
        bind_host=settings.media.bind,
        port=settings.media.udp_port,
        public_addresses=addresses or ("127.0.0.1",),
    )


def _calls(settings: Settings) -> CallSettings:
    turn = settings.turn
    relay = (
        TurnSettings(urls=turn.urls, secret=turn.secret.get_secret_value())
        if turn.urls and turn.secret is not None
        else None
    )
    return CallSettings(origins=(settings.web.public_url.rstrip("/"),), turn=relay)


def _gateway(settings: Settings) -> Gateway:
    sms = settings.sms
    if sms.gateway == "console" or sms.twilio.auth_token is None:
        return Console(allows_link=sms.allow_link)
    return Twilio(
        TwilioSettings(
            account_sid=sms.twilio.account_sid,
            auth_token=sms.twilio.auth_token.get_secret_value(),
            messaging_service_sid=sms.twilio.messaging_service_sid,
            sender=sms.twilio.from_number,
            allows_link=sms.allow_link,
        )
    )


def _pages(settings: Settings) -> WebSettings:
    section = settings.web
    named = urlsplit(section.public_url)
    return WebSettings(
        public_url=section.public_url.rstrip("/"),
        secure=named.scheme == "https",
        allowed_hosts=section.allowed_hosts or (named.hostname or "", *_LOCAL_HOSTS),
        language=section.default_language,
        require_totp=frozenset(section.require_totp),
        help_phone=section.help_phone,
        message_link=section.public_url if settings.sms.allow_link else "",
        life=SessionLife(
            idle=timedelta(minutes=section.session_idle_minutes),
            longest=timedelta(hours=section.session_hours),
        ),
    )
