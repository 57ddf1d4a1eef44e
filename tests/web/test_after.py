"""After a visit: three faces, what a family asks for, and the next visit."""

from datetime import timedelta

import pytest

from signaling import conduct
from signaling.hub import Hub
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, booked
from visitation import calls, cases
from visitation.audit import SYSTEM
from visitation.calls.words import Mood
from visitation.words import CaseKind, Outcome, Role


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


@pytest.fixture
async def visit(site: Site, world: World) -> Booked:
    """A family that signed in with its code, in English."""
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
    site.cookies["lang"] = "en"
    phone = world.visitor.phone or ""
    await site.post("/join", {"code": made.code, "phone": phone[-4:]})
    return made


@pytest.fixture
async def over(site: Site, hub: Hub, visit: Booked) -> Booked:
    """Their visit took place and was ended."""
    reference = visit.visit.reference
    await conduct.start(hub, reference, by=SYSTEM, now=site.clock())
    now = site.clock.forward(timedelta(minutes=20))
    await conduct.end(hub, reference, by=SYSTEM, now=now, outcome=Outcome.COMPLETED)
    return visit


async def test_a_family_gives_a_face_once_the_visit_is_over(
    site: Site, over: Booked
) -> None:
    before = await (await site.get("/after")).text()
    given = await site.post("/after/mood", {"mood": "good"})
    await site.post("/after/mood", {"mood": "bad"})
    after = await (await site.get("/after")).text()

    assert [f'value="{mood}"' in before for mood in Mood] == [True, True, True]
    assert given.headers["Location"] == "/after"
    assert 'name="mood"' not in after
    async with site.database.read() as session:
        mood = await calls.after.mood_of(session, participant_id=over.visitor.id)
    assert mood is Mood.GOOD


async def test_before_the_visit_there_is_nothing_after_it(
    site: Site, visit: Booked
) -> None:
    response = await site.get("/after")

    assert response.headers["Location"] == "/join/time"


async def test_a_wish_reaches_the_clerk_and_the_official_who_takes_it_up(
    site: Site, world: World, over: Booked
) -> None:
    sent = await site.post("/after/wish", {"kind": "medical", "text": "انسولین"})
    told = await (await site.get("/after")).text()
    site.cookies.clear()
    await site.sign_in(Role.CLERK, sites=[world.point.id], language="en")
    page = await (await site.get("/wishes")).text()
    async with site.database.read() as session:
        [wished] = await cases.after.wishes_of(session, visit_id=over.visit.id)
    heard = f"/wishes/{wished.reference}/heard"
    not_a_clerks = await site.post(heard)
    await site.sign_in(Role.OFFICIAL, sites=[world.prison.id], language="en")
    offered = await (await site.get("/wishes")).text()
    taken = await site.post(heard)
    empty = await (await site.get("/wishes")).text()

    assert sent.headers["Location"] == "/after"
    assert "We have it." in told
    assert "انسولین" in told
    assert world.visitor.name in page
    assert "Medical care" in page
    assert heard not in page
    assert not_a_clerks.status == 404
    assert heard in offered
    assert taken.headers["Location"] == "/wishes"
    assert "Nothing waits." in empty
    assert wished.kind is CaseKind.MEDICAL


async def test_what_was_typed_is_kept_when_it_is_refused(
    site: Site, over: Booked
) -> None:
    nothing = await site.post("/after/wish", {"kind": "other", "text": " "})
    long = await site.post("/after/wish", {"kind": "visit", "text": "م" * 301})

    assert nothing.status == 422
    assert "Fill this in." in await nothing.text()
    page = await long.text()
    assert long.status == 422
    assert "م" * 301 in page
    assert 'value="visit" checked' in page


async def test_the_next_visit_is_shown(site: Site, world: World, over: Booked) -> None:
    none = await (await site.get("/after")).text()
    async with site.database.write() as session:
        await booked(
            session,
            world,
            site.keyring,
            starts_at=over.visit.starts_at + timedelta(days=7, minutes=45),
        )
    page = await (await site.get("/after")).text()

    assert "None is booked yet." in none
    assert "None is booked yet." not in page
