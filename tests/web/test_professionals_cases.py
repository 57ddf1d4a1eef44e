"""Requests that professionals file for clients: their fields, documents, and end."""

import re

import pytest
from aiohttp import ClientResponse
from sqlmodel import col

from tests import make
from tests.web.own import Phone, links
from tests.web.reading import rows, sent_to
from tests.web.test_case_documents import PDF, SCRIPTED, form
from tests.web.test_professionals import mandated, mine
from visitation.audit import SYSTEM
from visitation.cases import Case, CaseDocument, CaseStep, acts
from visitation.professionals import Licence, licences
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    Profession,
    Visibility,
)

__all__ = ["mine"]

COMPLAINT = {
    "answer_about": "contact",
    "answer_when": "۱۴۰۵/۰۸/۲۰",
    "words": "به وکیل اجازهٔ دیدن پرونده داده نشد.",
}


async def filed(mine: Phone) -> str:
    """File a complaint for the client; where its page is."""
    client = await mandated(mine)
    page = await mine.page(f"{client}/file/complaint", typed=COMPLAINT)
    assert "Your request is filed" in page
    return links(page, f"{client}/cases/")[0]


async def upload(mine: Phone, path: str, content: bytes = PDF) -> ClientResponse:
    headers = {"Origin": mine.site.origin}
    sent = form("وکالت‌نامه.pdf", content)
    return await mine.site.request(
        "POST", f"{path}/documents", data=sent, headers=headers
    )


async def revoked(mine: Phone) -> None:
    (licence,) = await rows(mine.site, Licence)
    async with mine.site.database.write() as session:
        row = await session.get_one(Licence, licence.id)
        await licences.revoke(
            session, row, reason="x", by=SYSTEM, now=mine.site.clock()
        )


async def test_the_fields_of_a_kind_are_answered_and_kept(mine: Phone) -> None:
    path = await filed(mine)

    (case,) = await rows(mine.site, Case)
    assert (case.kind, case.source, case.visitor_id, case.text, case.answers) == (
        CaseKind.COMPLAINT,
        CaseSource.PROFESSIONAL,
        mine.world.visitor.id,
        COMPLAINT["words"],
        {"about": "contact", "when": "2026-11-11"},
    )
    page = await mine.page(path)
    assert "Telephone and visits" in page
    assert COMPLAINT["words"] in page


async def test_what_is_missing_is_said_and_nothing_is_filed(mine: Phone) -> None:
    client = await mandated(mine)
    wrong = COMPLAINT | {"answer_about": "", "words": ""}

    page = await mine.page(f"{client}/file/complaint", typed=wrong, status=422)

    assert page.count('href="#answer_about"') == page.count('href="#words"') == 1
    assert "۱۴۰۵/۰۸/۲۰" in page
    assert await rows(mine.site, Case) == []


async def test_an_expert_files_the_kinds_of_experts_alone(mine: Phone) -> None:
    client = await mandated(mine)
    (licence,) = await rows(mine.site, Licence)
    async with mine.site.database.write() as session:
        row = await session.get_one(Licence, licence.id)
        row.profession = Profession.EXPERT
        session.add(row)

    page = await mine.page(f"{client}/file")

    assert [one.rpartition("/")[2] for one in links(page, f"{client}/file/")] == [
        "medical",
        "status",
        "other",
    ]
    await mine.page(f"{client}/file/complaint", status=404)
    await mine.page(f"{client}/file/complaint", typed=COMPLAINT, status=404)
    await mine.page(f"{client}/file/nothing", status=404)


async def test_a_document_is_added_once_and_comes_back_as_a_file(mine: Phone) -> None:
    path = await filed(mine)

    assert [(await upload(mine, path)).status for _ in range(2)] == [303, 303]

    (kept,) = await rows(mine.site, CaseDocument)
    assert (kept.visibility, kept.visitor_id, kept.account_id) == (
        Visibility.FAMILY,
        mine.world.visitor.id,
        None,
    )
    (href,) = links(await mine.page(path), f"{path}/documents/")
    file = await mine.site.get(href)
    assert await file.read() == PDF
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 409, "this one is empty"),
        (b"%PDF-" + b"x" * 5 * 1024 * 1024, 413, "larger than 5 megabytes"),
        (SCRIPTED, 409, "would run"),
    ],
    ids=["empty", "large", "scripted"],
)
async def test_what_is_no_document_is_refused_with_its_reason(
    mine: Phone, content: bytes, status: int, said: str
) -> None:
    path = await filed(mine)

    answer = await upload(mine, path, content)

    assert answer.status == status
    assert said in await answer.text()
    assert await rows(mine.site, CaseDocument) == []


async def test_what_staff_keep_to_themselves_is_not_shown(mine: Phone) -> None:
    path = await filed(mine)
    await upload(mine, path)
    (href,) = links(await mine.page(path), f"{path}/documents/")
    async with mine.site.database.write() as session:
        (kept,) = await rows(mine.site, CaseDocument)
        row = await session.get_one(CaseDocument, kept.id)
        row.visibility = Visibility.STAFF
        session.add(row)
        (case,) = await rows(mine.site, Case)
        await acts.note(
            session,
            await session.get_one(Case, case.id),
            text="تنها برای کارکنان",
            visibility=Visibility.STAFF,
            by=SYSTEM,
            now=mine.site.clock(),
        )

    page = await mine.page(path)

    assert links(page, f"{path}/documents/") == []
    assert "تنها برای کارکنان" not in page
    await mine.page(href, status=404)


async def test_it_is_withdrawn_once(mine: Phone) -> None:
    path = await filed(mine)

    assert await sent_to(mine.site, f"{path}/withdraw") == path

    (case,) = await rows(mine.site, Case)
    (step,) = await rows(
        mine.site, CaseStep, col(CaseStep.action) == CaseAction.WITHDRAW
    )
    assert (case.state, step.visitor_id) == (
        CaseState.WITHDRAWN,
        mine.world.visitor.id,
    )
    assert "Withdraw the request" not in await mine.page(path)
    again = await mine.page(f"{path}/withdraw", post=True, status=409)
    assert "It has its answer already" in again


async def test_a_licence_that_ended_refuses_everything_with_its_reason(
    mine: Phone,
) -> None:
    path = await filed(mine)
    await upload(mine, path)
    (href,) = links(await mine.page(path), f"{path}/documents/")
    await revoked(mine)

    client = path.partition("/cases/")[0]
    answers = [
        await mine.site.get(path),
        await mine.site.get(href),
        await mine.site.get(f"{client}/file"),
        await upload(mine, path, PDF + b"\n"),
        await mine.site.post(f"{path}/withdraw"),
        await mine.site.post(f"{client}/file/complaint", COMPLAINT),
    ]

    assert {one.status for one in answers} == {409}
    pages = [await one.text() for one in answers]
    assert all("is not in force any more" in page for page in pages)
    (case,) = await rows(mine.site, Case)
    assert (case.state, case.steps) == (CaseState.SUBMITTED, 2)


async def test_requests_of_others_do_not_exist(mine: Phone) -> None:
    path = await filed(mine)
    await upload(mine, path)
    (href,) = links(await mine.page(path), f"{path}/documents/")
    async with mine.site.database.write() as session:
        (case,) = await rows(mine.site, Case)
        row = await session.get_one(Case, case.id)
        row.visitor_id = (await make.visitor(session)).id
        session.add(row)

    for gone in (path, href, re.sub("cases/[^/]+$", "cases/none", path)):
        await mine.page(gone, status=404)
    await mine.page(f"{path}/withdraw", post=True, status=404)
    assert (await upload(mine, path)).status == 404
    assert links(await mine.page(f"{path.partition('/cases/')[0]}/file"), path) == []


async def test_what_one_asked_as_family_is_none_of_the_practice(mine: Phone) -> None:
    path = await filed(mine)
    async with mine.site.database.write() as session:
        (case,) = await rows(mine.site, Case)
        row = await session.get_one(Case, case.id)
        row.source = CaseSource.FAMILY
        session.add(row)

    await mine.page(path, status=404)
