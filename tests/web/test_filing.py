"""Asking for something by oneself: the path, the form, handing it in, and who may."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from tests.web.reading import text
from visitation import cases
from visitation.cases import Case
from visitation.filing.path import PATH
from visitation.filing.tables import FilingDraft
from visitation.words import CaseKind, CaseState, Role, Visibility
from web import filing_words, voice


@pytest.fixture
async def visit(site: Site, world: World) -> Booked:
    """A family that typed its code to ask for something, in English."""
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
    site.cookies["lang"] = "en"
    phone = world.visitor.phone or ""
    await site.post("/file/code", {"code": made.code, "phone": phone[-4:]})
    return made


async def _begun(site: Site) -> str:
    """The address of a draft."""
    begun = await site.post("/file", {})
    return str(begun.headers["Location"]).removesuffix("/ask/what")


async def _filled(site: Site) -> str:
    """A draft that asks for more visits by video, ready to be handed in."""
    draft = await _begun(site)
    await site.post(f"{draft}/choose", {"kind": "visit"})
    sent = await site.post(
        f"{draft}/form", {"answer_with": "video", "words": "باز هم ببینمش"}
    )
    assert sent.headers["Location"] == f"{draft}/check"
    return draft


async def _cases(site: Site) -> list[Case]:
    async with site.database.read() as session:
        return list((await session.exec(select(Case))).all())


async def test_by_buttons_from_the_code_to_the_receipt(
    site: Site, visit: Booked
) -> None:
    index = await text(site, "/file")
    draft = await _begun(site)
    first = await text(site, f"{draft}/ask/what")
    home = await text(site, f"{draft}/ask/home")
    await site.post(f"{draft}/choose", {"kind": "furlough"})
    form = await text(site, f"{draft}/form")
    await site.post(f"{draft}/form", {"answer_reason": "family", "answer_days": "۳"})
    check = await text(site, f"{draft}/check")
    handed = await site.post(f"{draft}/check", {})
    receipt = await text(site, f"{draft}/receipt")
    [case] = await _cases(site)
    code = cases.tracking.shown(case, keyring=site.keyring)

    assert "Ask for something" in index
    assert f'href="{draft}/ask/home"' in first
    assert 'name="kind" value="furlough"' in home
    assert "What is the furlough for?" in form
    assert "To see the family" in check
    assert handed.headers["Location"] == f"{draft}/receipt"
    assert code in re.sub(r"<[^>]+>|\s", "", receipt)
    assert (case.kind, case.answers) == (
        CaseKind.FURLOUGH,
        {"reason": "family", "days": 3},
    )


async def test_pressed_twice_it_is_one_request(site: Site, visit: Booked) -> None:
    draft = await _filled(site)
    await site.post(f"{draft}/check", {})
    again = await site.post(f"{draft}/check", {})
    back = await site.get(f"{draft}/form")

    assert again.headers["Location"] == back.headers["Location"] == f"{draft}/receipt"
    assert len(await _cases(site)) == 1


async def test_the_same_once_more_is_said_to_be_the_same(
    site: Site, visit: Booked
) -> None:
    first, second = await _filled(site), await _filled(site)
    await site.post(f"{first}/check", {})
    site.clock.forward(timedelta(seconds=1))
    await site.post(f"{second}/check", {})
    receipt = await text(site, f"{second}/receipt")

    assert "You had asked for this already" in receipt
    assert len(await _cases(site)) == 1


async def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    site: Site, visit: Booked
) -> None:
    draft = await _begun(site)
    await site.post(f"{draft}/choose", {"kind": "furlough"})
    sent = await site.post(
        f"{draft}/form", {"answer_days": "۹۰", "answer_from": "دیروز", "words": "خواهش"}
    )
    page = await sent.text()

    assert sent.status == 422
    assert "Fill this in." in page
    assert 'id="answer_days-error"' in page
    assert 'id="answer_from-error"' in page
    assert "خواهش" in page
    assert "۹۰" in page


async def test_ones_own_words_are_guessed_and_confirmed(
    site: Site, visit: Booked
) -> None:
    draft = await _begun(site)
    said = await site.post(f"{draft}/words", {"words": "پسرم چند روز مرخصی بیاد خونه"})
    meant = await text(site, f"{draft}/meant")
    await site.post(f"{draft}/choose", {"kind": "furlough"})
    form = await text(site, f"{draft}/form")

    assert said.headers["Location"] == f"{draft}/meant"
    assert meant.index('value="furlough"') < meant.index("None of these")
    assert "Most likely this" in meant
    assert "پسرم چند روز مرخصی بیاد خونه" in form


async def test_what_nobody_understands_goes_to_a_clerk(
    site: Site, visit: Booked, world: World
) -> None:
    draft = await _begun(site)
    await site.post(f"{draft}/words", {"words": "سلام"})
    meant = await text(site, f"{draft}/meant")
    await site.post(f"{draft}/choose", {"kind": "other", "unsorted": "on"})
    await site.post(f"{draft}/form", {"words": "سلام، کاری دارم"})
    await site.post(f"{draft}/check", {})
    [case] = await _cases(site)
    async with site.database.read() as session:
        done = await cases.history(session, case, sight=Visibility.OFFICIALS)

    site.cookies.clear()
    await site.sign_in(
        Role.OFFICIAL, provinces=[world.prison.province_id], language="en"
    )
    file = await text(site, f"/cases/{case.reference}")

    assert "We are not sure" in meant
    assert "nobody has said yet what kind it is" in file
    assert case.kind is CaseKind.OTHER
    assert done[0].facts["unsorted"] is True


async def test_nobody_opens_what_is_anothers(
    site: Site, visit: Booked, world: World
) -> None:
    draft = await _filled(site)
    await site.post(f"{draft}/check", {})
    [case] = await _cases(site)
    async with site.database.write() as session:
        stranger = await make.visitor(session)
        theirs = await make.prisoner(session, world.prison, name="کسی دیگر")
        contact = await make.contact(session, theirs, stranger)
        other = await booked(
            session,
            replace(world, prisoner=theirs),
            site.keyring,
            starts_at=site.clock() + timedelta(hours=1),
            visitors=[stranger],
        )
    site.cookies.clear()
    phone = stranger.phone or ""
    await site.post("/file/code", {"code": other.code, "phone": phone[-4:]})

    assert [
        (await site.get(path)).status
        for path in (
            f"{draft}/ask/what",
            f"{draft}/receipt",
            f"/file/requests/{case.reference}",
            "/file/none/form",
        )
    ] == [404, 404, 404, 404]
    # A code asks for its own prisoner, whatever is sent beside it.
    await site.post("/file", {"contact": str(world.contact.id)})
    async with site.database.read() as session:
        made = (await session.exec(select(FilingDraft))).all()
    assert made[-1].prisoner_id == contact.prisoner_id


async def test_without_a_code_it_is_asked_for(site: Site) -> None:
    response = await site.get("/file")

    assert response.headers["Location"] == "/join"
    assert (await site.get("/file/code")).status == 200


async def test_a_wrong_code_opens_nothing(site: Site) -> None:
    response = await site.post("/file/code", {"code": "000000", "phone": "1234"})

    assert response.status == 422


async def test_the_list_says_how_it_stands(site: Site, visit: Booked) -> None:
    draft = await _filled(site)
    await site.post(f"{draft}/check", {})
    [case] = await _cases(site)
    site.cookies["lang"] = "en"
    index = await text(site, "/file")
    page = await text(site, f"/file/requests/{case.reference}")

    assert "Handed in" in index
    assert "We have it. Somebody will take it up." in page
    assert case.state is CaseState.SUBMITTED


def test_every_question_option_and_kind_has_words_and_a_voice() -> None:
    questions = PATH.questions.values()
    said = set(voice.load())

    assert set(filing_words.QUESTIONS) == {one.name for one in questions}
    assert set(filing_words.OPTIONS) == {
        (one.name, option.name) for one in questions for option in one.options
    }
    assert {one.voice for one in questions} <= said
    assert {f"asked.{kind}" for kind in CaseKind} <= said
    assert set(filing_words.STANDS) == set(CaseState)
