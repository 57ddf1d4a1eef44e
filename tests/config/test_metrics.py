"""What Prometheus reads of a service that is in a call."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from config import metrics, program
from config.settings import MetricsSection, Settings
from scheduler.ticker import Ticker
from signaling import tickets
from signaling.media.engine import WorkerStatistics
from tests import make
from tests.bench.call_join import Caller, live_visit
from tests.browser.conftest import (
    SECRET,
    Installation,
    MorningClock,
    populate,
    settings_of,
)
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, Gone, means
from tests.scheduler.test_booking import book
from visitation.database import Database
from visitation.keyring import Keyring
from web.keys import LIVE

Numbers = dict[tuple[str, str], float]


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path, port: int) -> Settings:
    plain = settings_of(sqlite_url, tmp_path)
    return plain.model_copy(update={"metrics": MetricsSection(port=port)})


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Installation]:
    clock = MorningClock()
    database = Database(settings.database.url)
    await populate(database, clock())
    async with program.running(settings, database, clock=clock) as app:
        yield Installation(
            port=settings.web.port,
            database=database,
            keyring=Keyring(SECRET.encode()),
            clock=clock,
            app=app,
        )


async def scraped(client: aiohttp.ClientSession, port: int) -> Numbers:
    """Every number by its name and its labels but the worker, workers added up."""
    async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    found: Numbers = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {n: v for n, v in sample.labels.items() if n != "worker"}
            key = (sample.name, ",".join(labels.values()))
            found[key] = found.get(key, 0) + sample.value
    return found


async def test_a_call_shows_in_the_numbers(
    service: Installation, settings: Settings, port: int
) -> None:
    visit, prisoner, visitor = await live_visit(service)
    callers = [
        Caller(
            service,
            tickets.issue(
                service.keyring,
                visit=visit.reference,
                participant_id=person.id,
                now=service.clock(),
            ),
        )
        for person in (prisoner, visitor)
    ]
    async with aiohttp.ClientSession() as client:
        for caller in callers:
            await caller.join(client)
        for caller in callers:
            await asyncio.wait_for(caller.heard.wait(), 20)
        # Workers of their own say what they counted once a second or so.
        for _ in range(50):
            numbers = await scraped(client, port)
            if numbers["visitation_media_packets_total", "out"]:
                break
            await asyncio.sleep(0.1)
        for caller in callers:
            await caller.leave()

    assert numbers["visitation_visits", "live"] == 1
    assert numbers["visitation_visits", "waiting"] == 0
    assert numbers["visitation_call_sockets", ""] == 2
    assert numbers["visitation_media_rooms", ""] == 1
    assert numbers["visitation_media_legs", ""] == 4
    assert numbers["visitation_media_packets_total", "in"] > 0
    assert numbers["visitation_media_bytes_total", "out"] > 0
    assert numbers["visitation_media_ice_failures_total", ""] == 0
    assert numbers["visitation_media_cpu_seconds_total", ""] > 0
    assert numbers["visitation_join_seconds_count", ""] == 2
    assert numbers["visitation_connect_seconds_count", ""] == 2
    assert numbers["visitation_connect_seconds_bucket", "+Inf"] == 2
    assert numbers["process_resident_memory_bytes", ""] > 1 << 20
    assert ("visitation_media_relayed_legs", "") in numbers


def test_memory_is_told_of_each_process_that_forwards_alone() -> None:
    counted = (
        WorkerStatistics(worker=0, resident_bytes=7, dropped={"size": 2}),
        WorkerStatistics(worker=1, resident_bytes=9, nacks_in=3),
    )
    told = {family.name: family.samples for family in metrics.forwarded(counted)}

    memory = told["visitation_media_resident_bytes"]
    assert [(s.labels["worker"], s.value) for s in memory] == [("0", 7), ("1", 9)]
    asked = {
        (s.labels["worker"], s.labels["direction"]): s.value
        for s in told["visitation_media_nacks"]
    }
    assert asked == {("0", "in"): 0, ("0", "out"): 0, ("1", "in"): 3, ("1", "out"): 0}


async def test_no_label_names_anybody(
    service: Installation, settings: Settings, port: int
) -> None:
    visit, _, _ = await live_visit(service)
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        text = await answer.text()

    assert visit.reference not in text
    assert {
        label
        for family in text_string_to_metric_families(text)
        if family.name.startswith("visitation")
        for sample in family.samples
        for label in sample.labels
    } <= {"worker", "direction", "reason", "phase", "le", "sweep", "state"}


async def test_nothing_else_is_answered_on_that_port(
    service: Installation, settings: Settings, port: int
) -> None:
    async with aiohttp.ClientSession() as client:
        for path in ("/", "/healthz", "/sign-in"):
            async with client.get(f"http://127.0.0.1:{port}{path}") as answer:
                assert answer.status == 404
        async with client.get(
            f"http://127.0.0.1:{settings.web.port}/metrics"
        ) as answer:
            assert answer.status in {404, 421}


async def test_a_port_that_is_taken_is_said(
    service: Installation, settings: Settings, port: int
) -> None:
    hub = service.app[LIVE]
    with pytest.raises(OSError, match="in use"):
        work = metrics.Work(service.database, None, service.clock)
        async with metrics.listening("127.0.0.1", port, hub, work):
            pass


async def test_what_sweeps_and_messages_do_is_told(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    tools = means(clock, keyring, FakeGateway())
    ticker = Ticker(sqlite, tools)
    async with sqlite.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
    clock.forward(timedelta(minutes=3))
    work = metrics.Work(sqlite, ticker, clock)
    await work.count()
    before = {family.name: family.samples for family in work.collect()}
    await ticker.run_all()
    clock.forward(timedelta(minutes=1))
    await work.count()
    after = {family.name: family.samples for family in work.collect()}

    def of(samples, label: str) -> dict[str, float]:
        return {one.labels[label]: one.value for one in samples if one.value}

    assert before["visitation_messages_due"][0].value == 1
    assert of(before["visitation_messages"], "state") == {"pending": 1}
    assert after["visitation_messages_due"][0].value == 0
    assert of(after["visitation_messages"], "state") == {"accepted": 1}
    lag = of(after["visitation_sweep_lag_seconds"], "sweep")
    # What was just sealed waits to be read, since as long.
    readers = {"review_changes": 180, "count_statistics": 180}
    assert lag == {"send_due": 180, "seal_audit": 180, **readers}
    last = of(after["visitation_sweep_last_run_seconds"], "sweep")
    assert set(last.values()) == {(clock() - timedelta(minutes=1)).timestamp()}
    assert of(after["visitation_sweep_failed"], "sweep") == {}


async def test_a_database_that_is_gone_keeps_nobody_from_the_other_numbers(
    clock: Clock, keyring: Keyring, sqlite_url: str
) -> None:
    gone = Gone(sqlite_url)
    ticker = Ticker(gone, means(clock, keyring, FakeGateway()))
    work = metrics.Work(gone, ticker, clock)
    await work.count()
    told = {family.name: family.samples for family in work.collect()}
    assert "visitation_messages_due" not in told
    assert told["visitation_messages"] == []
    assert "visitation_sweep_failed" in told
