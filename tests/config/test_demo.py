"""The demonstration: starts, opens its doors, keeps its data, and stops."""

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from sqlmodel import select

from config import always, cast, lan, seed
from scheduler import attendance, planning, review
from scheduler.proposals import Refusal
from visitation import visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people import Scope
from visitation.visits import Cover, Visit
from visitation.visits.tables import Flag
from visitation.waiting import Plan, WaitingEntry
from visitation.words import Attendance, PlanState

NOW = datetime(2026, 11, 23, 8, 33, tzinfo=UTC)
VISITATION = (sys.executable, "-c", "from config.commands import main; main()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a demonstration printed, and how it ended."""

    line: dict[str, Any]
    process: subprocess.Popen[str]

    async def get(self, link: str, path: str | None = None) -> tuple[int, str]:
        """The status, and where it leads; browsers find *.localhost by themselves."""
        url = urlsplit(link)
        away = url._replace(
            netloc=f"127.0.0.1:{url.port}" if "localhost" in url.netloc else url.netloc,
            path=path or url.path,
        )
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        async with (
            aiohttp.ClientSession() as client,
            client.get(
                away.geturl(),
                headers={"Host": url.netloc},
                allow_redirects=False,
                ssl=trusting,
            ) as response,
        ):
            return response.status, response.headers.get("Location", "")


@contextmanager
def demo(folder: Path, port: int, *more: str) -> Iterator[Shown]:
    words = ("demo", "--json", "--data", str(folder), "--port", str(port), *more)
    process = subprocess.Popen([*VISITATION, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = json.loads(process.stdout.readline())
        yield Shown(line=line, process=process)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_every_door_leads_to_its_place(tmp_path: Path, port: int) -> None:
    with demo(tmp_path / "demo", port) as shown:
        call, legal = (f"/call/{shown.line[one]}" for one in ("visit", "legal"))
        leads = {
            role: await shown.get(link) for role, link in shown.line["links"].items()
        }
        ready = await shown.get(shown.line["links"]["family"], "/readyz")
        nobody = await shown.get(f"http://nobody.localhost:{port}/demo")
    assert leads == {
        "family": (303, call),
        "terminal": (303, call),
        "prosecutor": (303, call),
        "lawyer": (303, legal),
        "terminal2": (303, legal),
        "warden": (303, "/warden"),
        "scheduler": (303, "/schedule"),
        "clerk": (303, "/clerk"),
        "administrator": (303, "/staff"),
        "auditor": (303, "/staff"),
        "phone": (303, "/mine"),
        "practice": (303, "/mine/clients"),
        "graduate": (303, "/mine/helping"),
    }
    assert legal != call
    assert ready == (200, "")
    assert nobody[0] == 404
    assert shown.line["pid"] == shown.process.pid
    assert shown.line["port"] == port


def test_a_second_run_keeps_everything_and_a_fresh_one_nothing(
    tmp_path: Path, port: int
) -> None:
    folder = tmp_path / "demo"
    with demo(folder, port) as first:
        pass
    with demo(folder, port) as second:
        pass
    with demo(folder, port, "--fresh") as fresh:
        pass
    same = ("visit", "legal", "codes", "passwords", "links")
    assert {key: first.line[key] for key in same} == {
        key: second.line[key] for key in same
    }
    assert fresh.line["visit"] != first.line["visit"]
    assert fresh.line["passwords"] != first.line["passwords"]
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [*VISITATION, "demo", "--data", tmp_path / "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == f"port {port} is in use; choose another with --port\n"


async def test_other_devices_come_in_to_the_call_and_nowhere_else(
    tmp_path: Path, port: int
) -> None:
    try:
        outside = f"https://{lan.address()}:{port}"
    except lan.NoNetwork:
        pytest.skip("this machine has no address but loopback to come in from")
    with demo(tmp_path / "demo", port, "--lan") as shown:
        call = f"/call/{shown.line['visit']}"
        assert shown.line["links"]["family"] == f"{outside}/demo/family"
        assert await shown.get(f"{outside}/demo/family") == (303, call)
        assert await shown.get(f"{outside}/demo/terminal") == (303, call)
        assert await shown.get(f"{outside}/demo/prosecutor") == (303, call)
        legal = f"/call/{shown.line['legal']}"
        assert await shown.get(f"{outside}/demo/lawyer") == (303, legal)
        assert await shown.get(f"{outside}/demo/terminal2") == (303, legal)
        assert (await shown.get(f"{outside}/demo/practice"))[0] == 404
        assert (await shown.get(f"{outside}/demo/warden"))[0] == 404
        assert (await shown.get(f"{outside}/sign-in"))[0] == 404
        at_home = shown.line["links"]["warden"]
        assert await shown.get(at_home) == (303, "/warden")


async def seeded(database: Database, keyring: Keyring) -> None:
    await seed.fill(database, keyring, password="a long password", now=NOW)


async def open_at(database: Database, keyring: Keyring, now: datetime) -> Visit:
    async with database.write() as session:
        return await always.open_now(session, keyring, cast.OPEN_FAMILY, now=now)


async def test_the_seed_has_past_coming_and_open_visits(
    database: Database, keyring: Keyring
) -> None:
    await seeded(database, keyring)
    opened = await open_at(database, keyring, NOW)
    async with database.read() as session:
        states = [visit.state for visit in await session.exec(select(Visit))]
        there = [
            participant.state
            for participant in await visits.participants(session, opened.id)
        ]
    assert {state: states.count(state) for state in set(states)} == {
        VisitState.COMPLETED: 4,
        VisitState.CANCELLED: 1,
        VisitState.BOOKED: 14,
        VisitState.REQUESTED: 1,
        VisitState.LIVE: 1,
    }
    assert there == [ParticipantState.IDENTIFIED] * 3
    assert opened.starts_at <= NOW < opened.ends_at - timedelta(minutes=50)


async def test_the_seed_shows_what_planning_knows(
    database: Database, keyring: Keyring
) -> None:
    await seeded(database, keyring)
    async with database.read() as session:
        everything = Scope(everywhere=True)
        wanting = await attendance.wanting(session, scope=everything, now=NOW)
        covers = (await session.exec(select(Cover))).all()
        covered = await visits.referring(session, covers[0])
        flags = (await session.exec(select(Flag.reason))).all()
        booked = select(Visit).where(Visit.state == VisitState.BOOKED)
        against = [
            reason
            for visit in await session.exec(booked)
            for reason in await review.reasons_against(session, visit, now=NOW)
        ]
        line = (await session.exec(select(WaitingEntry))).all()
        plan = (await session.exec(select(Plan))).one()
        given = await planning.placements(session, plan.id)
    assert len(wanting) == 1
    assert [one.attendance for one in covered] == [Attendance.VILLAGE] * 2
    assert flags == [Refusal.PRISONER_AWAY]
    assert against == [Refusal.PRISONER_AWAY]
    assert len(line) == len(given) == len(cast.WAITING)
    assert plan.state is PlanState.DRAFT
    assert all(one.terminal_id is not None for one in given)


def test_no_link_is_cut_on_a_narrow_screen(tmp_path: Path, port: int) -> None:
    words = ("demo", "--data", str(tmp_path), "--port", str(port))
    narrow = os.environ | {"COLUMNS": "50"}
    process = subprocess.Popen(
        [*VISITATION, *words], stdout=subprocess.PIPE, text=True, env=narrow
    )
    assert process.stdout is not None
    shown = list(takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    links = [word for line in shown for word in line.split() if "://" in word]
    assert len(links) == 13
    assert all(link.endswith(f".localhost:{port}/demo") for link in links)
