"""A graduate puts a name to a request that they helped with."""

from datetime import timedelta

from sqlmodel import col

from tests.visitation.professionals.practice import licensed
from tests.web.conftest import Site
from tests.web.own import Phone, phone
from tests.web.reading import rows, sent_to
from visitation import cases
from visitation.audit import SYSTEM
from visitation.cases import CaseStep
from visitation.professionals import Licence
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    LicenceState,
    Profession,
    Visibility,
)

MADE = "Made with the help of زهرا کریمی, law graduate."


async def graduate(site: Site) -> Phone:
    """A phone whose owner is on a roster."""
    mine = await phone(site)
    async with site.database.write() as session:
        licence = await licensed(session, mine.world, site.keyring)
        row = await session.get_one(Licence, licence.id)
        row.profession, row.visitor_id = Profession.GRADUATE, mine.world.visitor.id
        session.add(row)
    return mine


async def asked(mine: Phone) -> str:
    """The code of a request that was made just now."""
    async with mine.site.database.write() as session:
        raised = await cases.raise_case(
            session,
            kind=CaseKind.STATUS,
            prisoner_id=mine.world.prisoner.id,
            source=CaseSource.FAMILY,
            visitor_id=mine.world.visitor.id,
            text="از پرونده خبری نداریم.",
            brief=True,
            keyring=mine.site.keyring,
            by=SYSTEM,
            now=mine.site.clock(),
        )
    return raised.tracking


async def notes(mine: Phone) -> list[tuple[str, Visibility]]:
    found = await rows(mine.site, CaseStep, col(CaseStep.action) == CaseAction.NOTE)
    return [(one.text, one.visibility) for one in found]


async def test_the_name_stands_on_the_request_once(site: Site) -> None:
    mine = await graduate(site)
    code = await asked(mine)
    assert "Helping with requests" in await mine.page("/mine/licence")

    for _ in range(2):
        to = await sent_to(site, "/mine/helping", {"code": code})
        assert to == "/mine/helping"

    assert await notes(mine) == [(MADE, Visibility.STAFF)]


async def test_a_code_of_nothing_or_of_long_ago_gets_one_answer(site: Site) -> None:
    mine = await graduate(site)
    code = await asked(mine)
    wrong = "1" * 10 if code != "1" * 10 else "2" * 10
    first = await mine.page("/mine/helping", typed={"code": wrong}, status=422)
    site.clock.forward(timedelta(days=2))
    await mine.again()

    late = await mine.page("/mine/helping", typed={"code": code}, status=422)

    said = "No request of the last day has this code."
    assert said in first
    assert said in late
    assert await notes(mine) == []


async def test_who_is_on_no_roster_any_more_helps_nobody(site: Site) -> None:
    mine = await graduate(site)
    code = await asked(mine)
    async with site.database.write() as session:
        (licence,) = await rows(site, Licence)
        row = await session.get_one(Licence, licence.id)
        row.state = LicenceState.ENDED
        session.add(row)

    page = await mine.page("/mine/helping", typed={"code": code}, status=409)

    assert "Only law graduates with a licence in force" in page
    assert await notes(mine) == []
    assert "The last roster does not name you" in await mine.page("/mine/licence")
