"""Professionals on their own phone: a licence, clients, visits and requests."""

from datetime import timedelta

import pytest
from sqlmodel import col

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone, wishes
from tests.web.reading import rows, sent_to
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.people import Contact
from visitation.places import SessionTemplate
from visitation.professionals import Licence, Mandate, licences
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import (
    LicenceState,
    MandateState,
    Relation,
    Role,
    VisitKind,
)


@pytest.fixture
async def mine(site: Site) -> Phone:
    """The phone of somebody who is no family of anybody."""
    found = await phone(site)
    async with site.database.write() as session:
        contact = await session.get_one(Contact, found.world.contact.id)
        await session.delete(contact)
    return found


def typed(mine: Phone, **changes: str) -> dict[str, str]:
    return {
        "person": str(mine.world.visitor.id),
        "profession": "lawyer",
        "number": "۱۲۳۴۵",
        "issuer": "کانون وکلا",
        "province": str(mine.world.prison.province_id),
    } | changes


def named(mine: Phone, licence: Licence, **changes: str) -> dict[str, str]:
    return {
        "licence": str(licence.id),
        "prison": str(mine.world.prison.id),
        "number": mine.world.prisoner.number,
        "prisoner": mine.world.prisoner.name,
    } | changes


async def licensed(mine: Phone) -> Licence:
    """Ask for a licence, have it verified until a day far away."""
    assert await sent_to(mine.site, "/mine/licence", typed(mine)) == "/mine/licence"
    (licence,) = await rows(mine.site, Licence)
    until = mine.site.clock().date() + timedelta(days=200)
    async with mine.site.database.write() as session:
        await licences.verify(
            session,
            await session.get_one(Licence, licence.id),
            valid_until=until,
            by=SYSTEM,
            now=mine.site.clock(),
        )
    return licence


async def mandated(mine: Phone) -> str:
    """Ask to act for the prisoner, and have staff approve it; where that client is."""
    licence = await licensed(mine)
    asked = await sent_to(mine.site, "/mine/clients/new", named(mine, licence))
    assert asked == "/mine/clients"
    (mandate,) = await rows(mine.site, Mandate)
    await mine.site.sign_in(Role.WARDEN, sites=[mine.world.prison.id])
    approve = f"/mandates/{mandate.reference}/approve"
    assert await sent_to(mine.site, approve) == "/mandates"
    await mine.again()
    return f"/mine/clients/{mandate.reference}"


async def booked(mine: Phone, client: str) -> Visit:
    page = await mine.page(f"{client}/book/days?place=own")
    at = links(page, "/times?")[0]
    wish = wishes(await mine.page(at))[0]
    held = await sent_to(
        mine.site, f"{client}/book/times", {"place": "own", "wish": wish}
    )
    assert "This visit is confidential." in await mine.page(held)
    assert (await sent_to(mine.site, held)).endswith("/done")
    (visit,) = await rows(mine.site, Visit, col(Visit.state) == VisitState.BOOKED)
    return visit


async def test_a_licence_is_asked_for_and_seen(mine: Phone) -> None:
    page = await mine.page("/mine/licence")
    assert "Have a licence verified" in page
    await sent_to(mine.site, "/mine/licence", typed(mine))

    page = await mine.page("/mine/licence")

    assert "Waiting for a decision" in page
    assert "My clients" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"profession": "graduate"}, "Choose one from the list."),
        ({"person": "9999"}, "Choose one from the list."),
        ({"number": ""}, "Fill this in."),
    ],
)
async def test_what_is_wrong_with_a_licence_is_said(
    mine: Phone, changes: dict[str, str], words: str
) -> None:
    page = await mine.page("/mine/licence", typed=typed(mine, **changes), status=422)

    assert words in page
    assert await rows(mine.site, Licence) == []


async def test_why_it_was_refused_is_read_by_its_owner(mine: Phone) -> None:
    await sent_to(mine.site, "/mine/licence", typed(mine))
    (licence,) = await rows(mine.site, Licence)
    await mine.site.sign_in(Role.ADMINISTRATOR)
    path = f"/licences/{licence.reference}"
    await mine.page(f"{path}/refuse", typed={}, status=422)
    await sent_to(mine.site, f"{path}/refuse", {"reason": "پروانه خوانا نیست"})

    await mine.again()
    assert "پروانه خوانا نیست" in await mine.page("/mine/licence")
    templates = {one.template for one in await rows(mine.site, Message)}
    assert Template.LICENCE_REFUSED in templates


async def test_whoever_does_not_match_gets_one_answer(mine: Phone) -> None:
    licence = await licensed(mine)
    wrong = ({"number": "0"}, {"prisoner": "کس دیگر"})

    pages = [
        await mine.page(
            "/mine/clients/new", typed=named(mine, licence, **one), status=409
        )
        for one in wrong
    ]

    assert all("Nobody in this prison has this number" in page for page in pages)
    assert await rows(mine.site, Mandate) == []


async def test_without_a_licence_nobody_has_clients(mine: Phone) -> None:
    page = await mine.page("/mine/clients")

    assert "you need a verified licence" in page
    assert links(page, "/mine/clients/new") == []


async def test_a_lawyer_books_a_confidential_visit(mine: Phone) -> None:
    client = await mandated(mine)

    visit = await booked(mine, client)

    assert visit.kind is VisitKind.LEGAL
    (contact,) = await rows(mine.site, Contact)
    assert contact.relation is Relation.LAWYER
    page = await mine.page("/mine")
    shown = await mine.page(links(page, "/mine/visits/")[0])
    assert "This visit is confidential." in shown


async def test_a_licence_that_ended_meanwhile_books_nothing(mine: Phone) -> None:
    client = await mandated(mine)
    page = await mine.page(f"{client}/book/days?place=own")
    wish = wishes(await mine.page(links(page, "/times?")[0]))[0]
    held = await sent_to(
        mine.site, f"{client}/book/times", {"place": "own", "wish": wish}
    )
    (licence,) = await rows(mine.site, Licence)
    async with mine.site.database.write() as session:
        await licences.revoke(
            session,
            await session.get_one(Licence, licence.id),
            reason="x",
            by=SYSTEM,
            now=mine.site.clock(),
        )

    assert (await mine.site.post(held)).status == 409
    again = await mine.site.post(f"{client}/book/times", {"place": "own", "wish": wish})
    assert again.status == 409
    assert "cannot act for this prisoner" in await again.text()


async def test_who_ends_a_mandate_acts_no_more(mine: Phone) -> None:
    client = await mandated(mine)

    assert await sent_to(mine.site, f"{client}/end") == "/mine/clients"

    (mandate,) = await rows(mine.site, Mandate)
    assert mandate.state is MandateState.ENDED
    await mine.page(f"{client}/book", status=409)
    await mine.page(f"{client}/file", status=409)
    sent = {"answer_what": "file"}
    await mine.page(f"{client}/file/status", typed=sent, status=409)


async def test_clients_of_others_do_not_exist(mine: Phone) -> None:
    client = await mandated(mine)
    async with mine.site.database.write() as session:
        licence = (await rows(mine.site, Licence))[0]
        row = await session.get_one(Licence, licence.id)
        row.visitor_id = (await make.visitor(session)).id
        session.add(row)

    await mine.page(f"{client}/book", status=404)
    await mine.page("/mine/clients/\x00/book", status=404)


async def test_renewal_is_asked_near_the_end(mine: Phone) -> None:
    licence = await licensed(mine)
    assert "Ask to renew it" not in await mine.page("/mine/licence")
    mine.site.clock.forward(timedelta(days=170))
    await mine.again()

    to = await sent_to(mine.site, f"/mine/licence/{licence.reference}/renew")

    assert to == "/mine/licence"
    assert "The office is asked to renew it." in await mine.page("/mine/licence")
    (kept,) = await rows(mine.site, Licence)
    assert kept.state is LicenceState.VERIFIED


async def test_a_prison_without_lawyers_hours_says_that_nothing_is_free(
    mine: Phone,
) -> None:
    client = await mandated(mine)
    async with mine.site.database.write() as session:
        for template in await rows(mine.site, SessionTemplate):
            row = await session.get_one(SessionTemplate, template.id)
            row.kinds = ["family"]
            session.add(row)

    page = await mine.page(f"{client}/book/days?place=own")

    assert "You cannot book a visit now" in page
    assert links(page, f"{client}/book") == [f"{client}/book"]
