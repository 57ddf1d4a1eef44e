"""An interpreter is added by staff, and what was written is read by those who may."""

import re

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import visit_now
from visitation import calls
from visitation.lifecycle import VisitState
from visitation.words import Role, VisitKind

PERSON = {"name": "مریم بلوچ", "phone": "09121112233"}


@pytest.mark.parametrize("role", [Role.CLERK, Role.WARDEN, Role.SCHEDULER])
async def test_an_interpreter_joins_by_the_code_that_staff_were_shown(
    site: Site, world: World, role: Role
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(role, language="en")
    path = f"/visits/{visit.visit.reference}/interpreter"
    assert path in await (await site.get(f"/visits/{visit.visit.reference}")).text()

    await site.post(path, PERSON)
    page = await (await site.get(path)).text()
    [code] = re.findall(r"<bdi[^>]*>(\d{6})</bdi>", page)
    site.cookies.clear()
    joined = await site.post("/join", {"code": code, "phone": "2233"})
    call = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert joined.headers["Location"] == "/check"
    assert 'data-part="interpreter"' in call


async def test_a_visit_that_is_over_takes_nobody_more(site: Site, world: World) -> None:
    visit = await visit_now(site, world, state=VisitState.COMPLETED)
    await site.sign_in(Role.CLERK, language="en")

    answer = await site.post(f"/visits/{visit.visit.reference}/interpreter", PERSON)

    page = await answer.text()
    assert answer.status == 409
    assert "Nobody was added." in page
    assert PERSON["name"] in page


async def test_a_wrong_phone_is_told_and_what_was_typed_is_kept(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.CLERK, language="en")

    answer = await site.post(
        f"/visits/{visit.visit.reference}/interpreter", PERSON | {"phone": "12"}
    )

    page = await answer.text()
    assert answer.status == 422
    assert 'value="12"' in page
    assert PERSON["name"] in page


async def test_what_was_written_is_read_in_ones_own_language(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world, state=VisitState.COMPLETED)
    async with site.database.write() as session:
        for code, text in (("miss_you", ""), ("", "<b>سلام</b>")):
            await calls.chat.keep(
                session,
                participant=visit.visitor.reference,
                code=code,
                text=text,
                now=site.clock(),
            )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")

    page = await (await site.get(f"/visits/{visit.visit.reference}/written")).text()

    assert "I miss you" in page
    assert "&lt;b&gt;سلام&lt;/b&gt;" in page
    assert world.visitor.name in page


async def test_clerks_do_not_read_what_was_written(site: Site, world: World) -> None:
    visit = await visit_now(site, world, state=VisitState.COMPLETED)
    await site.sign_in(Role.CLERK)

    answer = await site.get(f"/visits/{visit.visit.reference}/written")

    assert answer.status == 404


@pytest.mark.parametrize(
    ("kind", "writes"), [(VisitKind.FAMILY, True), (VisitKind.LEGAL, False)]
)
async def test_a_privileged_visit_has_no_place_to_write(
    site: Site, world: World, kind: VisitKind, writes: bool
) -> None:
    visit = await visit_now(site, world, kind=kind)
    phone = world.visitor.phone or ""
    await site.post("/join", {"code": visit.code, "phone": phone[-4:]})

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert ("data-phrase" in page) is writes
