"""Staff verify licences, approve mandates and take rosters in, within their reach."""

from datetime import timedelta

import pytest
from aiohttp import FormData
from sqlmodel import col

from scheduler import reviewing, sweeps
from scheduler.licence_warnings import warn_of_ends
from tests import make
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.visitation.booked import booked
from tests.visitation.professionals.practice import asked, licensed, mandated
from tests.web.conftest import Site
from tests.web.reading import rows, sent_to, text
from visitation.messages import Message
from visitation.people import Contact
from visitation.professionals import Licence, Mandate
from visitation.visits.tables import Flag
from visitation.wording import Template
from visitation.words import (
    ContactState,
    LicenceState,
    MandateState,
    Role,
    VisitKind,
)

ROSTER = (
    "name,national_id,phone,number,until\n"
    "نرگس دانش,0499370899,09120003001,ک-1,1405/12/01\n"
    "بی‌نام,1234567890,,ک-2,1405/12/01\n"
)


async def wait_for_one(site: Site, world: World) -> Licence:
    async with site.database.write() as session:
        return await asked(session, world, site.keyring, now=site.clock())


async def hold_one(site: Site, world: World) -> tuple[Licence, Mandate]:
    async with site.database.write() as session:
        licence = await licensed(session, world, site.keyring)
        mandate = await mandated(session, licence, world.prisoner, site.keyring)
        return licence, mandate


@pytest.mark.usefixtures("english")
async def test_an_administrator_verifies_until_a_day(site: Site, world: World) -> None:
    licence = await wait_for_one(site, world)
    await site.sign_in(Role.ADMINISTRATOR)
    assert "هما وکیلی" in await text(site, "/licences")
    path = f"/licences/{licence.reference}"
    assert "12345" in await text(site, path)

    far = await site.post(f"{path}/verify", {"valid_until": "1420/01/01"})
    assert far.status == 409
    assert "not verified for so long" in await far.text()
    to = await sent_to(site, f"{path}/verify", {"valid_until": "1406/01/01"})

    assert to == "/licences"
    (kept,) = await rows(site, Licence)
    assert kept.state is LicenceState.VERIFIED
    again = await site.post(f"{path}/verify", {"valid_until": "1406/01/01"})
    assert again.status == 409
    to = await sent_to(site, f"{path}/extend", {"valid_until": "1406/02/01"})
    assert to == "/licences"


@pytest.mark.usefixtures("english")
async def test_a_number_of_somebody_else_is_told_to_staff_alone(
    site: Site, world: World
) -> None:
    await hold_one(site, world)
    async with site.database.write() as session:
        other = await asked(session, world, site.keyring, who=world.visitor)
    await site.sign_in(Role.ADMINISTRATOR)
    path = f"/licences/{other.reference}"

    assert "Somebody else has a verified licence" in await text(site, path)
    answer = await site.post(f"{path}/verify", {"valid_until": "1406/01/01"})

    assert answer.status == 409
    assert "revoke that one first" in await answer.text()


@pytest.mark.usefixtures("english")
async def test_revoking_flags_what_is_booked(site: Site, world: World) -> None:
    licence, _mandate = await hold_one(site, world)
    lawyer = await make_lawyers_visit(site, world, licence)
    await site.sign_in(Role.ADMINISTRATOR)
    path = f"/licences/{licence.reference}"
    assert "1 mandate rests on it" in await text(site, path)

    assert await sent_to(site, f"{path}/revoke", {"reason": "حکم"}) == "/licences"

    now = site.clock() + timedelta(minutes=1)
    tools = means(site.clock, site.keyring, FakeGateway())
    await sweeps.seal_audit(site.database, now=now, means=tools)
    await reviewing.review_changes(site.database, now=now, means=tools)
    flags = await rows(site, Flag)
    assert [(one.visit_id, one.reason) for one in flags] == [(lawyer, "not_approved")]


async def make_lawyers_visit(site: Site, world: World, licence: Licence) -> int:
    async with site.database.write() as session:
        visit, (_prisoner, visitor) = await booked(
            session,
            world,
            kind=VisitKind.LEGAL,
            starts_at=site.clock() + timedelta(days=2),
        )
        visitor.visitor_id = licence.visitor_id
        session.add(visitor)
        return visit.id


@pytest.mark.usefixtures("english")
async def test_a_warden_decides_for_the_own_prison_alone(
    site: Site, world: World
) -> None:
    _licence, mandate = await hold_one(site, world)
    async with site.database.write() as session:
        other = await make.prison(session, name="زندان دیگر")
    await site.sign_in(Role.WARDEN, sites=[other.id])
    path = f"/mandates/{mandate.reference}"
    assert (await site.get(path)).status == 404
    assert "Nobody acts for a prisoner yet." in await text(site, "/mandates")
    await site.sign_in(Role.WARDEN, username="near", sites=[world.prison.id])

    assert "هما وکیلی" in await text(site, "/mandates")
    assert (await site.post(f"{path}/end", {})).status == 422
    assert await sent_to(site, f"{path}/end", {"reason": "عزل"}) == "/mandates"

    (kept,) = await rows(site, Mandate)
    contacts = await rows(site, Contact, Contact.visitor_id != world.visitor.id)
    assert kept.state is MandateState.ENDED
    assert [one.state for one in contacts] == [ContactState.SUSPENDED]
    assert (await site.post(f"{path}/end", {"reason": "x"})).status == 409
    assert (await site.post(f"{path}/refuse", {"reason": "x"})).status == 409


async def test_licences_of_another_province_do_not_exist(
    site: Site, world: World
) -> None:
    licence = await wait_for_one(site, world)
    async with site.database.write() as session:
        other = await make.province(session, name="فارس")
    await site.sign_in(Role.ADMINISTRATOR, provinces=[other.id])

    path = f"/licences/{licence.reference}"
    assert (await site.get(path)).status == 404
    verify = await site.post(f"{path}/verify", {"valid_until": "1406/01/01"})
    assert verify.status == 404


def roster(world: World, content: str = ROSTER, **changes: str) -> FormData:
    data = FormData()
    data.add_field("province", changes.get("province", str(world.prison.province_id)))
    data.add_field("issuer", changes.get("issuer", "دانشگاه اصفهان"))
    data.add_field("file", content.encode(), filename="roster.csv")
    return data


@pytest.mark.usefixtures("english")
async def test_a_roster_is_looked_at_and_then_taken_in(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    headers = {"Origin": site.origin}

    looked = await site.request("POST", "/rosters", data=roster(world), headers=headers)
    page = await looked.text()

    assert looked.status == 200
    assert "licences that end: 0" in " ".join(page.split())
    assert "refused: 1" in page
    assert await rows(site, Licence) == []
    upload = page.split('name="upload" value="')[1].split('"')[0]
    sent = {
        "upload": upload,
        "province": str(world.prison.province_id),
        "issuer": "دانشگاه اصفهان",
    }
    done = await site.post("/rosters/do", sent)
    assert done.status == 200
    (kept,) = await rows(site, Licence)
    assert kept.state is LicenceState.VERIFIED
    assert (await site.post("/rosters/do", sent)).status == 409
    assert "دانشگاه اصفهان" in await text(site, "/rosters")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("content", "changes", "words"),
    [
        ("a,b\n1,2\n", {}, "These columns are not known"),
        ("name,national_id,number,until\n", {}, "There are no rows"),
        (ROSTER, {"issuer": ""}, "Fill this in."),
        (ROSTER, {"province": "9999"}, "Choose one from the list."),
    ],
)
async def test_what_is_no_roster_is_said(
    site: Site, world: World, content: str, changes: dict[str, str], words: str
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    headers = {"Origin": site.origin}

    looked = await site.request(
        "POST", "/rosters", data=roster(world, content, **changes), headers=headers
    )

    assert looked.status == 422
    assert words in await looked.text()


async def test_owners_are_warned_once_a_month_before(site: Site, world: World) -> None:
    licence, _mandate = await hold_one(site, world)
    assert licence.valid_until is not None
    ahead = licence.valid_until - site.clock().date() - timedelta(days=29)

    tools = means(site.clock, site.keyring, FakeGateway())
    early = await warn_of_ends(site.database, now=site.clock(), means=tools)
    later = site.clock() + ahead
    warned = [await warn_of_ends(site.database, now=later, means=tools) for _ in "12"]

    assert (early, warned) == (0, [1, 0])
    told = await rows(site, Message, col(Message.template) == Template.LICENCE_ENDS)
    assert len(told) == 1
