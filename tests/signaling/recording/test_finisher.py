"""Recordings that ended become files on record, whatever happens meanwhile."""

import asyncio
import base64
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from signaling.recording import process
from signaling.recording.finisher import SETTLED, Finisher
from signaling.recording.orders import Journal, Order, written
from signaling.recording.process import Unfinished
from tests.fakes import Clock
from tests.signaling.recording import coded
from tests.signaling.recording.journals import KEY, Stream, Written
from tests.signaling.recording.played import finished, seen
from tests.visitation.recordings.recorded import END, ended, noted, scene
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.recordings import deleting, going, keys
from visitation.recordings.keys import KeyWraps
from visitation.recordings.tables import Recording, RecordingFile
from visitation.words import RecordingEnd, RecordingState

JOURNAL = "visitor-1.journal"


@dataclass
class Stage:
    database: Database
    directory: Path
    wraps: KeyWraps
    clock: Clock
    recording: Recording
    participant: str

    @property
    def home(self) -> Path:
        return self.directory / self.recording.reference

    def finisher(self, carry_out: Any = process.carry_out) -> Finisher:
        return Finisher(
            database=self.database,
            directory=self.directory,
            wraps=self.wraps,
            clock=self.clock,
            keeps={},
            carry_out=carry_out,
        )

    @property
    def order(self) -> Order:
        return Order(
            directory=self.home,
            key=KEY,
            journals=(Journal(JOURNAL, self.participant),),
            epoch=self.recording.started_at.timestamp(),
        )

    async def kept(self) -> Recording:
        async with self.database.read() as session:
            return await session.get_one(Recording, self.recording.id)

    async def files(self) -> list[RecordingFile]:
        async with self.database.read() as session:
            return [*(await session.exec(select(RecordingFile))).all()]

    def on_disk(self) -> set[str]:
        return {each.name for each in self.home.iterdir()}


@pytest.fixture
async def stage(sqlite: Database, tmp_path: Path, clock: Clock) -> Stage:
    async with sqlite.write() as session:
        told = await scene(session)
        recording = await ended(session, told)
    wraps = KeyWraps("spring", {"spring": bytes(32)})
    wraps.write_key(tmp_path, recording.reference, KEY)
    clock.now = END + SETTLED
    stage = Stage(sqlite, tmp_path, wraps, clock, recording, told.visitor.reference)
    journal(4).write(stage.home / JOURNAL)
    return stage


def journal(length: float) -> Written:
    # The wall clock of the recording's beginning, so that its time begins at 0.
    written = Written(wall=1_795_422_600.0)
    said, shown = Stream(1, "opus"), Stream(2, "vp8")
    for each in (said, shown):
        written.track(each)
    written.send(said, coded.sound(length))
    written.send(shown, coded.pictures(length))
    return written


async def test_a_recording_that_ended_becomes_files(stage: Stage) -> None:
    assert await stage.finisher().turn() == 1
    recording = await stage.kept()
    assert recording.state is RecordingState.FINISHED
    assert recording.keep_until == END + timedelta(days=90)
    (file,) = await stage.files()
    assert (file.is_journal, file.width, file.duration_ms) == (False, 160, 4000)
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}
    found = seen(stage.home, {"name": file.name, "starts_ms": 0})
    assert len(found.claps) == 4


async def test_what_a_killed_service_left_is_finished_up_to_its_end(
    stage: Stage,
) -> None:
    starts = journal(30).write(stage.home / JOURNAL)
    content = (stage.home / JOURNAL).read_bytes()
    (stage.home / JOURNAL).write_bytes(content[: starts[41] + 99])
    async with stage.database.write() as session:
        row = await session.get_one(Recording, stage.recording.id)
        row.state, row.ended_at, row.end_reason = RecordingState.RUNNING, None, None
    async with stage.database.write() as session:
        assert len(await going.interrupted(session, now=END)) == 1

    assert await stage.finisher().turn() == 1
    recording = await stage.kept()
    assert recording.end_reason is RecordingEnd.INTERRUPTED
    (file,) = await stage.files()
    # Of what was said up to then the last half second at most is lost.
    assert 20_000 <= file.duration_ms <= 20_500
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}


async def test_what_ended_just_now_may_still_be_written(stage: Stage) -> None:
    stage.clock.now = END + SETTLED / 2
    assert await stage.finisher().turn() == 0
    assert (await stage.kept()).state is RecordingState.ENDED


async def test_it_works_by_itself_and_stops_in_the_middle(stage: Stage) -> None:
    asked = asyncio.Event()

    async def never(order: Order) -> Mapping[str, Any]:
        asked.set()
        await asyncio.Event().wait()
        return {}

    finisher = stage.finisher(never)
    finisher.start()
    await asyncio.wait_for(asked.wait(), 5)
    await finisher.stop()
    assert await stage.finisher().turn() == 1


async def test_a_try_that_fails_leaves_the_journals(stage: Stage) -> None:
    async def fails(order: Order) -> Mapping[str, Any]:
        raise Unfinished("no_space")

    assert await stage.finisher(fails).turn() == 0
    recording = await stage.kept()
    assert (recording.state, recording.finish_tries) == (RecordingState.ENDED, 1)
    assert stage.on_disk() == {"key", JOURNAL}
    for _ in range(4):
        stage.clock.forward(timedelta(hours=1))
        await stage.finisher(fails).turn()
    assert (await stage.kept()).state is RecordingState.FAILED
    assert stage.on_disk() == {"key", JOURNAL}


async def test_what_nobody_foresaw_keeps_no_other_waiting(stage: Stage) -> None:
    async with stage.database.write() as session:
        other = await ended(session, await scene(session), "rec-2")
    stage.wraps.write_key(stage.directory, "rec-2", KEY)
    asked: list[str] = []

    async def breaks(order: Order) -> Mapping[str, Any]:
        asked.append(order.directory.name)
        raise RuntimeError

    assert await stage.finisher(breaks).turn() == 0
    assert asked == [stage.recording.reference, other.reference]
    assert (await stage.kept()).finish_tries == 1


async def test_what_another_process_holds_is_no_failure(stage: Stage) -> None:
    with held(stage.home):
        with pytest.raises(Unfinished) as raised:
            await process.carry_out(stage.order)
        assert raised.value.why == "busy"
        await stage.finisher().turn()
    assert (await stage.kept()).finish_tries == 0
    assert await stage.finisher().turn() == 1


@contextmanager
def held(home: Path) -> Iterator[None]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home)], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    yield
    holder.kill()
    holder.communicate()


HOLDS = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
"""


async def test_a_recording_without_key_or_journal_is_finished_as_empty(
    stage: Stage,
) -> None:
    keys.destroy_key(stage.directory, stage.recording.reference)
    assert await stage.finisher().turn() == 1
    assert (await stage.kept()).seconds == 0
    assert await stage.files() == []


async def test_a_journal_that_never_was_is_left_out(stage: Stage) -> None:
    (stage.home / JOURNAL).unlink()
    assert await stage.finisher().turn() == 1
    assert stage.on_disk() == {"key", "manifest.sealed"}


async def test_a_key_that_is_not_known_is_tried_again(stage: Stage) -> None:
    stage.wraps = KeyWraps("autumn", {"autumn": bytes(range(32))})
    assert await stage.finisher().turn() == 0
    assert (await stage.kept()).finish_tries == 1


async def test_what_is_deleted_meanwhile_leaves_nothing(stage: Stage) -> None:
    async def deletes(order: Order) -> Mapping[str, Any]:
        answer = finished(stage.home, (JOURNAL, stage.participant))
        async with stage.database.write() as session:
            await deleting.delete(
                session,
                await session.get_one(Recording, stage.recording.id),
                directory=stage.directory,
                by=SYSTEM,
                now=stage.clock(),
                why="retention",
            )
        stage.home.mkdir()
        (stage.home / "visitor-2.webm.sealed").touch()
        return answer

    assert await stage.finisher(deletes).turn() == 0
    assert not stage.home.exists()


async def test_what_another_has_finished_meanwhile_is_left_alone(stage: Stage) -> None:
    async def late(order: Order) -> Mapping[str, Any]:
        assert await stage.finisher().turn() == 1
        return await process.carry_out(order)

    assert await stage.finisher(late).turn() == 0
    assert (await stage.kept()).state is RecordingState.FINISHED
    assert stage.on_disk() >= {"manifest.sealed", f"{stage.participant}-1.webm.sealed"}


async def test_journals_that_a_crash_left_go_at_the_next_start(stage: Stage) -> None:
    content = (stage.home / JOURNAL).read_bytes()
    await stage.finisher().turn()
    (stage.home / JOURNAL).write_bytes(content)
    await stage.finisher().tidy()
    assert JOURNAL not in stage.on_disk()


async def test_a_journal_that_somebody_altered_is_kept_and_on_record(
    stage: Stage,
) -> None:
    starts = journal(4).write(stage.home / JOURNAL)
    content = bytearray((stage.home / JOURNAL).read_bytes())
    content[starts[6] + 100] ^= 1
    (stage.home / JOURNAL).write_bytes(content)
    assert await stage.finisher().turn() == 1
    assert JOURNAL in stage.on_disk()
    await stage.finisher().tidy()
    assert JOURNAL in stage.on_disk()
    async with stage.database.read() as session:
        last = (await noted(session, stage.recording))[-1]
    facts = {"file": JOURNAL, "how": "altered", "segment": "6"}
    assert last == ("recording_damaged", facts)


async def test_a_process_that_is_killed_half_way_leaves_nothing_that_looks_whole(
    stage: Stage,
) -> None:
    journal(60).write(stage.home / JOURNAL)
    for seconds in (0.0, 0.02, 0.1, 0.2):
        kill_half_way(stage.order, seconds)
        assert JOURNAL in stage.on_disk()
    assert await stage.finisher().turn() == 1
    (file,) = await stage.files()
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}


def kill_half_way(order: Order, seconds: float) -> None:
    """Has it killed so long after it has begun."""
    killed = subprocess.Popen(
        [sys.executable, "-m", "signaling.recording.finish"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert killed.stdin is not None
    killed.stdin.write(written(order).encode())
    killed.stdin.close()
    deadline = time.monotonic() + 20
    while killed.poll() is None and not is_held(order.directory):
        assert time.monotonic() < deadline
    time.sleep(seconds)
    killed.kill()
    killed.wait()


def is_held(home: Path) -> bool:
    handle = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_no_secret_is_where_others_read(stage: Stage) -> None:
    secret = base64.b64encode(KEY).decode()
    assert secret in written(stage.order)
    assert secret not in repr(stage.order)
    assert repr(KEY) not in repr(stage.order)


@pytest.mark.parametrize(
    "said",
    ["", "{}", "[]", '{"directory": "/", "key": "?", "journals": [], "epoch": 0}'],
)
def test_an_order_that_makes_no_sense_is_refused(said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "signaling.recording.finish"],
        input=said.encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (1, {"error": "badorder"})


def test_a_disk_that_is_full_is_said_to_be(stage: Stage) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", FULL],
        input=written(stage.order).encode(),
        capture_output=True,
        check=False,
    )
    assert json.loads(answer.stdout) == {"error": "no_space"}
    assert stage.on_disk() >= {"key", JOURNAL}
    assert not [each for each in stage.on_disk() if each.endswith(".sealed")]


FULL = """
import resource, signal
from signaling.recording import finish
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
finish.main()
"""
