"""The review queue: what stands on it, and what a scheduler does about each visit."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from scheduler import review
from scheduler.proposals import Refusal
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.worlds import TEN, book, english, text
from visitation import people, places
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import MessageState, VisitState
from visitation.messages import of_visit
from visitation.visits import Visit, flags
from visitation.wording import Template
from visitation.words import Outcome, Role, VisitKind
from web.paging import PER_PAGE

WHY = "برق تا فردا می‌آید"


@pytest.fixture
async def visit(site: Site, world: World) -> Visit:
    """A visit at a terminal that went out of order; another terminal works."""
    booked = await book(site, world)
    async with site.database.write() as session:
        await make.terminal(session, world.prison, name="کابین سالم")
        await places.take_out_of_order(
            session,
            await session.get_one(type(world.terminal), world.terminal.id),
            reason="برق",
            by=SYSTEM,
            now=site.clock(),
        )
        await review.judge(session, booked.id, now=site.clock())
    return booked


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


async def released(site: Site, world: World, visit: Visit) -> None:
    async with site.database.write() as session:
        prisoner = await session.get_one(type(world.prisoner), world.prisoner.id)
        await people.release_prisoner(session, prisoner, by=SYSTEM, now=site.clock())
        await review.judge(session, visit.id, now=site.clock())


async def test_an_empty_queue_says_so(scheduler: Site) -> None:
    page = await text(await scheduler.get("/review"))
    assert "Nothing is to be reviewed" in page


async def test_the_queue_names_the_visit_its_reason_and_the_way_to_decide(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get("/review"))
    for words in (
        "Tuesday 24 November 2026",
        world.prisoner.name,
        world.visitor.name,
        "The terminal is out of order",
        f"/visits/{visit.reference}/review",
        "Decide",
    ):
        assert words in page
    day = await text(await scheduler.get(f"/schedule?site={world.prison.id}"))
    assert "1 visit of this prison is to be reviewed" in day
    own = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "The terminal is out of order" in own
    assert "Decide what becomes of it" in own
    assert "To be reviewed: The terminal is out of order" in own


async def test_the_queue_is_that_of_ones_own_prisons(
    site: Site, world: World, visit: Visit
) -> None:
    async with site.database.write() as session:
        other = await make.prison(session)
    await site.sign_in(Role.SCHEDULER, sites=[other.id])
    await english(site)
    assert "Nothing is to be reviewed" in await text(await site.get("/review"))
    assert (await site.get(f"/visits/{visit.reference}/review")).status == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.WARDEN])
async def test_who_only_reads_is_offered_nothing(
    site: Site, world: World, visit: Visit, role: Role
) -> None:
    await site.sign_in(role, sites=[world.prison.id])
    await english(site)
    path = f"/visits/{visit.reference}/review"
    page = await text(await site.get(path))
    assert "The terminal is out of order" in page
    assert "Keep the visit" not in page
    assert (await site.post(f"{path}/keep", {"because": WHY})).status == 404


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICIAL])
async def test_to_others_there_is_no_queue(
    site: Site, world: World, role: Role
) -> None:
    await site.sign_in(role, sites=[world.prison.id])
    assert (await site.get("/review")).status == 404


async def test_a_visit_moves_to_what_was_shown_and_is_told_once(
    scheduler: Site, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/review"
    page = await text(await scheduler.get(path))
    assert "کابین سالم" in page
    typed = hidden(page)
    for _ in range(2):
        answer = await scheduler.post(f"{path}/move", typed)
        assert (answer.status, answer.headers["Location"]) == (303, "/review")
    moved = await again(scheduler, visit)
    assert moved.terminal_id != visit.terminal_id
    assert moved.starts_at == TEN
    async with scheduler.database.read() as session:
        told = await of_visit(session, visit_id=visit.id)
    pending = [one.template for one in told if one.state is MessageState.PENDING]
    # The hour and the place are as they were; only the cabin is another.
    assert pending == [Template.BOOKED]
    assert "Nothing is to be reviewed" in await text(await scheduler.get("/review"))


async def test_a_place_that_is_gone_is_refused_and_another_shown(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/review"
    typed = hidden(await text(await scheduler.get(path)))
    async with scheduler.database.write() as session:
        prisoner = await make.prisoner(session, world.prison)
        mother = await make.visitor(session)
        await make.contact(session, prisoner, mother)
    await book(
        scheduler,
        world,
        terminal_id=int(typed["slot"].split("-")[0]),
        prisoner_id=prisoner.id,
        visitor_ids=[mother.id],
        kiosk_id=None,
    )
    answer = await scheduler.post(f"{path}/move", typed)
    page = await text(answer)
    assert answer.status == 409
    assert "The terminal is taken then" in page
    assert hidden(page)["slot"] != typed["slot"]


async def test_a_kept_visit_says_by_whom_and_why(scheduler: Site, visit: Visit) -> None:
    path = f"/visits/{visit.reference}/review"
    empty = await scheduler.post(f"{path}/keep", {"because": " "})
    assert empty.status == 422
    assert "Fill this in" in await text(empty)
    for _ in range(2):
        answer = await scheduler.post(f"{path}/keep", {"because": WHY})
        assert answer.status == 303
    page = await text(await scheduler.get(path))
    assert "Kept all the same" in page
    assert WHY in page
    assert "Keep the visit" not in page
    assert "Nothing is to be reviewed" in await text(await scheduler.get("/review"))
    own = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Kept as it is: The terminal is out of order" in own


async def test_a_released_prisoners_visit_is_only_cancelled(
    scheduler: Site, world: World, visit: Visit
) -> None:
    await released(scheduler, world, visit)
    path = f"/visits/{visit.reference}/review"
    page = await text(await scheduler.get(path))
    assert "Keep the visit" not in page
    assert "Move it there" not in page
    kept = await scheduler.post(f"{path}/keep", {"because": WHY})
    assert kept.status == 409
    assert "Something else speaks against this visit" in await text(kept)
    typed = {"outcome": Outcome.CANCELLED_BY_PRISON.value, "reason": "آزادی"}
    for _ in range(2):
        answer = await scheduler.post(f"{path}/cancel", typed)
        assert (answer.status, answer.headers["Location"]) == (303, "/review")
    cancelled = await again(scheduler, visit)
    assert cancelled.state is VisitState.CANCELLED
    assert "Nothing is to be reviewed" in await text(await scheduler.get("/review"))


async def test_a_transferred_prisoners_visit_leads_to_the_new_prison(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        province = await session.get_one(type(world.prison), world.prison.id)
        other = await make.prison(session, None, name="زندان تازه")
        other.province_id = province.province_id
        session.add(other)
        prisoner = await session.get_one(type(world.prisoner), world.prisoner.id)
        await people.transfer_prisoner(
            session, prisoner, to_site=other.id, number="9", by=SYSTEM, now=TEN
        )
        await review.judge(session, visit.id, now=scheduler.clock())
    page = await text(await scheduler.get(f"/visits/{visit.reference}/review"))
    assert "The prisoner was moved to another prison" in page
    assert f"/schedule?site={other.id}" in page


async def test_a_place_is_closed_over_visits_at_a_second_word(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    path = f"/sites/{world.prison.id}/closures/new"
    typed: dict[str, Any] = {"first_day": "1405/09/03", "reason": "تعمیر"}
    refused = await scheduler.post(path, typed)
    assert refused.status == 409
    assert "Close all the same" in await text(refused)
    answer = await scheduler.post(path, typed | {"over_visits": "on"})
    assert (answer.status, answer.headers["Location"]) == (303, "/review")
    assert "is closed then" in await text(await scheduler.get("/review"))
    async with scheduler.database.read() as session:
        (flag,) = await flags.open_flags(session, visit.id)
    assert flag.raised_at - scheduler.clock() == timedelta(0)


async def test_a_long_queue_is_turned_page_by_page_and_counted_as_a_whole(
    scheduler: Site, world: World
) -> None:
    seen: set[str] = set()
    references = await many_flagged(scheduler, world, PER_PAGE + 3)
    path = "/review"
    for left in (PER_PAGE, 3):
        page = await text(await scheduler.get(path))
        assert f"{PER_PAGE + 3} visits are to be reviewed." in page
        here = set(re.findall(r"/visits/([^/]+)/review", page))
        assert len(here) == left
        assert here.isdisjoint(seen)
        seen |= here
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(following[1]) if following else ""
    assert (seen, path) == (references, "")


@pytest.mark.parametrize("after", ["x", "1-", "²-1", "9999999999999999-1", "1" * 99])
async def test_an_address_that_leads_nowhere_shows_some_page(
    scheduler: Site, visit: Visit, after: str
) -> None:
    page = await text(await scheduler.get(f"/review?after={after}"))
    assert "1 visit is to be reviewed." in page


async def test_no_visit_has_a_number_beyond_those_that_keys_have(
    start_site: Start, database: Database
) -> None:
    site = await start_site(database=database)
    await site.sign_in(Role.SCHEDULER)
    for number in (2**31 - 1, 2**31, 10**15):
        assert (await site.get(f"/review?after=1-{number}")).status == 200


async def many_flagged(site: Site, world: World, count: int) -> set[str]:
    """Booked visits of one prisoner, each in another quarter of an hour."""
    references = {f"flagged-{n}" for n in range(count)}
    async with site.database.write() as session:
        for n, reference in enumerate(sorted(references)):
            start = TEN + timedelta(minutes=15 * n)
            one = Visit(
                reference=reference,
                kind=VisitKind.FAMILY,
                state=VisitState.BOOKED,
                starts_at=start,
                ends_at=start + timedelta(minutes=10),
                booked_end_at=start + timedelta(minutes=10),
                prison_id=world.prison.id,
                terminal_id=world.terminal.id,
                prisoner_id=world.prisoner.id,
                created_at=site.clock(),
                changed_at=site.clock(),
            )
            session.add(one)
            await session.flush()
            await flags.raise_on(
                session, [one.id], Refusal.CLOSED, by=SYSTEM, now=site.clock()
            )
    return references
