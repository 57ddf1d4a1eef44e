"""Following a request by its code: how it stands, and nothing of whom it is about."""

import pytest

from tests.conftest import NOON
from tests.make import World
from tests.web.conftest import Site
from visitation import attempts, cases
from visitation.audit import Actor
from visitation.cases import Raised, acts
from visitation.persian import to_persian_digits
from visitation.words import CaseKind, CaseSource, Role
from web.pages import tracking


@pytest.fixture
async def raised(site: Site, world: World) -> Raised:
    site.cookies["lang"] = "en"
    async with site.database.write() as session:
        return await cases.raise_case(
            session,
            kind=CaseKind.MEDICAL,
            prisoner_id=world.prisoner.id,
            visitor_id=world.visitor.id,
            source=CaseSource.FAMILY,
            text="انسولین برای پسرم",
            answers={"what": "medicine"},
            keyring=site.keyring,
            by=Actor.visitor(world.visitor.id),
            now=NOON,
        )


async def test_the_code_says_how_it_stands_and_no_name(
    site: Site, world: World, raised: Raised
) -> None:
    typed = to_persian_digits(f"{raised.tracking[:5]} {raised.tracking[5:]}")
    response = await site.post("/track", {"code": typed})
    page = await response.text()

    assert response.status == 200
    assert "We have it. Somebody will take it up." in page
    assert "There is an answer until the end of" in page
    assert [
        private in page
        for private in (
            world.prisoner.name,
            world.visitor.name,
            "انسولین",
            raised.tracking,
            raised.case.reference,
        )
    ] == [False] * 5


async def test_what_was_decided_is_said(
    site: Site, world: World, raised: Raised
) -> None:
    by = Actor.account(world.official.id, Role.OFFICIAL)
    async with site.database.write() as session:
        case = await cases.by_reference(session, raised.case.reference)
        await acts.grant(session, case, text="پذیرفته شد", by=by, now=NOON)
    page = await (await site.post("/track", {"code": raised.tracking})).text()

    assert "The answer is yes." in page
    assert "There is an answer until" not in page
    assert "پذیرفته شد" not in page


async def test_whatever_is_no_code_gets_one_answer(site: Site, raised: Raised) -> None:
    almost = str((int(raised.tracking) + 1) % 10**10).zfill(10)
    answers = [
        await site.post("/track", {"code": code}) for code in (almost, "0000000000")
    ]
    pages = [(await one.text()).replace(almost, "0000000000") for one in answers]

    assert [one.status for one in answers] == [422, 422]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("code", ["", "123", "12345678901", "abc", "١٢٣"])
async def test_what_cannot_be_a_code_is_said_at_once(site: Site, code: str) -> None:
    assert (await site.post("/track", {"code": code})).status == 422


async def test_guessing_from_one_place_ends_soon(site: Site, raised: Raised) -> None:
    async with site.database.write() as session:
        key = site.keyring.fingerprint("attempt", "address 127.0.0.1")
        for _ in range(tracking.PER_PLACE.most):
            await attempts.add(session, tracking.PER_PLACE, key, now=site.clock())
    response = await site.post("/track", {"code": raised.tracking})

    assert response.status == 429


async def test_guessing_from_everywhere_leaves_each_place_a_few_tries(
    site: Site, raised: Raised
) -> None:
    await site.post("/track", {"code": "0000000000"})
    async with site.database.write() as session:
        counted = await attempts.count(
            session, tracking.IN_ALL, "all", now=site.clock()
        )
        for _ in range(tracking.IN_ALL.most):
            await attempts.add(session, tracking.IN_ALL, "all", now=site.clock())
    answers = [
        (await site.post("/track", {"code": raised.tracking})).status
        for _ in range(tracking.GUESSED.most + 1)
    ]

    assert counted == 1
    assert answers == [200, 200, 200, 429]
