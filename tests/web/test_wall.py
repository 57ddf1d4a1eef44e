"""The wall: how terminals stand, what waits, who is who, incidents, and the sheet."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from signaling.views import PersonView, RoomView
from signaling.words import Phase, Presence, Quality
from tests import make
from tests.make import World
from tests.web.conftest import Rooms, Site, Start
from tests.web.day import Booked, become, booked
from visitation.audit.tables import AuditEntry
from visitation.devices import Device
from visitation.lifecycle import VisitState
from visitation.people import Prisoner
from visitation.visits import Participant, Visit, incidents
from visitation.words import IncidentKind, Part, Role

JSON = {"Accept": "application/json"}


@pytest.fixture
async def site(start_site: Start, rooms: Rooms) -> Site:
    site = await start_site(live=rooms)
    site.cookies["lang"] = "en"
    return site


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


@pytest.fixture
async def live(site: Site, world: World, today: Booked) -> Booked:
    async with site.database.write() as session:
        visit = await session.get_one(Visit, today.visit.id)
        visit.state = VisitState.LIVE
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    return today


async def wall(site: Site) -> str:
    return await (await site.get("/warden/board")).text()


def seen(
    one: Participant, part: Part, state: Presence, *, hand: bool = False
) -> PersonView:
    return PersonView(
        reference=one.reference,
        part=part,
        state=state,
        quality=Quality.GOOD,
        blocked=(),
        sends=("audio", "video"),
        hand=hand,
    )


async def test_a_terminal_says_in_words_and_shape_how_it_stands(
    site: Site, world: World
) -> None:
    now = site.clock()
    async with site.database.write() as session:
        idle = await make.terminal(session, world.prison, name="Booth A")
        soon = await make.terminal(session, world.prison, name="Booth B")
        later = await make.terminal(session, world.prison, name="Booth C")
        await make.terminal(
            session, world.prison, name="Booth D", out_of_order="No camera"
        )
        for terminal, hours in ((soon, 0.4), (later, 3)):
            starts_at = now + timedelta(hours=hours)
            await booked(
                session, world, site.keyring, starts_at=starts_at, terminal=terminal
            )
    await become(site, idle)
    site.cookies.pop("__Host-device")
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    here = await wall(site)
    site.clock.forward(timedelta(minutes=3))
    silent = await wall(site)

    kinds = re.findall(r'class="booth booth--(\w+)"', here)
    assert kinds == ["good", "calm", "good", "bad", "good"]
    assert "Next at" in here
    assert "Free until" in here
    assert here.count("Offline since") == 0
    assert silent.count("Offline since") == 1


async def test_what_waits_for_the_warden_stands_on_top(
    site: Site, world: World, live: Booked, rooms: Rooms
) -> None:
    rooms.views[live.visit.reference] = RoomView(
        phase=Phase.LIVE,
        people=(
            seen(live.prisoner, Part.PRISONER, Presence.RECONNECTING),
            seen(live.visitor, Part.VISITOR, Presence.WAITING, hand=True),
        ),
        unsupervised=True,
    )
    top = (await wall(site)).partition('id="booths"')[0]

    order = [
        top.index(words)
        for words in (
            "held, because nobody watches.",
            "The line of",
            "waits to be let in.",
            "raises a hand.",
        )
    ]
    assert order == sorted(order)
    assert f'href="#visit-{live.visit.reference}"' in top


async def test_each_act_on_a_live_visit_is_two_taps_and_none_more(
    site: Site, live: Booked, rooms: Rooms
) -> None:
    rooms.views[live.visit.reference] = RoomView(
        phase=Phase.LIVE, people=(seen(live.visitor, Part.VISITOR, Presence.CONNECTED),)
    )

    page = await wall(site)

    for act in ("pause", "warn", "say", "mute", "extend", "incident", "end"):
        assert '<details class="fold' in page
        assert f'id="{act}-{live.visit.reference}"' in page, act
    assert "data-confirm" not in page


async def test_faces_are_compared_with_what_is_known_of_them(
    site: Site, world: World, live: Booked
) -> None:
    path = f"/warden/{live.visit.reference}/identify"
    who = {"participant": live.visitor.reference}

    doubted = await site.post(path, {**who, "same": "no"}, headers=JSON)
    page = await wall(site)
    same = await site.post(path, {**who, "same": "yes"}, headers=JSON)

    assert (await doubted.json(), await same.json()) == (
        {"done": "Noted: not the person named."},
        {"done": "Confirmed."},
    )
    assert "Parent" in page
    assert f'id="same-{live.visitor.reference}"' in page
    assert f'id="same-{live.visitor.reference}"' not in await wall(site)
    async with site.database.read() as session:
        acts = await session.exec(
            select(AuditEntry.action).where(
                col(AuditEntry.subject) == f"participant:{live.visitor.id}"
            )
        )
        assert acts.all() == ["identity_doubted", "participant_identified"]


async def test_an_incident_is_written_down_for_staff_alone(
    site: Site, world: World, live: Booked
) -> None:
    path = f"/warden/{live.visit.reference}/incidents"
    typed = {"kind": "threat", "text": "He threatened\nthe child."}

    answer = await site.post(path, typed, headers=JSON)
    empty = await site.post(path, {"kind": "threat", "text": " "})
    page = await (await site.get(path)).text()

    assert (answer.status, empty.status) == (200, 422)
    assert "He threatened\nthe child." in page
    assert "Threat or violence" in page
    async with site.database.read() as session:
        kept = await incidents.of(session, visit_id=live.visit.id)
    assert [(one.kind, one.by) for one in kept] == [(IncidentKind.THREAT, "The warden")]
    await site.sign_in(Role.CLERK)
    assert (await site.get(path)).status == 404


async def test_the_sheet_is_sorted_by_time_and_shows_what_was_ticked(
    site: Site, world: World, today: Booked
) -> None:
    async with site.database.write() as session:
        early = await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock() - timedelta(minutes=10),
            terminal=await make.terminal(session, world.prison, name="Booth Z"),
        )
        await session.exec(
            update(Participant)
            .where(col(Participant.id) == early.prisoner.id)
            .values(told_at=site.clock())
        )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    without_wards = await (await site.get("/warden/sheet")).text()
    async with site.database.write() as session:
        await session.exec(update(Prisoner).values(ward="Youth"))

    page = await (await site.get("/warden/sheet")).text()

    assert page.index("Booth Z") < page.index(world.terminal.name)
    assert "Ward</th>" not in without_wards
    assert page.count('<td data-label="Ward"><bdi>Youth</bdi></td>') == 2
    assert "Ward <bdi>Youth</bdi>" in await wall(site)
    assert page.count('class="box"') == 5
    tomorrow = (site.clock() + timedelta(days=2)).date()
    nobody = await (await site.get(f"/warden/sheet?day={tomorrow}")).text()
    assert "Nobody has to be fetched" in nobody


async def test_a_paired_device_is_remembered_as_heard_of(
    site: Site, world: World
) -> None:
    await become(site, world.terminal)
    site.clock.forward(timedelta(minutes=5))

    await site.get("/station")

    async with site.database.read() as session:
        device = (await session.exec(select(Device))).one()
    assert device.last_seen_at == site.clock()
