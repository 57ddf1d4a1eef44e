"""The boards of requests, their files, and what staff do to them."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import text
from visitation import cases
from visitation.audit import SYSTEM, Actor
from visitation.cases import Case, CaseOrder, acts, untold
from visitation.cases.untold import Missed
from visitation.people import Account
from visitation.words import CaseKind, CaseSource, CaseState, Role

DAY = timedelta(days=1)


async def asked(site: Site, world: World, **changes: Any) -> Case:
    """Leave that the world's visitor asked for."""
    async with site.database.write() as session:
        raised = await cases.raise_case(
            session,
            **{
                "kind": CaseKind.FURLOUGH,
                "prisoner_id": world.prisoner.id,
                "source": CaseSource.FAMILY,
                "text": "مادرش بیمار است",
                "answers": {"reason": "illness", "days": "3"},
                "visitor_id": world.visitor.id,
            }
            | changes,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
        return raised.case


async def again(site: Site, case: Case) -> Case:
    async with site.database.read() as session:
        return await session.get_one(Case, case.id)


@pytest.fixture
async def official(site: Site, world: World, english: None) -> Account:
    return await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])


@pytest.fixture
async def case(site: Site, world: World) -> Case:
    return await asked(site, world)


async def test_the_board_shows_what_nobody_has_and_leads_to_it(
    site: Site, official: Account, case: Case
) -> None:
    board = await text(await site.get("/cases?view=unowned"))
    file = await text(await site.get(f"/cases/{case.reference}"))

    assert f'href="/cases/{case.reference}"' in board
    assert "Nobody yet" in board
    assert "Somebody in the family is ill" in file
    assert "مادرش بیمار است" in file


async def test_a_late_request_says_by_how_many_days(
    site: Site, case: Case, world: World, english: None
) -> None:
    site.clock.now = case.due_at + 3 * DAY
    await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    board = await text(await site.get("/cases?view=overdue"))

    assert "3 days late" in board


async def test_whoever_takes_it_up_has_it(
    site: Site, official: Account, case: Case
) -> None:
    sent = await site.post(f"/cases/{case.reference}/take")

    assert sent.headers["Location"] == f"/cases/{case.reference}"
    now = await again(site, case)
    assert (now.state, now.owner_id) == (CaseState.IN_PROGRESS, official.id)


async def test_a_second_who_takes_it_reads_who_has_it(
    site: Site, official: Account, case: Case, world: World
) -> None:
    async with site.database.write() as session:
        taken = await session.get_one(Case, case.id)
        other = Actor.account(world.official.id, Role.OFFICIAL)
        await acts.take(session, taken, by=other, now=site.clock())
    sent = await site.post(f"/cases/{case.reference}/take")

    assert sent.status == 409
    assert "has it in hand" in await text(sent)


async def test_a_search_by_name_and_by_code_finds_it(
    site: Site, official: Account, case: Case, world: World
) -> None:
    by_name = await text(await site.look("/cases?view=all", world.prisoner.name))
    code = cases.tracking.shown(case, keyring=site.keyring)
    by_code = await site.look("/cases?view=all", code)

    assert case.reference in by_name
    assert by_code.headers["Location"] == f"/cases/{case.reference}"


async def test_a_board_of_no_such_place_is_no_page(
    site: Site, official: Account
) -> None:
    for place in ("nonsense", "0.99999999999", "0.-1"):
        assert (await site.get(f"/cases?after={place}")).status == 404
    assert (await site.get("/cases?view=mine&state=nonsense")).status == 200


async def test_an_official_of_another_province_finds_nothing(
    site: Site, case: Case
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.province(session)
    await site.sign_in(Role.OFFICIAL, provinces=[elsewhere.id])

    assert (await site.get(f"/cases/{case.reference}")).status == 404
    assert case.reference not in await text(await site.get("/cases?view=all"))


async def test_a_prison_reads_no_complaint_about_it(
    site: Site, world: World, english: None
) -> None:
    complaint = await asked(
        site, world, kind=CaseKind.COMPLAINT, answers={"about": "food"}
    )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    assert (await site.get(f"/cases/{complaint.reference}")).status == 404


async def test_a_note_for_officials_is_not_for_a_clerk_to_write(
    site: Site, world: World, english: None
) -> None:
    case = await asked(site, world, point_id=world.point.id)
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    note = f"/cases/{case.reference}/note"
    kept = await site.post(note, {"text": "کارت ملی دیده شد", "visibility": "family"})
    hidden = await site.post(note, {"text": "x", "visibility": "officials"})

    assert (kept.status, hidden.status) == (303, 404)
    assert "کارت ملی دیده شد" in await text(await site.get(f"/cases/{case.reference}"))


async def test_what_was_typed_stays_when_a_day_cannot_be(
    site: Site, official: Account, case: Case
) -> None:
    sent = await site.post(
        f"/cases/{case.reference}/postpone",
        {"due": "1405/01/01", "reason": "منتظر پزشکی قانونی"},
    )
    page = await text(sent)

    assert sent.status == 409
    assert "منتظر پزشکی قانونی" in page
    assert "Choose a day after the one that was promised." in page


async def test_an_order_is_read_back_and_then_carried_out_by_the_prison(
    site: Site, official: Account, case: Case, world: World
) -> None:
    order = {
        "to": f"site-{world.prison.id}",
        "text": "معاینه شود",
        "days": "5",
    }
    path = f"/cases/{case.reference}/order"
    back = await text(await site.post(path, {**order, "step": "read"}))
    sent = await site.post(path, {**order, "step": "send"})
    async with site.database.read() as session:
        [made] = await cases.orders_of(session, case)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    board = await text(await site.get("/orders"))
    done = await site.post(f"/orders/{made.reference}/done", {"answer": "انجام شد"})
    twice = await site.post(f"/orders/{made.reference}/done", {"answer": "باز هم"})

    assert "Read the order once more" in back
    assert sent.status == 303
    assert "معاینه شود" in board
    assert done.status == 303
    assert twice.status == 409
    assert "carried out already" in await text(twice)
    assert "باز هم" in await text(twice)
    async with site.database.read() as session:
        row = await session.get_one(CaseOrder, made.id)
    assert (row.state, row.answer) == ("done", "انجام شد")


async def test_whoever_only_has_an_order_decides_nothing_and_takes_nothing_back(
    site: Site, official: Account, world: World
) -> None:
    complaint = await asked(
        site, world, kind=CaseKind.COMPLAINT, answers={"about": "food"}
    )
    path = f"/cases/{complaint.reference}"
    order = {"to": f"site-{world.prison.id}", "text": "پاسخ دهید", "days": "5"}
    await site.post(f"{path}/order", {**order, "step": "send"})
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await text(await site.get(path))
    note = await site.post(f"{path}/note", {"text": "دیدم", "visibility": "staff"})
    others = [
        (await site.post(f"{path}/{act}", typed)).status
        for act, typed in (
            ("withdraw", {"text": "شاکی منصرف شد"}),
            ("correct-kind", {"kind": "other"}),
            ("take", {}),
        )
    ]
    slip = await site.get(f"{path}/slip")

    assert f'action="{path}/withdraw"' not in page
    assert note.status == 303
    assert [*others, slip.status] == [404, 404, 404, 404]
    assert (await again(site, complaint)).state is CaseState.SUBMITTED


async def test_another_prison_with_an_order_decides_no_request_of_this_one(
    site: Site, world: World, english: None
) -> None:
    case = await asked(site, world, kind=CaseKind.MEDICAL, answers={"what": "doctor"})
    async with site.database.write() as session:
        other = await make.prison(session)
        found = await session.get_one(Case, case.id)
        by = Actor.account(world.official.id, Role.OFFICIAL)
        order = await cases.orders.make(
            session,
            found,
            text="پزشک بفرستید",
            due_days=3,
            site_id=other.id,
            keyring=site.keyring,
            by=by,
            now=site.clock(),
        )
    await site.sign_in(Role.WARDEN, sites=[other.id])
    path = f"/cases/{case.reference}"
    denied = {"outcome": "deny", "text": "نه", "step": "send"}

    assert (await site.get(path)).status == 200
    assert (await site.post(f"{path}/decide", denied)).status == 404
    sent = await site.post(f"/orders/{order.reference}/cancel", {"reason": "نه"})
    assert sent.status == 404
    assert (await again(site, case)).state is CaseState.SUBMITTED


async def test_whoever_could_not_be_told_is_rung_up_and_ticked(
    site: Site, world: World, case: Case, english: None
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    async with site.database.write() as session:
        judge = Actor.account(world.official.id, Role.OFFICIAL)
        found = await session.get_one(Case, case.id)
        await acts.grant(session, found, text="سه روز", by=judge, now=site.clock())
        missed = Missed(case_id=case.id, step=found.steps)
        await untold.note(session, missed, by=SYSTEM, now=site.clock())
    board = await text(await site.get("/cases?view=untold"))
    page = await text(await site.get(f"/cases/{case.reference}"))
    await site.post(f"/cases/{case.reference}/tell")
    told = await text(await site.get(f"/cases/{case.reference}"))

    assert case.reference in board
    assert "They do not know the answer yet." in page
    assert "۰۹۱۲" in page or "0912" in page
    assert "They were told" not in told
    assert "The family was told" in told
