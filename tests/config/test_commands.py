"""The command line: with a service running, and without."""

import asyncio
import socket
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import admin, opening, reading
from config.desk import Impossible
from tests.config.conftest import Run
from visitation.database import Database

PASSWORD = "a long enough password\n"
ADD = ("account", "add", "mina", "scheduler", "--everywhere", "--password-stdin")


def test_a_new_database_is_migrated_and_gets_its_first_account(run: Run) -> None:
    assert run("migrate").output == "The tables are up to date.\n"
    assert run(*ADD, typed=PASSWORD).output == "Added mina.\n"
    listed = run("account", "list").output
    assert "mina" in listed
    assert "scheduler" in listed


def test_migrating_twice_is_the_same_as_once(run: Run) -> None:
    assert run("migrate").exit_code == 0
    assert run("migrate").exit_code == 0


def test_the_official_calendar_is_taken_over_again_and_again(run: Run) -> None:
    run("migrate")
    first = run("holidays", "seed", "--years", "1").output
    assert int(first.split(" ", 1)[0]) > 15
    again = run("holidays", "seed", "--years", "1").output
    assert again == "0 new, 0 renamed, 0 taken back.\n"
    run("holidays", "seed", "--years", "2")
    listed = run("holidays", "list", "--days", "366").output
    assert "عاشورا" in listed


def test_work_on_the_service_is_announced_listed_and_taken_back(run: Run) -> None:
    run("migrate")
    span = ("--from", "2099-11-23 22:00", "--to", "2099-11-24T01:00:00+03:30")
    said = run("maintenance", "announce", *span, "--reason", "power", "--closed")
    assert said.output == "Announced as 1.\n"
    assert "2099-11-23 22:00  2099-11-24 01:00" in run("maintenance", "list").output
    assert run("maintenance", "end", "1").output == "Pages tell of it no longer.\n"
    again = run("maintenance", "end", "1")
    assert (again.exit_code, "no announcement 1" in again.stderr) == (1, True)
    odd = run("maintenance", "announce", "--from", "soon", "--to", "later")
    assert (odd.exit_code, "soon is no time" in odd.stderr) == (1, True)


def test_what_was_guessed_wrong_is_exported_as_a_table(run: Run) -> None:
    run("migrate")
    assert run("corrections", "export").output == "taken,meant,text\n"


def test_an_account_is_disabled_enabled_and_given_a_password(run: Run) -> None:
    run("migrate")
    run(*ADD, typed=PASSWORD)
    assert run("account", "disable", "mina").output == "mina can no longer sign in.\n"
    assert "yes" in run("account", "list").output
    assert run("account", "enable", "mina").output == "mina can sign in again.\n"
    changed = run("account", "passwd", "mina", "--password-stdin", typed=PASSWORD)
    assert changed.output == "mina has a new password.\n"


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (ADD, "short\n", "a password has at least 12 letters"),
        (ADD[:4] + ADD[5:], PASSWORD, "name a province or a site, or say --everywhere"),
        ((*ADD[:4], "--province", "x", ADD[5]), PASSWORD, "no province with the code"),
        ((*ADD[:4], "--site", "9", ADD[5]), PASSWORD, "there is no site 9"),
        (("account", "disable", "nobody"), "", "there is no account named nobody"),
        (("terminal", "pair", "99"), "", "there is no station 99"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, words: tuple[str, ...], typed: str, said: str
) -> None:
    run("migrate")
    refused = run(*words, typed=typed)
    assert said in refused.output
    assert refused.exit_code == 1


def test_a_username_is_given_once(run: Run) -> None:
    run("migrate")
    run(*ADD, typed=PASSWORD)
    assert "already an account named mina" in run(*ADD, typed=PASSWORD).output


def test_tables_that_are_missing_are_said(run: Run) -> None:
    refused = run("account", "list")
    assert refused.output == "the database is empty: run `visitation migrate`\n"
    assert refused.exit_code == 1


def test_settings_that_make_no_sense_end_with_2(run: Run, installed: Path) -> None:
    installed.write_text("secret = 'short'\n[web]\nport = 0\n")
    refused = run("config", "check")
    assert "web.port: should be greater than or equal to 1" in refused.output
    assert refused.exit_code == 2


def test_settings_are_shown_without_secrets(run: Run, installed: Path) -> None:
    with installed.open("a") as file:
        file.write("[turn]\nurls = ['turn:127.0.0.1']\nsecret = 'sesame'\n")
    shown = run("config", "show").output
    assert "turn.secret = ********\n" in shown
    assert "secret = ********\n" in shown
    assert "sesame" not in shown
    assert "0123456789abcdef" not in shown


def test_a_password_in_the_database_url_is_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://me:sesame@db/visits"
    monkeypatch.setenv("VISITATION__DATABASE__URL", url)
    shown = run("config", "show").output
    assert "database.url = postgresql://me:***@db/visits\n" in shown


def test_a_file_that_another_process_holds_is_left_alone(
    run: Run, installed: Path
) -> None:
    run("migrate")
    other = Database(reading.read().database.url)
    other.hold()
    refused = run("account", "list")
    asyncio.run(other.close())
    assert "is open in another process" in refused.output.replace("\n", " ")
    assert refused.exit_code == 1


async def test_commands_ask_the_service_that_runs(run: Run, installed: Path) -> None:
    await asyncio.to_thread(run, "migrate")
    settings = reading.read()
    database = opening.opened(settings)
    path = opening.admin_socket(settings)
    async with admin.listening(
        path,
        database=database,
        keyring=opening.keyring(settings),
        clock=lambda: datetime.now(UTC),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        added = await asyncio.to_thread(run, *ADD, typed=PASSWORD)
        again = await asyncio.to_thread(run, *ADD, typed=PASSWORD)
        listed = await asyncio.to_thread(run, "account", "list")
    await database.close()
    assert (added.output, added.exit_code) == ("Added mina.\n", 0)
    assert ("already an account" in again.output, again.exit_code) == (True, 1)
    assert "mina" in listed.output
    assert not path.exists()


async def test_two_services_do_not_share_a_folder(run: Run, installed: Path) -> None:
    await asyncio.to_thread(run, "migrate")
    settings = reading.read()
    database = opening.opened(settings)

    parts = {
        "database": database,
        "keyring": opening.keyring(settings),
        "clock": lambda: datetime.now(UTC),
    }
    path = opening.admin_socket(settings)
    async with admin.listening(path, **parts):
        with pytest.raises(Impossible, match="another service runs"):
            async with admin.listening(path, **parts):
                pass
        assert path.exists()
    await database.close()


async def test_a_socket_left_by_a_crash_is_taken_over(
    run: Run, installed: Path
) -> None:
    await asyncio.to_thread(run, "migrate")
    settings = reading.read()
    database = opening.opened(settings)
    left = await asyncio.start_unix_server(
        lambda *_: None, str(opening.admin_socket(settings))
    )
    left.close()
    async with admin.listening(
        opening.admin_socket(settings),
        database=database,
        keyring=opening.keyring(settings),
        clock=lambda: datetime.now(UTC),
    ):
        listed = await asyncio.to_thread(run, "account", "list")
    await database.close()
    assert listed.exit_code == 0


def test_the_doctor_says_what_is_well_and_what_is_not(
    run: Run, installed: Path
) -> None:
    before = run("doctor")
    assert "! database: is empty: run `visitation migrate`" in before.output
    run("migrate")
    after = run("doctor")
    assert "✓ time zones: Asia/Tehran is +03:30 in July 2026" in after.output
    assert "✓ database: sqlite, tables are up to date" in after.output
    assert "✓ clock:" in after.output
    assert after.exit_code == 0


def test_the_doctor_finds_a_port_that_is_taken(run: Run, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        found = run("doctor")
    assert f"✗ web port: 127.0.0.1 {port}: Address already in use" in found.output
    assert found.exit_code == 1
