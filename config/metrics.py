"""The numbers that Prometheus asks for, on a port of their own.

Read when asked, from the engine's workers, the live hub, the ticker and the outbox;
nothing is counted twice. No label holds a name or a reference: a line says how much is
going on, never who.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from scheduler.ticker import Ticker
from signaling.hub import Hub
from signaling.media.engine import WorkerStatistics
from signaling.stopwatch import BOUNDS, Durations
from signaling.words import Phase
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import counts

log = structlog.get_logger(__name__)

#: There are many messages in a year; all of them are counted no more often than this.
COUNTED_EVERY: Final = timedelta(minutes=1)
#: Of each worker: the name, the field it is read from, and what it says.
_GAUGES: Final = (
    ("media_rooms", "rooms", "Rooms with somebody in them."),
    ("media_legs", "legs", "Connections that are up, two for each who sees and sends."),
    ("media_relayed_legs", "relayed_legs", "Connections that come through the relay."),
    ("media_resident_bytes", "resident_bytes", "Memory of the process that forwards."),
)
_COUNTERS: Final = (
    ("media_packets_lost", "packets_lost", "Packets that should have come from pages."),
    ("media_retransmitted_packets", "retransmitted", "Packets sent to pages again."),
    ("media_layer_switches", "layer_switches", "Changes between sizes of a picture."),
    ("media_ice_failures", "ice_failures", "Connections that never came about."),
    (
        "media_cpu_seconds",
        "cpu_seconds",
        "Processor time of the process that forwards.",
    ),
)
#: And those with a direction: in is from pages, out is to them.
_BOTH_WAYS: Final = (
    ("media_packets", "packets", "RTP packets."),
    ("media_bytes", "bytes", "Bytes of RTP."),
    (
        "media_nacks",
        "nacks",
        "Packets asked for again, by pages (in) and of them (out).",
    ),
    (
        "media_key_frame_requests",
        "plis",
        "Key frames asked for, in the same directions.",
    ),
)


class Calls(Collector):
    """What the live calls say about themselves."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        """Reads everything once."""
        workers = self._hub.engine.workers()
        yield from forwarded(workers)
        yield _dropped(workers)
        yield from self._rooms()
        watch = self._hub.stopwatch
        yield _histogram(
            "join_seconds",
            watch.joining,
            "From a socket's first message to the answer.",
        )
        yield _histogram(
            "connect_seconds",
            watch.connecting,
            "From a page's offer to the connection it led to.",
        )

    def _rooms(self) -> Iterable[Metric]:
        lives = self._hub.lives()
        phases = Counter(live.room.phase for live in lives)
        visits = GaugeMetricFamily(
            "visitation_visits", "Visits with a room, by phase.", labels=["phase"]
        )
        for phase in Phase:
            if phase is not Phase.ENDED:
                visits.add_metric([phase.value], phases[phase])
        yield visits
        yield GaugeMetricFamily(
            "visitation_call_sockets",
            "Pages of a call that are connected.",
            value=sum(len(live.peers) for live in lives),
        )


def forwarded(workers: tuple[WorkerStatistics, ...]) -> Iterable[Metric]:
    """What each process that forwards has counted."""
    for name, field, says in _GAUGES:
        gauge = GaugeMetricFamily(f"visitation_{name}", says, labels=["worker"])
        for one in workers:
            # What forwards in the service's own process has no memory of its own.
            if field != "resident_bytes" or one.resident_bytes:
                gauge.add_metric([str(one.worker)], getattr(one, field))
        yield gauge
    for name, field, says in _COUNTERS:
        counter = CounterMetricFamily(f"visitation_{name}", says, labels=["worker"])
        for one in workers:
            counter.add_metric([str(one.worker)], getattr(one, field))
        yield counter
    for name, field, says in _BOTH_WAYS:
        counter = CounterMetricFamily(
            f"visitation_{name}", says, labels=["worker", "direction"]
        )
        for one in workers:
            for way in ("in", "out"):
                counter.add_metric(
                    [str(one.worker), way], getattr(one, f"{field}_{way}")
                )
        yield counter


def _dropped(workers: tuple[WorkerStatistics, ...]) -> Metric:
    counter = CounterMetricFamily(
        "visitation_media_dropped_datagrams",
        "Datagrams that were not used, by reason.",
        labels=["worker", "reason"],
    )
    for one in workers:
        for reason, number in sorted(one.dropped.items()):
            counter.add_metric([str(one.worker), reason], number)
    return counter


def _histogram(name: str, durations: Durations, says: str) -> Metric:
    buckets: list[tuple[str, float]] = []
    under = 0
    for bound, count in zip((*BOUNDS, "+Inf"), durations.counts, strict=True):
        under += count
        buckets.append((str(bound), under))
    return HistogramMetricFamily(
        f"visitation_{name}", says, buckets=buckets, sum_value=durations.total
    )


class Work(Collector):
    """What is done by itself, and the messages that wait.

    Args:
        database: where messages are counted.
        ticker: of this process; None if it does not tick.
        clock: gives the present as an aware UTC datetime.
    """

    def __init__(
        self, database: Database, ticker: Ticker | None, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._ticker = ticker
        self._clock = clock
        self._due: int | None = None
        self._states: dict[MessageState, int] = {}
        self._counted_at: datetime | None = None

    async def count(self) -> None:
        """Count messages for what is collected next; all of them now and then.

        Nothing is said of them while the database cannot be asked.
        """
        now = self._clock()
        try:
            async with self._database.read() as session:
                self._due = await counts.due(session, now=now)
                if self._is_old(now):
                    self._states = await counts.by_state(session)
                    self._counted_at = now
        except (SQLAlchemyError, OSError) as error:
            log.warning("messages_not_counted", error=type(error).__name__)
            self._due, self._states, self._counted_at = None, {}, None

    def _is_old(self, now: datetime) -> bool:
        before = self._counted_at
        return before is None or not timedelta(0) <= now - before < COUNTED_EVERY

    def collect(self) -> Iterable[Metric]:
        """Reads the ticker, and what was counted."""
        if self._due is not None:
            yield GaugeMetricFamily(
                "visitation_messages_due",
                "Messages that could go out now, and have not.",
                value=self._due,
            )
        states = GaugeMetricFamily(
            "visitation_messages", "Messages, by state.", labels=["state"]
        )
        for state, number in self._states.items():
            states.add_metric([state.value], number)
        yield states
        if self._ticker is not None:
            yield from _swept(self._ticker)


def _swept(ticker: Ticker) -> Iterable[Metric]:
    last = GaugeMetricFamily(
        "visitation_sweep_last_run_seconds",
        "When a sweep began last in this process, since the epoch.",
        labels=["sweep"],
    )
    took = GaugeMetricFamily(
        "visitation_sweep_took_seconds", "How long that took.", labels=["sweep"]
    )
    lag = GaugeMetricFamily(
        "visitation_sweep_lag_seconds",
        "How long the oldest thing that was due had been due then.",
        labels=["sweep"],
    )
    failed = CounterMetricFamily(
        "visitation_sweep_failed", "Runs of a sweep that failed.", labels=["sweep"]
    )
    for name, run in ticker.runs.items():
        last.add_metric([name], run.started_at.timestamp())
        took.add_metric([name], run.took.total_seconds())
        lag.add_metric([name], run.lag.total_seconds())
        failed.add_metric([name], run.failed)
    yield from (last, took, lag, failed)


@asynccontextmanager
async def listening(host: str, port: int, hub: Hub, work: Work) -> AsyncIterator[None]:
    """Answers `GET /metrics` until the block is left.

    Raises:
        OSError: if the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(Calls(hub))
    registry.register(work)
    for about in (ProcessCollector, PlatformCollector, GCCollector):
        about(registry=registry)

    async def metrics(request: web.Request) -> web.Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        await work.count()
        return web.Response(body=encode(registry), headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
