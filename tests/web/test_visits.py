"""A visit's page: its history, and moving, cancelling and closing it."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import LENGTH, TEN, book, english, slot, text
from visitation import calls, lifecycle, messages, visits
from visitation.audit import SYSTEM
from visitation.lifecycle import Act, ParticipantState, VisitAction, VisitState
from visitation.messages import Message
from visitation.persian import to_persian_digits
from visitation.visits import Claim, Visit
from visitation.words import STAFF, Fault, Outcome, Role
from web.visit_story import ACTS


@pytest.fixture
async def visit(site: Site, world: World) -> Visit:
    return await book(site, world)


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def live(site: Site, visit: Visit) -> None:
    """Plays a call of twenty minutes in which the family's line broke once."""
    async with site.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        prisoner, mother = await visits.participants(session, visit.id)
        for one, state in (
            (prisoner, ParticipantState.TOLD),
            (mother, ParticipantState.ARRIVED),
            (mother, ParticipantState.IDENTIFIED),
        ):
            await calls.tick(session, one, state, by=SYSTEM, now=TEN)
        await calls.start(session, row, by=SYSTEM, now=TEN)
        for one in (prisoner, mother):
            await calls.joined(session, one, by=SYSTEM, now=TEN)
        await calls.reconnecting(session, mother, now=TEN + timedelta(minutes=5))
        await calls.returned(
            session,
            mother,
            lost=timedelta(minutes=1),
            by=SYSTEM,
            now=TEN + timedelta(minutes=6),
        )
        end = TEN + timedelta(minutes=20)
        for one in (prisoner, mother):
            await calls.left(session, one, reason="ended", by=SYSTEM, now=end)
        await calls.finish(session, row, outcome=Outcome.COMPLETED, by=SYSTEM, now=end)


async def test_the_page_says_what_when_who_and_where(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    for words in (
        "Tuesday 24 November 2026 (3 Azar 1405), 10:00 to 10:25",
        world.prisoner.name,
        world.visitor.name,
        world.prison.name,
        world.terminal.name,
        world.point.name,
        world.kiosk.name,
        "Booked",
    ):
        assert words in page


async def test_the_whole_history_is_on_one_page(
    scheduler: Site, world: World, visit: Visit
) -> None:
    await live(scheduler, visit)
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    done = re.findall(r"<strong>(.*?)</strong> <span class=\"quiet\">– ", page)
    mother, prisoner = (f"<bdi>{n.name}</bdi>" for n in (world.visitor, world.prisoner))
    assert done == [
        "Slot kept for the booking",
        "Booked",
        f"{prisoner} was told",
        f"{mother} arrived",
        f"{mother} was identified",
        "Started",
        f"{prisoner} joined the call",
        f"{mother} joined the call",
        f"The line to {mother} broke",
        f"{mother} joined the call",
        f"{prisoner} left the call",
        f"{mother} left the call",
        "Ended: Took place",
    ]
    # Stretches of presence, and minutes connected and lost per side.
    assert page.count("The line broke") == 1
    assert page.count("The visit was ended") == 2
    assert "Prison&#39;s side</th><td>20.0</td><td>0.0</td>" in page
    assert "Family&#39;s side</th><td>19.0</td><td>1.0</td>" in page


async def test_messages_stand_as_they_were_sent_with_the_code(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.read() as session:
        (message,) = await messages.of_visit(session, visit_id=visit.id)
        _, mother = await visits.participants(session, visit.id)
    code = visits.code_of(mother, keyring=scheduler.keyring)
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert " ".join(messages.text_of(message, code=code).split()) in page
    assert world.visitor.phone not in page
    assert world.visitor.phone[-4:] in page


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_who_reads_a_visit_and_who_reads_its_codes(
    site: Site, world: World, visit: Visit, role: Role
) -> None:
    await site.sign_in(role, provinces=[world.prison.province_id])
    await english(site)
    async with site.database.read() as session:
        _, mother = await visits.participants(session, visit.id)
    # The message is to a reader of Persian.
    code = to_persian_digits(visits.code_of(mother, keyring=site.keyring))
    response = await site.get(f"/visits/{visit.reference}")
    page = await text(response)
    reads = role in lifecycle.MAY[Act.READ_HISTORY]
    assert response.status == (200 if reads else 404)
    assert (code in page) == (role in lifecycle.MAY[Act.READ_MESSAGES])
    assert ("Move the visit" in page) == (role in lifecycle.MAY[Act.MOVE])
    assert ("Cancel the visit" in page) == (role in lifecycle.MAY[Act.CANCEL])


async def test_buttons_are_what_the_lifecycle_allows(
    scheduler: Site, visit: Visit
) -> None:
    await live(scheduler, visit)
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    for words in ("Move the visit", "Cancel the visit", "Close the visit"):
        assert words not in page


async def test_a_visit_of_another_province_does_not_exist(
    site: Site, world: World, visit: Visit
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.province(session)
    await site.sign_in(Role.SCHEDULER, provinces=[elsewhere.id])
    for path in ("", "/booked", "/move", "/cancel", "/close", "/slip"):
        assert (await site.get(f"/visits/{visit.reference}{path}")).status == 404
    for path in ("/move", "/cancel", "/close"):
        assert (await site.post(f"/visits/{visit.reference}{path}")).status == 404


async def test_a_visit_moves_to_another_slot_and_place(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/move"
    page = await text(await scheduler.get(path))
    later = TEN + timedelta(hours=1)
    assert f'value="{slot(world, later)}"' in page
    moved = await scheduler.post(path, {"slot": slot(world, later), "place": "own"})
    assert moved.headers["Location"] == f"/visits/{visit.reference}"
    now = await again(scheduler, visit)
    assert (now.starts_at, now.ends_at, now.kiosk_id, now.version) == (
        later,
        later + LENGTH,
        None,
        2,
    )
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Moved to Tuesday 24 November 2026 (3 Azar 1405), 11:00" in page


async def test_moving_looks_at_another_day(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(
        await scheduler.get(f"/visits/{visit.reference}/move?day=2026-11-26")
    )
    there = TEN + timedelta(days=2)
    assert f'value="{slot(world, there)}"' in page
    assert "Free slots of Thursday 26 November 2026" in page


async def test_moving_onto_another_visit_is_refused_and_keeps_the_time(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        other = await make.prisoner(session, world.prison)
        visitor = await make.visitor(session)
        await make.contact(session, other, visitor)
    later = TEN + timedelta(hours=1)
    await book(
        scheduler,
        world,
        later,
        prisoner_id=other.id,
        visitor_ids=[visitor.id],
        kiosk_id=None,
    )
    response = await scheduler.post(
        f"/visits/{visit.reference}/move",
        {"slot": slot(world, later), "place": str(world.kiosk.id)},
    )
    page = await text(response)
    assert response.status == 409
    assert "The terminal is taken then" in page
    assert f'value="{slot(world, later + timedelta(minutes=30))}"' in page
    assert (await again(scheduler, visit)).starts_at == TEN


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({}, 422),
        ({"slot": "x", "place": "own"}, 404),
        ({"slot": "1-5963412", "place": "9" * 20}, 422),
    ],
)
async def test_a_move_to_nowhere_is_refused(
    scheduler: Site, visit: Visit, typed: dict[str, str], status: int
) -> None:
    response = await scheduler.post(f"/visits/{visit.reference}/move", typed)
    assert response.status == status
    assert (await again(scheduler, visit)).starts_at == TEN


async def test_cancelling_asks_who_and_why(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/cancel"
    assert "its join codes stop working" in await text(await scheduler.get(path))
    empty = await scheduler.post(path, {"outcome": "cancelled_by_family"})
    assert empty.status == 422
    assert 'value="cancelled_by_family" checked' in await text(empty)
    odd = await scheduler.post(path, {"outcome": "completed", "reason": "x"})
    assert odd.status == 409
    done = await scheduler.post(
        path, {"outcome": "cancelled_by_family", "reason": "بیماری"}
    )
    assert done.headers["Location"] == f"/visits/{visit.reference}"
    now = await again(scheduler, visit)
    assert (now.state, now.outcome, now.outcome_reason) == (
        VisitState.CANCELLED,
        Outcome.CANCELLED_BY_FAMILY,
        "بیماری",
    )
    async with scheduler.database.read() as session:
        assert (await session.exec(select(Claim))).all() == []
        told = (await session.exec(select(Message.template))).all()
    assert told == ["visit_booked", "visit_cancelled"]
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Cancelled: Cancelled by the family" in page


async def test_a_second_cancellation_is_told_that_it_is_too_late(
    scheduler: Site, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/cancel"
    typed = {"outcome": "cancelled_by_prison", "reason": "x"}
    await scheduler.post(path, typed)
    second = await scheduler.post(path, typed | {"reason": "y"})
    assert second.status == 409
    assert "past this already" in await text(second)


async def test_a_double_click_moves_and_cancels_once(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}"
    there = {"slot": slot(world, TEN + timedelta(hours=1)), "place": "own"}
    why = {"outcome": "cancelled_by_prison", "reason": "x"}
    for act, typed in (("move", there), ("cancel", why)):
        for _ in range(2):
            assert (await scheduler.post(f"{path}/{act}", typed)).status == 303
    now = await again(scheduler, visit)
    assert (now.version, now.state) == (2, VisitState.CANCELLED)
    async with scheduler.database.read() as session:
        told = (await session.exec(select(Message.template))).all()
    assert told == ["visit_booked", "visit_moved", "visit_cancelled"]


async def test_an_unclosed_visit_is_closed_with_how_it_ended(
    scheduler: Site, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        await visits.move(session, row, VisitAction.ABANDON, by=SYSTEM, now=TEN)
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "nobody said how it ended" in page
    assert "Close the visit" in page
    path = f"/visits/{visit.reference}/close"
    assert (await scheduler.get(path)).status == 200
    assert (await scheduler.post(path)).status == 422
    done = await scheduler.post(path, {"outcome": "family_absent", "reason": "جاده"})
    assert done.status == 303
    now = await again(scheduler, visit)
    assert (now.state, now.outcome) == (VisitState.MISSED, Outcome.FAMILY_ABSENT)


async def test_a_booked_visit_is_not_closed(scheduler: Site, visit: Visit) -> None:
    response = await scheduler.post(
        f"/visits/{visit.reference}/close", {"outcome": "completed"}
    )
    assert response.status == 409
    assert (await again(scheduler, visit)).state is VisitState.BOOKED


def test_every_move_of_a_visit_has_its_words() -> None:
    assert {f"visit_{action}" for action in VisitAction} - {"visit_submit"} <= set(ACTS)


async def test_lost_time_is_shown_with_its_causes_and_what_is_owed(
    scheduler: Site, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        row.minutes_given_back = 2
        await calls.losses.add(session, visit.id, {Fault.FAMILY: 185, Fault.SERVER: 7})

    page = await text(await scheduler.get(f"/visits/{visit.reference}"))

    assert "The family&#39;s line</th><td>\u20683 min 5 s\u2069</td>" in page
    assert "The service</th><td>\u20680 min 7 s\u2069</td>" in page
    assert "2 minutes were given back at the end." in page
    assert "2 minutes are still owed: add them to their next visit." in page
