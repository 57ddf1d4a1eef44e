"""Asking for something on one's own phone: for whom, and only for one's own."""

import pytest
from sqlmodel import col

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, phone
from tests.web.reading import rows, sent_to
from visitation.cases import Case
from visitation.filing.tables import FilingDraft
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import CaseKind, ContactState


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def test_my_visits_lead_to_my_requests(mine: Phone) -> None:
    assert 'href="/file"' in await mine.page("/mine")
    assert "You have asked for nothing yet." in await mine.page("/file")


async def test_with_one_prisoner_nobody_is_asked_for_whom(mine: Phone) -> None:
    page = await mine.page("/file")
    asked = await sent_to(mine.site, "/file", {"contact": str(mine.world.contact.id)})

    assert f'name="contact" value="{mine.world.contact.id}"' in page
    assert asked.endswith("/ask/what")


async def test_with_several_one_is_chosen(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        brother = await make.prisoner(session, mine.world.prison, name="حسن کریمی")
        contact = await make.contact(session, brother, mine.world.visitor)
    index = await mine.page("/file")
    whom = await mine.page("/file/whom")
    await sent_to(mine.site, "/file", {"contact": str(contact.id)})
    [draft] = await rows(mine.site, FilingDraft, col(FilingDraft.id) > 0)

    assert 'href="/file/whom"' in index
    assert "حسن کریمی" in whom
    assert draft.prisoner_id == brother.id


async def test_what_is_handed_in_is_told_by_sms(mine: Phone) -> None:
    asked = await sent_to(mine.site, "/file", {"contact": str(mine.world.contact.id)})
    draft = asked.removesuffix("/ask/what")
    await sent_to(mine.site, f"{draft}/choose", {"kind": "visit"})
    await sent_to(mine.site, f"{draft}/form", {"answer_with": "video"})
    done = await sent_to(mine.site, f"{draft}/check")
    [case] = await rows(mine.site, Case, col(Case.id) > 0)
    told = await rows(mine.site, Message, Message.template == Template.CASE_RAISED)

    assert done == f"{draft}/receipt"
    assert case.kind is CaseKind.VISIT
    assert [one.phone for one in told] == [mine.world.visitor.phone]


async def test_nobody_begins_for_anothers_prisoner(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        other = await make.visitor(session)
        theirs = await make.contact(session, mine.world.prisoner, other)
        held = await make.prisoner(session, mine.world.prison)
        refused = await make.contact(
            session, held, mine.world.visitor, state=ContactState.REFUSED
        )
    answers = [
        await mine.site.post("/file", {"contact": number})
        for number in (str(theirs.id), str(refused.id), "999999", "")
    ]
    drafts = await rows(mine.site, FilingDraft, col(FilingDraft.id) > 0)

    assert [one.status for one in answers] == [404, 404, 404, 404]
    assert drafts == []


async def test_the_code_page_leads_on_who_is_signed_in(mine: Phone) -> None:
    response = await mine.site.get("/file/code")

    assert response.headers["Location"] == "/file"
