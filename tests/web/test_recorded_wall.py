"""The prison's board: how recordings stand, who agreed, and what stopped by itself."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from sqlmodel import select

from signaling.disclosure import RecordingState
from signaling.views import PersonView, RoomView
from signaling.words import Phase, Presence, Quality, Recording
from tests.make import World
from tests.web.conftest import Rooms, Site, Start
from tests.web.day import Booked, booked
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.recordings import tables
from visitation.visits import Participant, Visit
from visitation.words import (
    Part,
    RecordingEnd,
    Role,
    VisitKind,
)
from visitation.words import RecordingState as Kept

JSON = {"Accept": "application/json"}
Wall = Callable[[RecordingState | None], Awaitable[str]]


@pytest.fixture
async def site(start_site: Start, rooms: Rooms) -> Site:
    site = await start_site(live=rooms)
    site.cookies["lang"] = "en"
    return site


@pytest.fixture
async def live(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
        visit = await session.get_one(Visit, made.visit.id)
        visit.state = VisitState.LIVE
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    return made


def room(live: Booked, told: RecordingState | None) -> RoomView:
    """Both sides are there: the prisoner agreed, the visitor has not answered."""
    return RoomView(
        phase=Phase.LIVE,
        people=(
            replace(_seen(live.prisoner, Part.PRISONER), consent=True),
            _seen(live.visitor, Part.VISITOR),
        ),
        recording=told,
    )


def _seen(one: Participant, part: Part) -> PersonView:
    return PersonView(
        reference=one.reference,
        part=part,
        state=Presence.CONNECTED,
        quality=Quality.GOOD,
        blocked=(),
        sends=("audio", "video"),
        asked=True,
    )


async def _wall(site: Site) -> str:
    return await (await site.get("/warden/board")).text()


def _offers(page: str, visit: str) -> set[str]:
    verbs = ("pause", "resume", "stop")
    path = f"/visits/{visit}/recording"
    return {verb for verb in verbs if f'action="{path}/{verb}"' in page}


OFF, PAUSED, STOPPED = Recording.OFF, Recording.PAUSED, Recording.STOPPED
#: How it stands, the words for it, and what a warden is offered.
STANDING: Sequence[tuple[tuple[str, ...], str, set[str]]] = (
    ((OFF, "not_set_up", "service"), "no place or no key for recordings", set()),
    ((OFF, "no_space", "service"), "There is no space left for recordings", set()),
    ((Recording.ASKING,), "Not everybody has answered yet.", {"stop"}),
    ((Recording.REFUSED, "", "participant"), "Somebody said no.", set()),
    ((Recording.ON,), "The visit is being recorded.", {"pause", "stop"}),
    ((PAUSED, "staff", "staff"), "Staff decided so.", {"resume", "stop"}),
    ((PAUSED, "answer", "participant"), "has not answered yet.", {"stop"}),
    ((STOPPED, "too_slow", "service"), "The disk was too slow", set()),
)


@pytest.fixture
def wall_of(site: Site, live: Booked, rooms: Rooms) -> Wall:
    async def wall(told: RecordingState | None) -> str:
        rooms.views[live.visit.reference] = room(live, told)
        return await _wall(site)

    return wall


@pytest.mark.parametrize(("told", "words", "offers"), STANDING)
async def test_a_live_visit_says_how_it_stands_and_what_can_be_done(
    wall_of: Wall, live: Booked, told: tuple[str, ...], words: str, offers: set[str]
) -> None:
    fields = dict(zip(("state", "reason", "by"), told, strict=False))

    page = await wall_of(RecordingState(**fields))  # type: ignore[arg-type]

    assert words in page
    assert _offers(page, live.visit.reference) == offers
    assert page.count("Agreed to the recording") == 1
    assert page.count("Has not answered about the recording") == 1


async def test_a_visit_that_is_not_recorded_by_the_rules_says_nothing_of_it(
    wall_of: Wall,
) -> None:
    assert "ecording" not in await wall_of(None)


async def test_whoever_hears_a_visit_on_the_wall_can_be_told_aloud(
    site: Site, live: Booked
) -> None:
    page = await (await site.get("/warden")).text()

    assert re.findall(r"call\.recording_(\w+)\.opus", page) == [
        "announced",
        "on",
        "paused",
        "stopped",
    ]


async def test_what_stopped_by_itself_is_an_alarm_until_somebody_saw_it(
    site: Site, live: Booked, world: World
) -> None:
    async with site.database.write() as session:
        stopped = _recording(live, world, site, end_reason=RecordingEnd.NO_SPACE)
        session.add(stopped)
        await session.flush()
        ended = _recording(live, world, site, end_reason=RecordingEnd.STAFF)
        session.add(ended)

    page = await _wall(site)
    path = f"/warden/recordings/{stopped.reference}/seen"
    answer = await site.post(path, {"next": "/warden"}, headers=JSON)

    assert "it stopped by itself. The disk was full." in page
    assert page.count("/warden/recordings/") == 1
    assert await answer.json() == {"done": "Noted that you have seen it."}
    assert "it stopped by itself" not in await _wall(site)
    async with site.database.read() as session:
        seen = await session.get_one(tables.Recording, stopped.id)
        about = AuditEntry.subject == f"recording:{stopped.reference}"
        done = (await session.exec(select(AuditEntry.action).where(about))).all()
    assert seen.alarm_seen_at == site.clock()
    assert done == ["recording_alarm_seen"]


async def test_another_prison_neither_reads_nor_answers_the_alarm(
    site: Site, live: Booked, world: World
) -> None:
    async with site.database.write() as session:
        stopped = _recording(live, world, site, end_reason=RecordingEnd.FAILED)
        session.add(stopped)
    await site.sign_in(Role.WARDEN, sites=[world.point.id], username="other")

    page = await _wall(site)
    answer = await site.post(f"/warden/recordings/{stopped.reference}/seen", {})

    assert "it stopped by itself" not in page
    assert answer.status == 404


def _recording(
    live: Booked, world: World, site: Site, *, end_reason: RecordingEnd
) -> tables.Recording:
    return tables.Recording(
        reference=site.keyring.reference(),
        visit_id=live.visit.id,
        visit_kind=VisitKind.FAMILY,
        site_id=world.prison.id,
        state=Kept.ENDED,
        started_at=site.clock(),
        ended_at=site.clock(),
        end_reason=end_reason,
    )
