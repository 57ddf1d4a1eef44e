"""What a participant's session reaches, and when it ends."""

import asyncio
from datetime import timedelta

from aiohttp import web

from tests.web.conftest import Site, Start
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.people import Prisoner
from visitation.places import Province, Station
from visitation.places import Site as Place
from visitation.visits import Participant, Visit
from visitation.words import Part, SiteKind, StationKind, VisitKind
from web import gate, sessions, subjects
from web.keys import CLOCK
from web.routing import FAMILY, PUBLIC, STAFF, Route
from web.sessions import DEVICE_COOKIE, SESSION_COOKIE


async def enter(request: web.Request) -> web.Response:
    response = web.Response(text="in")
    until = request.app[CLOCK]() + timedelta(minutes=50)
    participant = int(request.query["participant"])
    await sessions.sign_in_participant(request, response, participant, until=until)
    return response


async def who(request: web.Request) -> web.Response:
    return web.Response(text=gate.participant(request).actor.key)


ROUTES = (
    Route(method="GET", path="/enter", page=enter, allow=PUBLIC, name="enter"),
    Route(method="GET", path="/part", page=who, allow=FAMILY, name="mine"),
    Route(method="GET", path="/theirs", page=who, allow=STAFF, name="theirs"),
    Route(
        method="GET",
        path="/visit/{visit}",
        page=who,
        allow=FAMILY,
        subject=subjects.visit,
        name="visit",
    ),
)


async def test_a_participant_reaches_their_own_visit_until_it_is_over(
    start_site: Start,
) -> None:
    site = await start_site(extra=ROUTES)
    mine, _other = await two_visits(site)

    await site.get(f"/enter?participant={mine}")
    assert await (await site.get("/part")).text() == f"participant:{mine}"
    assert (await site.get("/visit/first")).status == 200
    assert (await site.get("/visit/second")).status == 404
    assert (await site.get("/visit/none")).status == 404
    assert (await site.get("/theirs")).headers["Location"] == "/sign-in?next=/theirs"
    site.clock.forward(timedelta(minutes=50))
    assert (await site.get("/part")).headers["Location"] == "/join"


async def test_the_next_family_at_a_kiosk_takes_the_place_of_the_last(
    start_site: Start,
) -> None:
    site = await start_site(extra=ROUTES)
    first, second = await two_visits(site)

    await site.get(f"/enter?participant={first}")
    before = site.cookies[SESSION_COOKIE]
    await site.get(f"/enter?participant={second}")
    assert await (await site.get("/part")).text() == f"participant:{second}"
    site.cookies[SESSION_COOKIE] = before
    assert (await site.get("/part")).status == 303


async def test_a_session_nobody_began_is_no_session(start_site: Start) -> None:
    site = await start_site(extra=ROUTES)

    for token in ("x", "0" * 43, "é"):
        site.cookies[SESSION_COOKIE] = token
        assert (await site.get("/part")).status == 303


async def two_visits(site: Site) -> tuple[int, int]:
    """Two visits, `first` and `second`, and a participant of each."""
    database: Database = site.database
    async with database.write() as session:
        province = Province(code="x", name="x")
        session.add(province)
        await session.flush()
        place = Place(province_id=province.id, kind=SiteKind.PRISON, name="p")
        session.add(place)
        await session.flush()
        terminal = Station(site_id=place.id, kind=StationKind.TERMINAL, name="t")
        prisoner = Prisoner(site_id=place.id, number="7", name="R", name_folded="r")
        session.add_all([terminal, prisoner])
        await session.flush()
        found = []
        for name in ("first", "second"):
            end = site.clock() + timedelta(minutes=30)
            visit = Visit(
                reference=name,
                kind=VisitKind.FAMILY,
                state=VisitState.BOOKED,
                starts_at=site.clock(),
                ends_at=end,
                booked_end_at=end,
                prison_id=place.id,
                terminal_id=terminal.id,
                prisoner_id=prisoner.id,
                created_at=site.clock(),
                changed_at=site.clock(),
            )
            session.add(visit)
            await session.flush()
            participant = Participant(
                reference=f"of-{name}", visit_id=visit.id, part=Part.VISITOR
            )
            session.add(participant)
            await session.flush()
            found.append(participant.id or 0)
    return found[0], found[1]


async def test_bytes_that_are_no_text_are_nobodys_token(start_site: Start) -> None:
    site = await start_site()

    async def status(path: str, header: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
        lines = (f"GET {path} HTTP/1.0".encode(), b"Host: localhost", header)
        writer.write(b"\r\n".join((*lines, b"", b"")))
        line = await reader.readline()
        writer.close()
        return line.split()[1]

    assert [
        await status("/join", b"Cookie: %s=\xff\xfe" % SESSION_COOKIE.encode()),
        await status("/join", b"Cookie: %s=\xff\xfe" % DEVICE_COOKIE.encode()),
        await status("/api/v1/visits", b"Authorization: Bearer \xff\xfe"),
    ] == [b"200", b"200", b"401"]
