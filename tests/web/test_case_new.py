"""Writing a request down, and deciding one: each is read back before it is sent."""

from typing import Any

import pytest
from sqlmodel import select

from tests.make import World
from tests.web.conftest import Site
from tests.web.test_cases import again, asked
from tests.web.worlds import text
from visitation import cases
from visitation.audit import SYSTEM, Actor
from visitation.cases import Case, acts
from visitation.people import Account
from visitation.words import CaseKind, CaseSource, CaseState, Role


@pytest.fixture
async def official(site: Site, world: World, english: None) -> Account:
    return await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])


def written(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "prison": world.prison.id,
        "number": world.prisoner.number,
        "kind": "medical",
        "visitor": world.visitor.id,
        "answer_what": "doctor",
        "text": "چشمش درد می‌کند",
    } | changes


async def only(site: Site) -> Case:
    async with site.database.read() as session:
        return (await session.exec(select(Case))).one()


async def test_a_clerk_writes_a_request_down_and_prints_its_code(
    site: Site, world: World, english: None
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    typed = written(world, point=world.point.id)
    kinds = await text(await site.post("/cases/new", {**typed, "kind": ""}))
    check = await text(await site.post("/cases/new", {**typed, "step": "check"}))
    sent = await site.post("/cases/new", {**typed, "step": "send"})
    slip = await text(await site.get(sent.headers["Location"]))

    case = await only(site)
    code = cases.tracking.shown(case, keyring=site.keyring)
    assert "A doctor, medicine or a hospital" in kinds
    assert "چشمش درد می‌کند" in check
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in slip
    assert world.prisoner.name not in slip
    assert (case.source, case.point_id) == (CaseSource.FAMILY, world.point.id)


async def test_what_is_missing_is_said_and_what_was_typed_stays(
    site: Site, official: Account, world: World
) -> None:
    sent = await site.post("/cases/new", written(world, answer_what="", step="check"))
    page = await text(sent)

    assert sent.status == 422
    assert "Fill this in." in page
    assert "چشمش درد می‌کند" in page


async def test_the_same_again_is_added_to_what_is_open(
    site: Site, official: Account, world: World
) -> None:
    for what in ("doctor", "dentist"):
        await site.post("/cases/new", written(world, answer_what=what, step="send"))

    case = await only(site)
    assert (case.answers, case.steps) == ({"what": "dentist"}, 2)


async def test_no_prisoner_of_that_number_is_said_beside_the_number(
    site: Site, official: Account, world: World
) -> None:
    sent = await site.post("/cases/new", written(world, number="none", step="fill"))

    assert sent.status == 422
    assert "No prisoner of this prison has this number." in await text(sent)


async def test_a_visitor_of_another_prisoner_cannot_be_chosen(
    site: Site, official: Account, world: World
) -> None:
    sent = await site.post("/cases/new", written(world, visitor=999, step="send"))

    assert sent.status == 422
    assert "Choose one from the list." in await text(sent)


async def test_a_prison_writes_no_complaint_about_itself_down(
    site: Site, world: World, english: None
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    page = await text(await site.get(f"/prisoners/{world.prisoner.id}/request"))

    assert 'value="medical"' in page
    assert 'value="complaint"' not in page


async def test_a_decision_is_read_back_and_then_sent_once(
    site: Site, official: Account, world: World
) -> None:
    case = await asked(site, world)
    path = f"/cases/{case.reference}/decide"
    typed = {"outcome": "grant", "text": "سه روز مرخصی داده می‌شود."}
    chosen = await text(await site.get(path))
    back = await text(await site.post(path, {**typed, "step": "read"}))
    assert (await again(site, case)).state is CaseState.SUBMITTED
    sent = await site.post(path, {**typed, "step": "send"})
    twice = await site.post(path, {**typed, "outcome": "deny", "step": "send"})

    assert "Leave is granted" in chosen
    assert "Yes, send" in back
    assert sent.status == 303
    assert (await again(site, case)).state is CaseState.GRANTED
    assert twice.status == 409
    assert "It has its answer already: “Agreed to”" in await text(twice)
    assert (await site.get(path)).status == 404


async def test_a_blank_of_a_prepared_text_is_filled_in_first(
    site: Site, official: Account, world: World
) -> None:
    case = await asked(site, world)
    path = f"/cases/{case.reference}/decide"
    sent = await site.post(path, {"outcome": "grant", "text": "تا …", "step": "read"})

    assert sent.status == 422
    assert "There is still “…” in the text." in await text(sent)


async def test_whoever_denied_does_not_decide_the_appeal(
    site: Site, official: Account, world: World
) -> None:
    case = await asked(site, world, kind=CaseKind.PARDON, answers={})
    me = Actor.account(official.id, Role.OFFICIAL)
    async with site.database.write() as session:
        row = await session.get_one(Case, case.id)
        await acts.deny(session, row, text="نه", by=me, now=site.clock())
        await acts.appeal(session, row, text="باز", by=SYSTEM, now=site.clock())
    path = f"/cases/{case.reference}/decide"
    sent = await site.post(path, {"outcome": "grant", "text": "x", "step": "send"})

    assert sent.status == 409
    assert "You said no to this request yourself." in await text(sent)


async def test_what_is_passed_on_belongs_to_whoever_it_went_to(
    site: Site, official: Account, world: World
) -> None:
    case = await asked(site, world)
    path = f"/cases/{case.reference}/decide"
    typed = {"outcome": "refer", "text": "بررسی شود", "to": world.official.id}
    sent = await site.post(path, {**typed, "step": "send"})

    assert sent.status == 303
    now = await again(site, case)
    assert (now.state, now.owner_id) == (CaseState.REFERRED, world.official.id)


async def test_a_prison_writes_down_no_complaint_about_it(
    site: Site, world: World, english: None
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    typed = written(world, kind="complaint", answer_about="food", step="send")
    page = await text(await site.post("/cases/new", typed))

    assert "A doctor, medicine or a hospital" in page
    async with site.database.read() as session:
        assert (await session.exec(select(Case))).all() == []


async def test_a_clerk_who_adds_to_what_was_asked_elsewhere_gets_no_slip(
    site: Site, world: World, english: None
) -> None:
    case = await asked(site, world, kind=CaseKind.MEDICAL, answers={"what": "doctor"})
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    typed = written(world, point=world.point.id, step="send")
    sent = await site.post("/cases/new", typed)

    assert sent.headers["Location"] == "/cases"
    assert (await again(site, case)).steps == 2
