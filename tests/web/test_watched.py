"""That staff watched a visit, on its page and on those of the family."""

from datetime import timedelta

import pytest

from tests.make import World, account
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from tests.web.own import phone
from visitation import calls
from visitation.audit import SYSTEM
from visitation.visits import Participant, Visit
from visitation.words import Part, Role

NAME = "سارا نگهبان"


async def watch(site: Site, visit_id: int, *, ends: bool = True) -> None:
    """A warden watches for five minutes, or does so still."""
    async with site.database.write() as session:
        staff = await account(session, Role.WARDEN, name=NAME)
        visit = await session.get_one(Visit, visit_id)
        person = Participant(
            reference="watcher",
            visit_id=visit.id,
            part=Part.MONITOR,
            account_id=staff.id,
        )
        session.add(person)
        await session.flush()
        at = visit.starts_at + timedelta(minutes=5)
        visit.started_at = visit.starts_at
        await calls.joined(session, person, by=SYSTEM, now=at)
        if ends:
            at += timedelta(minutes=5)
            await calls.left(session, person, reason="left", by=SYSTEM, now=at)


@pytest.fixture
async def visit(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


async def test_staff_read_who_watched_and_when(
    site: Site, world: World, visit: Booked
) -> None:
    await watch(site, visit.visit.id)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")

    page = await (await site.get(f"/visits/{visit.visit.reference}")).text()

    section = page.partition("Watched by staff</h2>")[2].partition("</table>")[0]
    assert NAME in section
    assert section.count("<td") == 2
    assert f"{NAME}</bdi> began to watch" in page
    assert f"{NAME}</bdi> watched no more" in page


async def test_the_family_reads_that_it_was_watched_and_no_name(
    site: Site, world: World, visit: Booked
) -> None:
    await watch(site, visit.visit.id)
    site.cookies["lang"] = "en"
    number = world.visitor.phone or ""
    await site.post("/join", {"code": visit.code, "phone": number[-4:]})

    page = await (await site.get("/after")).text()

    assert "Your visit was watched" in page
    assert world.prison.name in page
    assert NAME not in page


async def test_on_ones_own_phone_one_reads_it_too_while_it_lasts(site: Site) -> None:
    mine = await phone(site)
    path = await mine.booked()
    before = await mine.page(path)

    await watch(site, (await mine.visit()).id, ends=False)
    page = await mine.page(path)

    assert 'id="watched"' not in before
    section = page.partition('id="watched"')[2].partition("</section>")[0]
    assert section.count("<li>") == 1
    assert NAME not in page
