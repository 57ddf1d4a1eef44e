"""`visitation recordings retry`: what could not be finished is tried once more."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import select

from config import opening, reading
from tests.visitation.recordings.recorded import END, begun, ended, scene
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.recordings import finishing
from visitation.recordings.tables import Recording
from visitation.words import RecordingState

Run = Callable[..., Result]
ONCE_MORE = "will be tried once more by the service."


@pytest.fixture(autouse=True)
def known(installed: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recording runs, one waits to be finished, and two have failed."""
    monkeypatch.setenv("COLUMNS", "200")
    assert run("migrate").exit_code == 0

    async def write(database: Database) -> None:
        async with database.write() as session:
            await begun(session, await scene(session), "runs")
            await ended(session, await scene(session), "waits")
            for reference in ("-one", "two"):
                recording = await ended(session, await scene(session), reference)
                recording.finish_tries = finishing.MOST_TRIES - 1
                await finishing.failed(session, recording, keep_days=9, now=END)
        await database.close()

    asyncio.run(write(opening.opened(reading.read())))


def states() -> dict[str, RecordingState]:
    async def read(database: Database) -> dict[str, RecordingState]:
        async with database.read() as session:
            rows = (await session.exec(select(Recording))).all()
        await database.close()
        return {one.reference: one.state for one in rows}

    return asyncio.run(read(opening.opened(reading.read())))


def by_whom() -> list[tuple[str, str]]:
    async def read(database: Database) -> list[tuple[str, str]]:
        async with database.read() as session:
            rows = await session.exec(
                select(AuditEntry).where(AuditEntry.action == "recording_retry")
            )
            found = [(one.actor, one.subject) for one in rows.all()]
        await database.close()
        return found

    return asyncio.run(read(opening.opened(reading.read())))


def test_all_that_failed_are_tried_again(run: Run) -> None:
    done = run("recordings", "retry")

    assert (done.exit_code, done.output) == (0, f"-one\ntwo\n2 {ONCE_MORE}\n")
    waits = RecordingState.ENDED
    assert states() == {
        "runs": RecordingState.RUNNING,
        "waits": waits,
        "-one": waits,
        "two": waits,
    }
    assert by_whom() == [
        ("operator", "recording:-one"),
        ("operator", "recording:two"),
    ]
    assert run("recordings", "retry").output == f"0 {ONCE_MORE}\n"


def test_one_is_tried_again_that_is_named(run: Run) -> None:
    done = run("recordings", "retry", "--", "-one")

    assert (done.exit_code, done.output) == (0, f"-one\n1 {ONCE_MORE}\n")
    assert states()["two"] is RecordingState.FAILED


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("runs", "runs has not failed: it is running"),
        ("waits", "waits has not failed: it is ended"),
        ("nobody", "there is no recording nobody"),
    ],
)
def test_what_has_not_failed_is_refused_and_then_nothing_is_done(
    run: Run, reference: str, why: str
) -> None:
    refused = run("recordings", "retry", "two", reference)

    assert (refused.exit_code, refused.output.strip()) == (1, why)
    assert states()["two"] is RecordingState.FAILED
    assert by_whom() == []
