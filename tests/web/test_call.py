"""The call page: who gets in, as what, and with which ticket."""

import json
import re

import pytest

from signaling import tickets
from signaling.hub import Hub
from signaling.tickets import Ticket
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, visit_now
from visitation.lifecycle import VisitState
from visitation.visits import Visit, participants
from visitation.words import Attendance, Part, Role, VisitKind
from web.assets import ASSETS
from web.pages import call_words


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


def ticket_in(page: str, site: Site) -> Ticket:
    [text] = re.findall(r'data-ticket="([^"]+)"', page)
    return tickets.read(site.keyring, text, now=site.clock())


def part_in(page: str) -> str:
    [part] = re.findall(r'data-part="([^"]+)"', page)
    return part


async def sign_in_family(site: Site, visit: Booked, world: World) -> None:
    phone = world.visitor.phone or ""
    response = await site.post("/join", {"code": visit.code, "phone": phone[-4:]})
    assert response.status == 303


async def test_a_family_gets_a_ticket_of_its_own(site: Site, world: World) -> None:
    visit = await visit_now(site, world)
    await sign_in_family(site, visit, world)

    response = await site.get(f"/call/{visit.visit.reference}")

    page = await response.text()
    assert part_in(page) == "visitor"
    assert ticket_in(page, site) == Ticket(
        visit=visit.visit.reference, participant_id=visit.visitor.id
    )
    assert "/call/socket" in page
    assert visit.visit.reference not in str(response.headers)


async def test_a_family_whose_session_is_over_types_its_code_again(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)

    response = await site.get(f"/call/{visit.visit.reference}")

    assert (response.status, response.headers["Location"]) == (303, "/join")


async def test_a_terminal_joins_as_the_prisoner_by_itself(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await become(site, world.terminal)

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert part_in(page) == "prisoner"
    assert ticket_in(page, site).participant_id == visit.prisoner.id


async def test_a_kiosk_without_a_family_is_nobody(site: Site, world: World) -> None:
    visit = await visit_now(site, world)
    await become(site, world.kiosk)

    assert (await site.get(f"/call/{visit.visit.reference}")).status == 404


async def test_another_terminal_does_not_know_the_visit(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    async with site.database.write() as session:
        other = await make.terminal(session, world.prison)
    await become(site, other)

    assert (await site.get(f"/call/{visit.visit.reference}")).status == 404


async def test_staff_of_the_prison_watch_and_conduct(site: Site, world: World) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    again = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert part_in(page) == "monitor"
    assert f'action="/visits/{visit.visit.reference}/pause"' in page
    assert ticket_in(page, site) == ticket_in(again, site)


async def test_nobody_watches_a_lawyers_visit(site: Site, world: World) -> None:
    visit = await visit_now(site, world, kind=VisitKind.LEGAL)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert "Nobody watches this visit" in page
    assert "data-ticket" not in page
    async with site.database.read() as session:
        people = await participants(session, visit.visit.id)
    assert {person.part for person in people} == {Part.PRISONER, Part.VISITOR}


@pytest.mark.parametrize(
    ("attendance", "query", "part"),
    [
        (Attendance.DESK, "", "official"),
        (Attendance.DESK, "?part=companion", "companion"),
        (Attendance.VILLAGE, "", "companion"),
    ],
)
async def test_an_official_beside_the_family_is_a_companion(
    site: Site, world: World, attendance: Attendance, query: str, part: str
) -> None:
    official = await site.sign_in(Role.OFFICIAL)
    visit = await visit_now(site, world, official=official, attendance=attendance)

    page = await (await site.get(f"/call/{visit.visit.reference}{query}")).text()

    assert part_in(page) == part
    [ticket_url] = re.findall(r'data-ticket-url="([^"]+)"', page)
    assert ticket_url.endswith("?part=companion") is (part == "companion")


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.CLERK, Role.AUDITOR])
async def test_other_staff_have_no_part(site: Site, world: World, role: Role) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(role)

    assert (await site.get(f"/call/{visit.visit.reference}")).status == 404


async def test_a_page_that_was_open_for_long_gets_a_new_ticket(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await become(site, world.terminal)
    path = f"/call/{visit.visit.reference}/ticket"

    response = await site.post(path, headers={"Accept": "application/json"})
    stranger = Site(site.client, site.database, site.clock, site.keyring)
    refused = await stranger.post(path, headers={"Accept": "application/json"})

    new = (await response.json())["ticket"]
    found = tickets.read(site.keyring, new, now=site.clock())
    assert found.participant_id == visit.prisoner.id
    assert refused.status in {401, 404}


async def test_a_socket_joins_with_the_ticket_of_the_page(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world, state=VisitState.LIVE)
    await become(site, world.terminal)
    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    [ticket] = re.findall(r'data-ticket="([^"]+)"', page)

    async with site.client.ws_connect(
        "/call/socket", headers={"Origin": site.origin}
    ) as socket:
        await socket.send_json({"type": "join", "version": 1, "ticket": ticket})
        joined = await socket.receive_json()
        offer = await socket.receive_json()

    assert (joined["part"], joined["phase"]) == ("prisoner", "live")
    assert (offer["type"], offer["target"]) == ("offer", "subscriber")


async def test_the_scripts_find_every_word_they_ask_for(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await become(site, world.terminal)
    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    [data] = re.findall(r'id="words">(.*?)</script>', page, re.DOTALL)
    words = json.loads(data)
    scripts = "".join(
        asset.body.decode()
        for path, asset in site.client.app[ASSETS].files.items()  # type: ignore[union-attr]
        if path.startswith("js/call/") and "/private/" not in path
    )

    asked = set(re.findall(r"words\.(\w+)", scripts))
    states = set(re.findall(r'^  \["(\w+)", \(', scripts, re.MULTILINE))

    assert asked - words.keys() == set()
    assert {f"state_{state}" for state in states} - words.keys() == set()
    assert len(states) == 15
    assert words["say_conduct"] != call_words.REMARKS["conduct"]


@pytest.mark.usefixtures("english")
async def test_whoever_works_there_reads_of_minutes_that_others_lost(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    owed = []
    await become(site, world.terminal)
    owed.append(await _said(site, visit, "owed"))
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    owed += [await _said(site, visit, one) for one in ("owed", "owed_one")]

    lost = "{n} minutes were lost and could not be given back."
    longer = "The next visit is to be longer by as much."
    assert owed == [
        f"{lost} Ask the office to add them to your next visit.",
        f"{lost} {longer}",
        f"{{n}} minute was lost and could not be given back. {longer}",
    ]


async def _said(site: Site, visit: Booked, name: str) -> str:
    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    [data] = re.findall(r'id="words">(.*?)</script>', page, re.DOTALL)
    said: str = json.loads(data)[name]
    return said


async def test_everything_the_scripts_look_for_is_on_the_page(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    watching = await (await site.get(f"/call/{visit.visit.reference}")).text()
    await become(site, world.terminal)
    site.cookies.pop("__Host-session")
    speaking = await (await site.get(f"/call/{visit.visit.reference}")).text()
    view = site.client.app[ASSETS].files["js/call/view.js"].body.decode()  # type: ignore[union-attr]

    parts = set(re.findall(r'this\.part\("([a-z-]+)"\)', view))

    for page in (watching, speaking):
        there = set(re.findall(r'data-part-of-call="([a-z-]+)"', page))
        assert parts - there == set()


async def test_staff_start_pause_and_end_a_visit_by_plain_forms(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")
    path = f"/visits/{visit.visit.reference}"

    started = await site.post(f"{path}/start", {"next": "/warden"})
    twice = await site.post(f"{path}/start", {"next": "/warden"})
    paused = await site.post(f"{path}/pause", {"next": "/warden", "paused": "on"})
    longer = await site.post(
        f"{path}/extend", {"minutes": "10"}, headers={"Accept": "application/json"}
    )
    odd = await site.post(
        f"{path}/extend", {"minutes": "7"}, headers={"Accept": "application/json"}
    )
    ended = await site.post(
        f"{path}/end", {"next": "//elsewhere", "outcome": "completed"}
    )

    assert [r.status for r in (started, twice, paused, longer, odd, ended)] == [
        303,
        409,
        303,
        200,
        422,
        303,
    ]
    assert started.headers["Location"] == "/warden"
    assert ended.headers["Location"] == "/"
    assert (await longer.json())["done"] == "The visit was made longer."
    async with site.database.read() as session:
        kept = await session.get_one(Visit, visit.visit.id)
    assert kept.state is VisitState.COMPLETED


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("warn", {"code": "conduct"}),
        ("message", {"text": "سلام"}),
        ("pause", {"paused": "on"}),
        ("mute", {"participant": "x", "kind": "audio", "muted": "on"}),
        ("admit", {"participant": "nobody"}),
        ("end", {"outcome": "sunshine"}),
        ("mute", {}),
    ],
)
async def test_what_cannot_be_done_says_so(
    site: Site, world: World, name: str, typed: dict[str, str]
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    response = await site.post(
        f"/visits/{visit.visit.reference}/{name}",
        typed,
        headers={"Accept": "application/json"},
    )

    assert response.status in {404, 409, 422}
    assert (await response.json())["title"]


async def test_only_staff_of_that_prison_conduct(site: Site, world: World) -> None:
    visit = await visit_now(site, world)
    async with site.database.write() as session:
        elsewhere = await make.prison(session)
    await site.sign_in(Role.WARDEN, sites=[elsewhere.id])

    response = await site.post(f"/visits/{visit.visit.reference}/start", {})

    assert response.status == 404
