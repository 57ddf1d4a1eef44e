"""The program: what there is, put together in order, and taken apart again.

`running` is the whole wiring; every part gets what it needs as arguments. Knows every
package, and no rule of any.
"""

import asyncio
import gc
import os
import random
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import structlog
import uvloop
from aiohttp import web
from aiohttp_remotes import XForwardedRelaxed

from config import (
    admin,
    filling,
    machine,
    messaging,
    metrics,
    opening,
    recordings,
    sense,
)
from config.settings import Settings
from scheduler.means import Means
from scheduler.posting import Poster
from scheduler.quiet import QuietHours
from scheduler.ticker import Ticker
from scheduler.timetable import SENDING
from signaling.hub import Hub
from signaling.media.engine import MediaEvent, OnEvent, RecordingEngine
from signaling.media.forwarder import Forwarder
from signaling.media.workers.pool import Workers
from signaling.timekeeping import Timekeeper
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from web.app import create_app
from web.keys import CLOCK, LIVE, Clock
from web.machine import MACHINE, MEANS
from web.pages import demo
from web.pages.demo import Demonstration
from web.routes import ROUTES

log = structlog.get_logger()
#: How long requests and calls may take to say goodbye.
GOODBYE_SECONDS = 3.0
#: Requests that change nothing.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


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
    clock: Clock = lambda: datetime.now(UTC),
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
        hub = await leaving.enter_async_context(
            _calling(settings, database, keyring, clock)
        )
        ticker, means = None, None
        if settings.scheduler.enabled:
            means = await leaving.enter_async_context(_means(settings, keyring, clock))
            ticker = Ticker(database, means)
        app = create_app(
            settings=filling.pages(settings, demo=demonstration is not None),
            database=database,
            keyring=keyring,
            clock=clock,
            live=hub,
            desks=messaging.desks(settings),
            routes=ROUTES if demonstration is None else (*ROUTES, *demo.ROUTES),
        )
        _furnish(app, settings, hub, demonstration)
        _look_after(app, settings, means, ticker)
        await leaving.enter_async_context(_listening(app, settings))
        work = metrics.Work(database, ticker, clock)
        await leaving.enter_async_context(_measured(settings, hub, work))
        await leaving.enter_async_context(
            _commanded(settings, database, keyring, clock)
        )
        if ticker is not None:
            await leaving.enter_async_context(_ticking(ticker))
        _settle()
        log.info("service_ready", port=settings.web.port)
        yield app
        log.info("service_stopping")


def _commanded(
    settings: Settings, database: Database, keyring: Keyring, clock: Clock
) -> AbstractAsyncContextManager[None]:
    return admin.listening(
        opening.admin_socket(settings), database=database, keyring=keyring, clock=clock
    )


def _settle() -> None:
    """Let what lives as long as the process not be looked at again and again."""
    gc.collect()
    gc.freeze()


def _furnish(
    app: web.Application,
    settings: Settings,
    hub: Hub,
    demonstration: Demonstration | None,
) -> None:
    # Before the sockets are closed, so that pages hear why and come back.
    app.on_shutdown.append(lambda _: hub.stop())
    if settings.web.behind_proxy:
        app.middlewares.insert(0, XForwardedRelaxed().middleware)
    if demonstration is not None:
        app[demo.DEMONSTRATION] = demonstration
        app.middlewares.append(demo.keep_staff_at_home)


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
async def _calling(
    settings: Settings, database: Database, keyring: Keyring, clock: Clock
) -> AsyncIterator[Hub]:
    def heard(event: MediaEvent) -> None:
        hub.on_event(event)

    engine, archive = _engine(settings, heard), recordings.archive(settings)
    hub = Hub(
        database=database,
        engine=engine,
        keyring=keyring,
        clock=clock,
        settings=filling.calls(settings),
        archive=archive,
    )
    timekeeper = Timekeeper(hub)
    with recordings.alone(archive):
        with _binding("media.udp_port", settings.media.ports):
            await engine.start()
        try:
            await hub.start()
            await timekeeper.start()
            keeps = filling.keeps(settings)
            async with recordings.finishing(archive, database, clock, keeps):
                yield hub
        finally:
            await timekeeper.stop()
            await engine.stop()


def _engine(settings: Settings, heard: OnEvent) -> RecordingEngine:
    forwarding = filling.media(settings)
    if settings.media.processes:
        return Workers(
            forwarding,
            count=settings.media.processes,
            on_event=heard,
            clock=time.monotonic,
        )
    return Forwarder(
        forwarding,
        on_event=heard,
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )


@asynccontextmanager
async def _means(
    settings: Settings, keyring: Keyring, clock: Clock
) -> AsyncIterator[Means]:
    gateways = messaging.gateways(settings)
    post = Poster(allow_private=settings.webhooks.allow_private)
    try:
        yield Means(
            clock=clock,
            keyring=keyring,
            gateways=gateways,
            node=f"{socket.gethostname()}:{os.getpid()}",
            randomness=random.SystemRandom().random,
            link=settings.web.public_url,
            quiet_hours=QuietHours(
                begin=settings.sms.quiet_from, end=settings.sms.quiet_until
            ),
            keeps_numbers=timedelta(days=settings.sms.keep_days),
            keeps=filling.keeps(settings),
            recordings=recordings.meter(settings),
            post=post,
        )
    finally:
        await post.close()
        for gateway in gateways:
            await gateway.close()


@asynccontextmanager
async def _ticking(ticker: Ticker) -> AsyncIterator[None]:
    ticker.start()
    try:
        yield
    finally:
        await ticker.stop()


def _look_after(
    app: web.Application,
    settings: Settings,
    means: Means | None,
    ticker: Ticker | None,
) -> None:
    """Tell pages how the process does, and the ticker when there may be letters."""
    hub = app[LIVE]
    assert isinstance(hub, Hub)
    app[MACHINE] = machine.Watch(settings, hub, means, began_at=app[CLOCK]()).look
    if means is not None:
        app[MEANS] = means

    if ticker is not None:
        app.on_response_prepare.append(nudging(ticker.nudge))


def nudging(
    nudge: Callable[[str], None],
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Asks for messages to be sent, whenever a request may have written some."""

    async def answered(request: web.Request, answer: web.StreamResponse) -> None:
        # What was asked for is committed by now, with the messages that it causes.
        if request.method not in _SAFE and answer.status < HTTPStatus.BAD_REQUEST:
            nudge(SENDING)

    return answered


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
            ssl_context=filling.certificate(settings),
        )
        with _binding("web.port", range(settings.web.port, settings.web.port + 1)):
            await site.start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _measured(
    settings: Settings, hub: Hub, work: metrics.Work
) -> AsyncIterator[None]:
    host, port = settings.metrics.host, settings.metrics.port
    async with AsyncExitStack() as leaving:
        if port is not None:
            with _binding("metrics.port", range(port, port + 1)):
                await leaving.enter_async_context(
                    metrics.listening(host, port, hub, work)
                )
        yield


@contextmanager
def _binding(setting: str, ports: range) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        where = sense.between(ports)
        raise CannotListen(f"{setting}: cannot listen on {where}: {said}") from error
