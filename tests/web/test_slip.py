"""The printed slip, and who may see it."""

import re

import pytest
import segno

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import book, english, text
from visitation import audit, lifecycle, visits
from visitation.lifecycle import Act
from visitation.visits import Visit
from visitation.words import STAFF, Role


async def codes(site: Site, visit: Visit) -> list[str]:
    async with site.database.read() as session:
        people = await visits.participants(session, visit.id)
    opened = [visits.code_of(one, keyring=site.keyring) for one in people]
    return [code for code in opened if code is not None]


async def test_each_visitor_has_a_slip_with_code_and_picture(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        aunt = await make.visitor(session, name="خاله", phone=None)
        await make.contact(session, world.prisoner, aunt)
    visit = await book(site, world, visitor_ids=[world.visitor.id, aunt.id])
    await site.sign_in(Role.CLERK)
    await english(site)
    page = await text(await site.get(f"/visits/{visit.reference}/slip"))
    both = await codes(site, visit)
    assert re.findall(r'slip__digits" dir="ltr">(\d+)<', page) == both
    for code in both:
        drawn = segno.make(
            f"http://localhost/join#code={code}", error="m", micro=False
        ).svg_inline(omitsize=True, border=2, svgclass="qr")
        assert drawn in page
    assert "style=" not in page
    for words in (
        "Tuesday 24 November 2026 (3 Azar 1405)",
        "10:00 to 10:25",
        world.point.name,
        world.kiosk.name,
        "Bring your identity card",
    ):
        assert words in page


async def test_a_slip_for_the_own_phone_says_where_to_go(
    site: Site, world: World
) -> None:
    visit = await book(site, world, kiosk_id=None)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get(f"/visits/{visit.reference}/slip"))
    assert (
        "On your own phone or computer: open <bdi>http://localhost/join</bdi>" in page
    )
    assert "last four digits of your phone" in page


async def test_digits_are_persian_on_a_persian_slip(site: Site, world: World) -> None:
    visit = await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    page = await text(await site.get(f"/visits/{visit.reference}/slip"))
    assert re.search(r'slip__digits" dir="ltr">[۰-۹]{6}<', page)
    assert "سه‌شنبه ۳ آذر ۱۴۰۵" in page


async def test_opening_slips_is_noted(site: Site, world: World) -> None:
    visit = await book(site, world)
    account = await site.sign_in(Role.CLERK)
    await site.get(f"/visits/{visit.reference}/slip")
    async with site.database.read() as session:
        last = (await audit.history(session, visit_id=visit.id))[-1]
    assert (last.action, last.actor) == ("print_slips", f"account:{account.id}")


async def test_without_codes_there_is_nothing_to_print(
    site: Site, world: World
) -> None:
    visit = await book(site, world)
    async with site.database.write() as session:
        await visits.wipe(session, visit_id=visit.id)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get(f"/visits/{visit.reference}/slip"))
    assert "There is no code to print" in page


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_only_readers_of_messages_see_slips(
    site: Site, world: World, role: Role
) -> None:
    visit = await book(site, world)
    await site.sign_in(role)
    response = await site.get(f"/visits/{visit.reference}/slip")
    reads = role in lifecycle.MAY[Act.READ_MESSAGES]
    assert response.status == (200 if reads else 404)
