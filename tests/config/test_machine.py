"""What the process tells of itself and its machine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import lan
from config.machine import Watch
from config.settings import MediaSection, Settings, WebSection
from signaling.hub import CallSettings, Hub
from signaling.media.engine import WorkerStatistics
from tests.conftest import NOON
from tests.fakes import Clock
from tests.signaling.fakes import FakeEngine
from visitation.database import Database
from visitation.keyring import Keyring


class BusyEngine(FakeEngine):
    """One worker, which has used so many seconds of a core."""

    used = 0.0

    def workers(self) -> tuple[WorkerStatistics, ...]:
        return (WorkerStatistics(worker=0, rooms=0, cpu_seconds=self.used),)


@pytest.fixture
def engine() -> BusyEngine:
    return BusyEngine()


@pytest.fixture
def hub(sqlite: Database, keyring: Keyring, clock: Clock, engine: BusyEngine) -> Hub:
    return Hub(
        database=sqlite,
        engine=engine,
        keyring=keyring,
        clock=clock,
        settings=CallSettings(),
    )


async def test_two_readings_say_how_busy_a_worker_is(
    hub: Hub, engine: BusyEngine, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, media=MediaSection(workers=2))
    seconds = iter((0.0, 0.1, 10.0, 20.0))
    watch = Watch(settings, hub, None, began_at=NOON, monotonic=lambda: next(seconds))
    told = []
    # The last reading is of a worker that was started again.
    for engine.used in (5.0, 5.05, 10.0, 1.0):
        told.append(watch.look())

    assert [one.workers[0].busy for one in told] == [0.0, 0.0, 0.5, 0.0]
    assert (told[0].began_at, told[0].expected, told[0].version) == (NOON, 2, "0.1.0")
    assert told[0].certificate_until is None
    assert told[0].disk_size >= told[0].disk_free > 0


async def test_the_certificate_is_read(hub: Hub, tmp_path: Path) -> None:
    file, key = lan.certificate(tmp_path, "192.168.1.7")
    web = WebSection(tls_certificate=file, tls_key=key)
    watch = Watch(Settings(data_dir=tmp_path, web=web), hub, None, began_at=NOON)

    until = watch.look().certificate_until

    assert until is not None
    assert until > datetime.now(UTC) + timedelta(days=1)
