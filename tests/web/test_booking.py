"""Booking from a free slot to the codes, without any script."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from scheduler import rules
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, slot, text
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.visits import Visit
from visitation.words import Attendance, ContactState, VisitKind
from web.booking_choices import SOFT


def wish(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "slot": slot(world),
        "prisoner": str(world.prisoner.id),
        "kind": "family",
        "visitors": str(world.visitor.id),
        "place": str(world.kiosk.id),
    } | changes


async def visits(site: Site) -> list[Visit]:
    async with site.database.read() as session:
        return list((await session.exec(select(Visit))).all())


def hidden(page: str) -> dict[str, str]:
    """The fields that go along unseen on the page before booking."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


async def test_a_scheduler_books_in_six_actions_from_home(
    scheduler: Site, world: World
) -> None:
    home = await text(await scheduler.get("/staff"))
    assert 'href="/schedule"' in home
    # 1: the schedule; its strip leads to tomorrow.
    today = await text(await scheduler.get("/schedule"))
    tomorrow = re.search(r'href="(/schedule[^"]*day=2026-11-24)"', today)
    # 2: tomorrow.
    day = await text(await scheduler.get(tomorrow[1].replace("&amp;", "&")))
    free = re.search(
        r'href="(/booking\?slot=[0-9-]+)"[^>]*>Free: book<.{,80}> 10:00 to', day
    )
    # 3: the free slot. 4: the prisoner, found whatever the letters.
    found = await scheduler.look(free[1], "رضا كريمي")
    assert found.status == 303
    form = await text(await scheduler.get(found.headers["Location"]))
    # The only approved visitor is chosen already.
    assert re.search(rf'value="{world.visitor.id}" checked', form)
    # 5: where the family sits, then check.
    check = await text(await scheduler.post("/booking/check", wish(world)))
    # 6: book.
    booked = await scheduler.post("/booking", hidden(check))
    assert booked.status == 303
    (visit,) = await visits(scheduler)
    assert (visit.starts_at, visit.kiosk_id) == (TEN, world.kiosk.id)
    assert booked.headers["Location"] == f"/visits/{visit.reference}/booked"


async def test_nothing_is_booked_before_it_was_checked(
    scheduler: Site, world: World
) -> None:
    page = await text(
        await scheduler.post(
            "/booking/check",
            wish(
                world, official=str(world.official.id), attendance="village", note="ن"
            ),
        )
    )
    assert "Nothing is booked yet" in page
    for words in (
        world.prisoner.name,
        world.visitor.name,
        world.kiosk.name,
        world.official.name,
        "Beside the family",
        "Tuesday 24 November 2026 (3 Azar 1405), 10:00 to 10:25",
    ):
        assert words in page
    assert [one.state for one in await visits(scheduler)] == [VisitState.HELD]


async def test_the_confirmation_gives_codes_and_who_is_told_how(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        aunt = await make.visitor(session, name="عمه ندارد", phone=None)
        await make.contact(session, world.prisoner, aunt)
    both = wish(world, visitors=[str(world.visitor.id), str(aunt.id)])
    booked = await scheduler.post("/booking", both)
    page = await text(await scheduler.get(booked.headers["Location"]))
    codes = re.findall(r'class="big-code" dir="ltr">(\d{6})<', page)
    assert len(set(codes)) == 2
    assert page.count("No phone") == 1
    assert world.visitor.phone[-4:] in page
    assert world.visitor.phone not in page
    assert "/slip" in page
    async with scheduler.database.read() as session:
        messages = (await session.exec(select(Message))).all()
    assert [message.phone for message in messages] == [world.visitor.phone]


async def test_sent_twice_by_a_double_click_it_is_booked_once(
    scheduler: Site, world: World
) -> None:
    check = hidden(await text(await scheduler.post("/booking/check", wish(world))))
    answers = await asyncio.gather(
        *(scheduler.post("/booking", check) for _ in range(5))
    )
    (visit,) = await visits(scheduler)
    assert {(a.status, a.headers["Location"]) for a in answers} == {
        (303, f"/visits/{visit.reference}/booked")
    }


@pytest.mark.parametrize("path", ["/booking/check", "/booking"])
async def test_a_clash_is_refused_with_every_reason_and_keeps_what_was_chosen(
    scheduler: Site, world: World, path: str
) -> None:
    await book(scheduler, world)
    response = await scheduler.post(path, wish(world, note="یادداشت من"))
    page = await text(response)
    assert response.status == 409
    for reason in (
        "The terminal is taken then",
        "The kiosk is taken then",
        "The prisoner is in another visit then",
        "A visitor is in another visit then",
    ):
        assert reason in page
    assert "یادداشت من" in page
    assert re.search(rf'value="{world.visitor.id}" checked', page)
    assert re.search(rf'value="{world.kiosk.id}" checked', page)
    suggested = re.findall(r'name="other_slot" value="([0-9-]+)"', page)
    assert suggested[0] == slot(world, TEN + timedelta(minutes=30))
    assert len(suggested) == 5


async def test_a_suggested_slot_keeps_everything_else(
    scheduler: Site, world: World
) -> None:
    await book(scheduler, world)
    later = TEN + timedelta(minutes=30)
    kept = wish(world, other_slot=slot(world, later), note="یادداشت من")
    page = await text(await scheduler.post("/booking/change", kept))
    assert "یادداشت من" in page
    assert re.search(rf'value="{world.visitor.id}" checked', page)
    assert re.search(rf'value="{world.kiosk.id}" checked', page)
    check = await text(await scheduler.post("/booking/check", kept))
    await scheduler.post("/booking", hidden(check))
    assert {visit.starts_at for visit in await visits(scheduler)} == {TEN, later}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"visitors": ""}, "Choose at least one visitor"),
        ({"kind": "legal"}, "Only the prisoner&#39;s lawyers"),
        ({"kind": "official"}, "A meeting with an official needs one"),
    ],
)
async def test_a_rule_refuses_in_words(
    scheduler: Site, world: World, changes: dict[str, str], sentence: str
) -> None:
    response = await scheduler.post("/booking/check", wish(world, **changes))
    assert response.status == 409
    assert sentence in await text(response)


@pytest.mark.parametrize(
    "changes",
    [
        {"place": ""},
        {"place": "0"},
        {"place": "9" * 30},
        {"kind": "party"},
        {"note": "x" * 301},
        {"visitors": "99999999999999999999"},
        {"attendance": "moon"},
    ],
)
async def test_what_cannot_be_used_is_said_at_its_field(
    scheduler: Site, world: World, changes: dict[str, str]
) -> None:
    response = await scheduler.post("/booking/check", wish(world, **changes))
    page = await text(response)
    assert response.status == 422
    assert "This could not be done" in page
    assert world.prisoner.name in page


async def test_who_may_not_come_is_shown_with_the_reason(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        for name, state, more in (
            ("خاله", ContactState.REQUESTED, {}),
            ("دایی", ContactState.BANNED, {"banned_until": TEN + timedelta(days=9)}),
        ):
            visitor = await make.visitor(session, name=name)
            await make.contact(session, world.prisoner, visitor, state=state, **more)
        other = await make.prisoner(session, world.prison, name="دیگری")
        busy = await make.visitor(session, name="گرفتار")
        await make.contact(session, world.prisoner, busy)
        await make.contact(session, other, busy)
        second = await make.terminal(session, world.prison)
    await book(
        scheduler,
        world,
        terminal_id=second.id,
        prisoner_id=other.id,
        visitor_ids=[busy.id],
        kiosk_id=None,
        official_id=world.official.id,
    )
    page = await text(
        await scheduler.get(f"/booking?slot={slot(world)}&prisoner={world.prisoner.id}")
    )
    page = page.replace("\u2068", "").replace("\u2069", "")
    assert "خاله – Parent</span>: not approved: Waiting for a decision" in page
    assert "دایی – Parent</span>: banned from visiting" in page
    assert "گرفتار – Parent</span>: in another visit at this time" in page
    assert f"{world.official.name} (attends another visit then)" in page


async def test_only_free_kiosks_are_offered(scheduler: Site, world: World) -> None:
    async with scheduler.database.write() as session:
        broken = await make.kiosk(session, world.point, out_of_order="صدا ندارد")
        other = await make.prisoner(session, world.prison)
        visitor = await make.visitor(session)
        await make.contact(session, other, visitor)
        second = await make.terminal(session, world.prison)
    path = f"/booking?slot={slot(world)}&prisoner={world.prisoner.id}"
    page = await text(await scheduler.get(path))
    assert world.kiosk.name in page
    assert broken.name not in page
    await book(
        scheduler,
        world,
        terminal_id=second.id,
        prisoner_id=other.id,
        visitor_ids=[visitor.id],
    )
    page = await text(await scheduler.get(path))
    assert world.kiosk.name not in page


async def test_a_reason_overrides_what_is_not_hard(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        await make.policy(session, world.prison, visits_per_week=1)
    await book(scheduler, world)
    later = wish(world, slot=slot(world, TEN + timedelta(hours=2)))
    response = await scheduler.post("/booking/check", later)
    page = await text(response)
    assert response.status == 409
    assert "all visits of this week" in page
    assert 'name="override"' in page
    booked = await scheduler.post("/booking", later | {"override": "مادر بیمار است"})
    assert booked.status == 303
    assert len(await visits(scheduler)) == 2


def test_what_a_reason_overrides_is_what_the_rules_say() -> None:
    assert len(SOFT) == len(rules.RULES) - len(rules.HARD_RULES)


async def test_a_slot_that_is_gone_offers_the_next_ones(
    scheduler: Site, world: World
) -> None:
    await book(scheduler, world)
    page = await text(await scheduler.get(f"/booking?slot={slot(world)}"))
    assert "This slot is not free any more" in page
    assert f"/booking?slot={slot(world, TEN + timedelta(minutes=30))}" in page


async def test_a_prisoner_nobody_knows_is_said(scheduler: Site, world: World) -> None:
    page = await text(await scheduler.look("/booking", "xyz", slot=slot(world)))
    assert "No prisoner of this prison has this" in page
    assert 'value="xyz"' in page


async def test_what_is_out_of_reach_cannot_be_booked(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        elsewhere = await make.world(session)
    assert (await scheduler.get(f"/booking?slot={slot(elsewhere)}")).status == 404
    for changes in (
        {"slot": slot(elsewhere)},
        {"prisoner": str(elsewhere.prisoner.id)},
        {"place": str(elsewhere.kiosk.id)},
        {"official": str(elsewhere.official.id)},
        {"slot": "x"},
        {"slot": "999999999-5963412"},
        {"slot": "1-999999999"},
    ):
        response = await scheduler.post("/booking", wish(world, **changes))
        assert response.status == 404, changes
    assert await visits(scheduler) == []


async def test_an_official_is_booked_where_they_attend(
    scheduler: Site, world: World
) -> None:
    await scheduler.post(
        "/booking",
        wish(
            world,
            kind="official",
            official=str(world.official.id),
            attendance="phone",
            visitors="",
            place="own",
        ),
    )
    (visit,) = await visits(scheduler)
    assert (visit.kind, visit.official_id, visit.attendance, visit.kiosk_id) == (
        VisitKind.OFFICIAL,
        world.official.id,
        Attendance.PHONE,
        None,
    )
