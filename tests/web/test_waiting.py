"""The waiting list, its plans, and the page where families answer an offer."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from scheduler import offers, possible
from tests.conftest import NOON
from tests.scheduler import queue
from tests.scheduler.queue import DAY, Family, Queue
from tests.web.conftest import Site
from tests.web.worlds import english, text
from visitation import waiting
from visitation.attempts import guesses
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import Offer, Plan, WaitingEntry
from visitation.words import OfferState, PlanState, Role, WaitingState


@dataclass(frozen=True, kw_only=True)
class Scene:
    site: Site
    here: Queue
    first: Family
    second: Family

    async def entry(self, one: Family) -> WaitingEntry:
        async with self.site.database.read() as session:
            return await session.get_one(WaitingEntry, one.entry.id)

    async def offered(self) -> tuple[Offer, str]:
        """An open offer for the first in line, and its code."""
        now = self.site.clock()
        async with self.site.database.write() as session:
            line = await waiting.line(session, self.here.prison.id, now=now)
            known = await possible.supply(
                session, self.here.prison.id, line, first=DAY, last=DAY, now=now
            )
            made = await offers.offer(
                session,
                line[0],
                possible.places_for(line[0], known)[0],
                terminal_id=self.here.terminal.id,
                until=now + offers.ANSWER,
                keyring=self.site.keyring,
                now=now,
            )
            code = waiting.code_of(made, keyring=self.site.keyring)
        assert code is not None
        return made, code

    async def visits(self) -> list[VisitState]:
        async with self.site.database.read() as session:
            rows = await session.exec(
                select(Visit.state)
                .where(col(Visit.starts_at) > NOON)
                .order_by(col(Visit.id))
            )
            return list(rows.all())


@pytest.fixture
async def scene(site: Site) -> Scene:
    async with site.database.write() as session:
        here = await queue.queue(session)
        first = await queue.family(session, here, site.keyring, met_days_ago=42)
        second = await queue.family(session, here, site.keyring, met_days_ago=7)
    await english(site)
    return Scene(site=site, here=here, first=first, second=second)


async def test_the_list_says_who_is_next_and_why(scene: Scene) -> None:
    await scene.site.sign_in(Role.SCHEDULER)

    page = await text(await scene.site.get("/waiting"))

    assert scene.here.prison.name in page
    first = page.index("42 days since the last visit")
    assert first < page.index("7 days since the last visit")
    assert "Take off the list" in page


async def test_an_auditor_reads_the_list_and_changes_nothing(scene: Scene) -> None:
    await scene.site.sign_in(Role.AUDITOR)

    page = await text(await scene.site.get("/waiting"))
    answer = await scene.site.post(f"/waiting/{scene.first.entry.reference}/withdraw")

    assert "42 days since the last visit" in page
    assert "Take off the list" not in page
    assert answer.status == 404


async def test_a_scheduler_of_elsewhere_sees_nothing_of_it(scene: Scene) -> None:
    async with scene.site.database.write() as session:
        other = await queue.queue(session)
    await scene.site.sign_in(Role.SCHEDULER, sites=[other.prison.id])

    page = await text(await scene.site.get(f"/waiting?site={scene.here.prison.id}"))
    answer = await scene.site.post(f"/waiting/{scene.first.entry.reference}/withdraw")

    assert "days since the last visit" not in page
    assert answer.status == 404
    assert (await scene.entry(scene.first)).state is WaitingState.WAITING


async def test_a_clerk_sees_the_families_of_its_own_point(scene: Scene) -> None:
    async with scene.site.database.write() as session:
        entry = await session.get_one(WaitingEntry, scene.second.entry.id)
        entry.points, entry.own_phone = [], True
        session.add(entry)
    await scene.site.sign_in(Role.CLERK, sites=[scene.here.point.id])

    page = await text(await scene.site.get("/waiting"))

    assert "42 days since the last visit" in page
    assert "7 days since the last visit" not in page


def wishes(scene: Scene, who: Family, **changes: Any) -> dict[str, Any]:
    return {
        "prison": scene.here.prison.id,
        "number": who.prisoner.number,
        "visitors": who.visitor.id,
        "first_day": "1405/09/03",
        "last_day": "1405/09/20",
        "weekdays": "tuesday",
        "places": scene.here.point.id,
    } | changes


async def test_a_family_is_put_on_the_list_in_two_steps(scene: Scene) -> None:
    await scene.site.sign_in(Role.CLERK, sites=[scene.here.point.id])
    await scene.site.post(f"/waiting/{scene.first.entry.reference}/withdraw")
    assert (await scene.entry(scene.first)).state is WaitingState.WITHDRAWN

    number = {"prison": scene.here.prison.id, "number": scene.first.prisoner.number}
    page = await text(await scene.site.post("/waiting/find", number))
    sent = await scene.site.post("/waiting", wishes(scene, scene.first))

    assert scene.first.prisoner.name in page
    assert scene.first.visitor.name in page
    assert sent.status == 303
    async with scene.site.database.read() as session:
        line = await waiting.line(session, scene.here.prison.id, now=NOON)
    entry = line[0].entry
    assert (entry.first_day, entry.weekdays) == (DAY, [1])
    assert entry.points == [scene.here.point.id]


async def test_what_is_refused_says_why_and_loses_nothing(scene: Scene) -> None:
    await scene.site.sign_in(Role.SCHEDULER)

    again = await scene.site.post("/waiting", wishes(scene, scene.first, note="stairs"))
    nowhere = await scene.site.post(
        "/waiting", wishes(scene, scene.first, last_day="1405/09/02")
    )
    unknown = await scene.site.post(
        "/waiting/find", {"prison": scene.here.prison.id, "number": "nobody"}
    )

    assert (again.status, nowhere.status, unknown.status) == (409, 409, 422)
    page = await text(again)
    assert "This family waits for the prisoner already." in page
    assert 'value="stairs"' in page
    assert "It must end after it starts." in await text(nowhere)
    assert "No prisoner of this prison has this number." in await text(unknown)


async def test_a_plan_is_shown_with_its_reasons_and_cost_then_published_once(
    scene: Scene,
) -> None:
    await scene.site.sign_in(Role.SCHEDULER)
    days = {"first_day": "2026-11-24", "last_day": "2026-11-24"}

    made = await scene.site.post(f"/sites/{scene.here.prison.id}/plans", days)
    path = made.headers["Location"]
    page = await text(await scene.site.get(path))

    assert "Place 1 in line, 42 days since the last visit" in page
    assert "Segments that are paid for</dt> <dd>2</dd>" in page
    assert await scene.visits() == []
    for _ in range(2):
        assert (await scene.site.post(f"{path}/publish")).status == 303
    assert await scene.visits() == [VisitState.BOOKED, VisitState.BOOKED]
    assert "Publish: book all" not in await text(await scene.site.get(path))
    assert (await scene.site.post(f"{path}/discard")).status == 409


async def test_a_plan_of_days_that_are_over_is_refused(scene: Scene) -> None:
    await scene.site.sign_in(Role.SCHEDULER)
    days = {"first_day": "2026-11-20", "last_day": "2026-11-21"}

    made = await scene.site.post(f"/sites/{scene.here.prison.id}/plans", days)

    assert made.status == 409
    assert 'value="2026-11-20"' in await text(made)


async def test_a_plan_that_is_thrown_away_leaves_everybody_in_line(
    scene: Scene,
) -> None:
    await scene.site.sign_in(Role.ADMINISTRATOR)
    days = {"first_day": "2026-11-24", "last_day": "2026-11-24"}
    made = await scene.site.post(f"/sites/{scene.here.prison.id}/plans", days)

    await scene.site.post(f"{made.headers['Location']}/discard")

    async with scene.site.database.read() as session:
        assert (await session.exec(select(Plan.state))).all() == [PlanState.DISCARDED]
    assert (await scene.entry(scene.first)).state is WaitingState.WAITING


async def test_a_family_takes_what_is_offered(scene: Scene) -> None:
    offer, code = await scene.offered()
    assert scene.first.visitor.phone is not None
    typed = {"code": code, "phone": scene.first.visitor.phone[-4:]}

    page = await text(await scene.site.post("/offer", typed))
    done = await text(await scene.site.post("/offer/answer", typed | {"answer": "yes"}))

    assert "8:00 to 08:25" in page
    assert scene.here.point.name in page
    assert "Your visit is booked" in done
    assert await scene.visits() == [VisitState.BOOKED]
    assert (await scene.entry(scene.first)).visit_id == offer.visit_id
    again = await scene.site.post("/offer/answer", typed | {"answer": "yes"})
    assert again.status == 422


async def test_a_family_leaves_what_is_offered_and_keeps_its_place(
    scene: Scene,
) -> None:
    _offer, code = await scene.offered()
    assert scene.first.visitor.phone is not None
    typed = {"code": code, "phone": scene.first.visitor.phone[-4:], "answer": "no"}

    done = await text(await scene.site.post("/offer/answer", typed))

    assert "You keep your place in line." in done
    assert await scene.visits() == [VisitState.CANCELLED]
    assert (await scene.entry(scene.first)).state is WaitingState.WAITING


async def test_wrong_unknown_and_late_codes_get_one_answer(scene: Scene) -> None:
    _offer, code = await scene.offered()
    assert scene.first.visitor.phone is not None
    ending = scene.first.visitor.phone[-4:]
    other = "000000" if code != "000000" else "000001"
    elsewhere = "9999" if ending != "9999" else "9998"

    async def said(code: str, phone: str) -> tuple[int, str]:
        answer = await scene.site.post("/offer", {"code": code, "phone": phone})
        page = await text(answer)
        return answer.status, re.sub(r'(value|nonce|data-now)="[^"]*"', "", page)

    wrong = await said(other, ending)
    strange = await said(code, elsewhere)
    scene.site.clock.forward(offers.ANSWER + timedelta(minutes=1))
    late = await said(code, ending)

    assert wrong == strange == late
    assert wrong[0] == 422


async def test_guessing_a_code_soon_ends(scene: Scene) -> None:
    _offer, code = await scene.offered()
    last = 0
    for guess in range(guesses.BY_CODE[0].most + 1):
        answer = await scene.site.post(
            "/offer", {"code": code, "phone": f"{1000 + guess}"}
        )
        last = answer.status

    assert last == 429


async def test_staff_answer_for_a_family_without_a_phone(scene: Scene) -> None:
    await scene.offered()
    await scene.site.sign_in(Role.CLERK, sites=[scene.here.point.id])
    page = await text(await scene.site.get("/waiting"))
    assert "They take it" in page

    answer = await scene.site.post(f"/waiting/{scene.first.entry.reference}/accept")

    assert answer.status == 303
    assert await scene.visits() == [VisitState.BOOKED]


async def test_staff_pass_an_offer_on_for_a_family(scene: Scene) -> None:
    await scene.offered()
    await scene.site.sign_in(Role.SCHEDULER)

    await scene.site.post(f"/waiting/{scene.first.entry.reference}/decline")
    again = await scene.site.post(f"/waiting/{scene.first.entry.reference}/decline")

    assert again.status == 409
    async with scene.site.database.read() as session:
        assert (await session.exec(select(Offer.state))).all() == [OfferState.DECLINED]
