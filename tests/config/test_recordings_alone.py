"""Two processes on one directory of recordings: one of them records."""

from pathlib import Path

import pytest
from click.testing import Result

from config import opening, program, reading, recordings
from config.settings import Settings
from signaling.hub import Hub
from tests.config.conftest import Run
from tests.config.test_program import status
from visitation.recordings import keys
from visitation.recordings.alone import Alone, Taken
from web.keys import LIVE

SECRET = "s" * 32


def settings_for(
    url: str, folder: Path, port: int, kept: Path, *, record: bool = True
) -> Settings:
    return reading.from_values(
        {
            "secret": "0123456789abcdef0123456789abcdef",
            "data_dir": folder,
            "database": {"url": url},
            "web": {"port": port, "public_url": f"http://localhost:{port}"},
            "media": {
                "udp_port": port,
                "workers": 0,
                "public_addresses": ["127.0.0.1"],
            },
            "recordings": {
                "directory": kept,
                "record": record,
                "key_id": "first",
                "keys": {"first": {"secret": SECRET}},
            },
        }
    )


async def test_the_second_is_refused_before_anybody_reaches_it(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    kept = tmp_path / "kept"
    first = Alone(kept)
    first.take()
    settings = settings_for(sqlite_url, tmp_path, port, kept)

    with pytest.raises(Taken, match=r"set recordings\.record = false here"):
        async with program.running(settings, opening.opened(settings)):
            pytest.fail("it runs")

    first.release()
    async with program.running(settings, opening.opened(settings)) as app:
        hub = app[LIVE]
        assert isinstance(hub, Hub)
        assert hub.recording.hindered == ""
        with pytest.raises(Taken):
            first.take()
    first.take()
    first.release()


async def test_one_that_only_serves_pages_runs_beside_it_and_plays(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    kept = tmp_path / "kept"
    first = Alone(kept)
    first.take()
    settings = settings_for(sqlite_url, tmp_path, port, kept, record=False)

    async with program.running(settings, opening.opened(settings)) as app:
        assert await status(port, "/readyz") == 200
        hub = app[LIVE]
        assert isinstance(hub, Hub)
        assert hub.recording.hindered == "not_set_up"
    assert recordings.shelf(settings) is not None
    assert recordings.meter(settings) is not None
    first.release()


async def test_a_place_that_cannot_be_had_keeps_no_call_from_being_made(
    sqlite_url: str, tmp_path: Path, port: int
) -> None:
    (tmp_path / "kept").touch()
    settings = settings_for(sqlite_url, tmp_path, port, tmp_path / "kept")
    async with program.running(settings, opening.opened(settings)):
        assert await status(port, "/readyz") == 200


@pytest.fixture
def serving(installed: Path) -> Path:
    """The settings of a service that has the directory."""
    kept = installed.parent / "kept"
    installed.write_text(
        installed.read_text() + f"[recordings]\ndirectory = '{kept}'\n"
        f"key_id = 'first'\n[recordings.keys.first]\nsecret = '{SECRET}'\n"
    )
    return kept


def test_commands_work_beside_it(serving: Path, run: Run) -> None:
    assert run("migrate").exit_code == 0
    one = Alone(serving)
    one.take()
    wraps = recordings.wraps(reading.read())
    assert wraps is not None
    wraps.write_key(serving, "stray", keys.make())

    said = [_said(run("recordings", word)) for word in ("rewrap", "check")]
    one.release()

    assert said == [
        (0, "0 wrapped anew with first; 1 were already."),
        (1, "stray: nobody's"),
    ]


def _said(done: Result) -> tuple[int, str]:
    return done.exit_code, done.output.strip()
