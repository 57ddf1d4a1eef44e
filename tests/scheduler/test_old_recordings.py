"""Recordings go when their days are over, and somebody is told before the room does."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from scheduler import keeping, old_recordings
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.visitation.recordings.recorded import END, finished, noted, scene
from visitation import retention
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.recordings import holding, keys, paths
from visitation.recordings.keys import KeyWraps
from visitation.recordings.space import Meter, Space
from visitation.recordings.tables import Recording
from visitation.retention import Kept
from visitation.words import RecordingState, VisitKind

DAY = timedelta(days=1)
WRAPS = KeyWraps("first", {"first": b"w" * 32})


class Office:
    """A database with a recording of each kind and one on hold, and their directory."""

    def __init__(self, database: Database, keyring: Keyring, directory: Path) -> None:
        self.database = database
        self.clock = Clock(NOON)
        self.directory = directory
        self.meter = Meter(Space(directory, 1000, left=lambda _directory: 10**12))
        self.means = means(self.clock, keyring, FakeGateway(), recordings=self.meter)

    async def fill(self) -> None:
        async with self.database.write() as session:
            for name in ("family", "official", "held"):
                is_official = name == "official"
                kind = VisitKind.OFFICIAL if is_official else VisitKind.FAMILY
                told = await scene(session, kind)
                recording = await finished(session, told, name)
                WRAPS.write_key(self.directory, name, keys.make())
                if name == "held":
                    await holding.hold(session, recording, by=SYSTEM, now=END)

    async def swept(self, days: int) -> int:
        self.clock.now = END + days * DAY
        return await old_recordings.delete_due(
            self.database, now=self.clock(), means=self.means
        )

    def there(self) -> list[str]:
        return sorted(one.name for one in self.directory.iterdir() if one.is_dir())

    async def row(self, number: int) -> Recording:
        async with self.database.read() as session:
            return await session.get_one(Recording, number)


@pytest.fixture
async def office(database: Database, keyring: Keyring, tmp_path: Path) -> Office:
    directory = tmp_path / "recordings"
    directory.mkdir()
    made = Office(database, keyring, directory)
    await made.fill()
    return made


async def test_what_was_kept_long_enough_goes_once_a_day_and_what_is_held_stays(
    office: Office,
) -> None:
    async with office.database.write() as session:
        await retention.choose(
            session, {Kept.RECORDINGS_OFFICIAL: 3}, by=SYSTEM, now=NOON
        )
    assert await office.swept(2) == 0
    assert await office.swept(3) == 1
    assert office.there() == ["family", "held"]
    assert await office.swept(89) == 0
    assert await office.swept(90) == 1
    assert office.there() == ["held"]
    assert await office.swept(500) == 0

    async with office.database.read() as session:
        row = await session.get_one(Recording, 2)
        assert row.state is RecordingState.DELETED
        assert (await noted(session, row))[-1] == (
            "recording_deleted",
            {"why": "retention"},
        )


async def test_days_that_change_are_said_of_what_there_is(office: Office) -> None:
    async with office.database.write() as session:
        await retention.choose(
            session, {Kept.RECORDINGS_FAMILY: 400}, by=SYSTEM, now=NOON
        )
    assert await office.swept(1) == 0
    family, official = await office.row(1), await office.row(2)
    assert (family.keep_until, official.keep_until) == (END + 400 * DAY, END + 90 * DAY)


async def test_what_cannot_be_deleted_is_tried_again_within_the_day(
    office: Office,
) -> None:
    stuck = paths.home(office.directory, "family") / "a directory"
    stuck.mkdir()
    with pytest.raises(ExceptionGroup):
        await office.swept(90)
    assert (await office.row(1)).state is RecordingState.FINISHED
    assert office.there() == ["family", "held"]

    stuck.rmdir()
    assert await office.swept(90) == 1
    assert office.there() == ["held"]


async def test_what_lies_elsewhere_is_not_said_to_be_deleted(office: Office) -> None:
    disk = office.directory.rename(office.directory.with_name("not mounted"))
    office.directory.mkdir()
    with capture_logs() as lines:
        assert await office.swept(90) == 0
    assert [one["event"] for one in lines] == ["recordings_elsewhere"]
    assert (await office.row(1)).state is RecordingState.FINISHED

    office.directory.rmdir()
    disk.rename(office.directory)
    assert await office.swept(90) == 2
    assert office.there() == ["held"]


async def test_the_page_of_what_is_kept_counts_them(office: Office) -> None:
    async with office.database.read() as session:
        for kept in (Kept.RECORDINGS_FAMILY, Kept.RECORDINGS_OFFICIAL):
            held = await keeping.held(session, keeping.CHOSEN[kept])
            assert held == keeping.Held(count=1, oldest=END)
            assert await keeping.older(session, kept, than=END) == 1


async def test_running_short_of_room_is_logged_once(office: Office) -> None:
    file = office.directory / "family" / "film"

    async def logged(size: int) -> list[tuple[str, str]]:
        key = sum(one.stat().st_size for one in office.directory.glob("*/key"))
        file.write_bytes(bytes(size - key))
        with capture_logs() as lines:
            await old_recordings.watch_space(
                office.database, now=NOON, means=office.means
            )
        return [(one["log_level"], one["level"]) for one in lines]

    assert await logged(700) == []
    assert await logged(800) == [("warning", "warning")]
    assert await logged(810) == []
    assert await logged(990) == [("warning", "full")]
    assert await logged(500) == [("info", "ok")]
    assert office.meter.last is not None
    assert (office.meter.last.used, office.meter.last.quota) == (500, 1000)


async def test_where_nothing_is_recorded_there_is_nothing_to_do(
    sqlite: Database, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    nowhere = means(clock, keyring, FakeGateway())
    gone = Meter(Space(tmp_path / "gone", 1))
    unplugged = means(clock, keyring, FakeGateway(), recordings=gone)
    for tools in (nowhere, unplugged):
        for sweep in (old_recordings.delete_due, old_recordings.watch_space):
            assert await sweep(sqlite, now=NOON, means=tools) == 0
    assert gone.last is None
