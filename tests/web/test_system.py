"""Whoever looks after the service sees what is late, and what to do."""

import re
from datetime import timedelta

import pytest

from scheduler.timetable import TIMETABLE
from scheduler.ways import Health
from tests.fakes import Clock
from tests.web.conftest import Site, Start
from tests.web.worlds import book, english, made, text
from visitation import runs
from visitation.recordings.space import Level, Reading
from visitation.runs import SweepRun
from visitation.words import Role
from web import i18n, machine_signs, system_signs
from web.machine import MACHINE, Machine, Worker

MINUTE = timedelta(minutes=1)


async def shown(site: Site, role: Role = Role.ADMINISTRATOR) -> str:
    await site.sign_in(role)
    await english(site)
    response = await site.get("/system")
    assert response.status == 200
    return await text(response)


async def all_ran(site: Site, ago: timedelta = MINUTE, **failures: int) -> None:
    async with site.database.write() as session:
        for job in TIMETABLE:
            for _ in range(failures.get(job.name, 1)):
                await runs.note(
                    session,
                    SweepRun(
                        name=job.name,
                        node="prison-1:77",
                        started_at=site.clock() - ago,
                        took_ms=3,
                        late_ms=0,
                        done=None if job.name in failures else 0,
                    ),
                )


async def test_a_service_that_keeps_time_says_so(site: Site) -> None:
    await all_ran(site)
    page = await shown(site, Role.AUDITOR)
    assert "Everything is done in time." in page
    assert page.count("In time") == len(TIMETABLE)
    assert "prison-1:77" in page
    assert "1 minute ago" in page
    assert "due now" in page
    assert "in 59 minutes" in page
    assert re.search(r"Size of the database</dt>\s*<dd>[0-9]+\.[0-9] MB", page)


async def test_a_service_that_never_ran_is_new_and_not_broken(site: Site) -> None:
    page = await shown(site)
    assert "nothing has run yet" in page
    assert page.count("Has not run yet") == len(TIMETABLE)


async def test_work_that_is_late_comes_first_with_what_to_do(site: Site) -> None:
    await all_ran(site, ago=30 * MINUTE)
    page = await shown(site)
    # Three that run every hour, and one every ten minutes, are still in time.
    often = [job for job in TIMETABLE if job.every < 10 * MINUTE]
    assert f"{len(often)} kinds of work need somebody" in page
    assert page.count("scheduler.enabled = true") == len(often)
    assert page.index("Sending messages") < page.index("Deleting what is needed no")


async def test_what_fails_is_named_with_where(site: Site) -> None:
    await all_ran(site, remind=2)
    page = await shown(site)
    assert "1 kind of work needs somebody" in page
    assert "It fails on prison-1:77" in page
    assert "“sweep_failed” with the name “remind”" in page


async def test_messages_that_wait_are_counted_and_nobody_is_named(site: Site) -> None:
    world = await made(site)
    await book(site, world)
    await all_ran(site)
    page = await shown(site)
    assert world.visitor.name not in page
    assert world.visitor.phone not in page
    found = " ".join(page.split())
    assert "<dt>Due now</dt> <dd>1</dd>" in found


async def test_gateways_and_the_machine_are_shown_where_they_are_known(
    site: Site,
) -> None:
    since = site.clock() - 3 * MINUTE
    well = Health(
        name="kavenegar", alive=True, since=since, code="", misconfigured=False
    )
    down = Health(
        name="twilio", alive=False, since=since, code="20503", misconfigured=False
    )
    refused = Health(
        name="smsir", alive=False, since=since, code="401", misconfigured=True
    )
    new = Health(name="console", alive=True, since=None, code="", misconfigured=False)
    lines = [
        system_signs.gateway(one, now=site.clock())
        for one in (well, down, refused, new)
    ]
    assert [(one.state, one.tone, bool(one.advice)) for one in lines] == [
        ("Works", "good", False),
        ("Does not answer", "bad", True),
        ("Refuses us", "bad", True),
        ("Not tried yet", "plain", False),
    ]


async def test_not_all_is_well_while_a_gateway_refuses_us(start_site: Start) -> None:
    refused = Health(
        name="smsir", alive=False, since=None, code="401", misconfigured=True
    )
    machine = Machine(
        gateways=(refused,),
        disk_free=30 * 10**9,
        disk_size=64 * 10**9,
    )
    site = await start_site(machine=machine)
    await all_ran(site)
    page = await shown(site)
    assert "Messages do not go through <bdi>smsir</bdi>: see what to do" in page
    assert "Everything is done in time." not in page


@pytest.mark.parametrize(
    ("free", "full"), [(30, False), (7, False), (6, True), (1, True)]
)
def test_a_disk_is_full_before_it_is(free: int, full: bool) -> None:
    machine = Machine(
        gateways=(),
        disk_free=free * 10**9,
        disk_size=64 * 10**9,
    )
    assert system_signs.is_full(machine) is full


async def test_the_machine_is_shown_in_words_and_colours(start_site: Start) -> None:
    site = await start_site()
    machine = Machine(
        gateways=(),
        disk_free=30 * 10**9,
        disk_size=64 * 10**9,
        rooms=3,
        people=7,
        version="0.1.0",
        began_at=site.clock() - timedelta(days=3),
        workers=(
            Worker(number=0, rooms=2, legs=9, busy=0.12),
            Worker(number=1, rooms=1, legs=4, busy=0.91),
        ),
        expected=3,
        certificate_until=site.clock() + timedelta(days=9),
    )
    site.client.app._state[MACHINE] = lambda: machine  # type: ignore[union-attr]
    await all_ran(site)
    page = " ".join((await shown(site)).split())
    for words in (
        "<dt>Version</dt> <dd>0.1.0</dd>",
        "<dt>Runs for</dt> <dd>3 days</dd>",
        "<dt>People in calls</dt> <dd>7</dd>",
        "<dt>Open pages that hear of news</dt> <dd>0</dd>",
        "2 of 3",
        "Some are missing",
        "Runs out soon",
        "12 % of a core",
        "Full",
        "Something about the machine needs somebody",
    ):
        assert words in page
    assert "Everything is done in time." not in page


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0.2, ("As here", "good")),
        (-7, ("7 seconds behind this one", "warn")),
        (120, ("2 minutes ahead of this one", "bad")),
    ],
)
def test_a_clock_that_differs_is_told(
    ahead: float, said: tuple[str, str], clock: Clock
) -> None:
    machine = Machine(gateways=(), disk_free=30 * 10**9, disk_size=64 * 10**9)
    there = clock() + timedelta(seconds=ahead)
    with i18n.speaking(i18n.load(), "en"):
        lines = machine_signs.signs(machine, now=clock(), database_time=there)
    (line,) = [one for one in lines if one.name == "Clock of the database"]
    assert (line.value, line.tone) == said
    assert bool(line.advice) is (line.tone == "bad")


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("ok", ("Enough room", "good")),
        ("warning", ("Nearly full", "warn")),
        ("full", ("Full", "bad")),
    ],
)
def test_the_room_for_recordings_is_told_before_it_runs_out(
    level: Level, said: tuple[str, str], clock: Clock
) -> None:
    machine = Machine(
        gateways=(),
        disk_free=30 * 10**9,
        disk_size=64 * 10**9,
        recordings=Reading(82 * 10**9, 100 * 10**9, level),
    )
    with i18n.speaking(i18n.load(), "en"):
        lines = machine_signs.signs(machine, now=clock(), database_time=None)
    (line,) = [one for one in lines if one.name == "Recordings"]
    assert line.value == "82.0 of 100.0 GB taken"
    assert (line.state, line.tone) == said
    assert bool(line.advice) is (level != "ok")


async def test_only_administrators_and_auditors_may_look(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)
    assert (await site.get("/system")).status == 404


def test_every_job_has_words() -> None:
    assert {job.name for job in TIMETABLE} <= set(system_signs.WORK)
