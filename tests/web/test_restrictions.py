"""What keeps a prisoner from visits, and the allowance, as schedulers meet them."""

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.reading import sent_to, text
from tests.web.worlds import book, made
from visitation.people import Appointment, Bar, KeptApart
from visitation.visits import Allowance
from visitation.words import Role

ORDER = {
    "visitor": "",
    "order_number": "۱۴۰۵/۱۲",
    "judge": "قاضی رضایی",
    "first_day": "۱۴۰۵/۰۹/۰۲",
    "last_day": "1405/09/10",
}
COURT = {"kind": "court", "day": "1405/09/05", "starts": "۹:۰۰", "ends": "11"}

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def path(world: World) -> str:
    return f"/prisoners/{world.prisoner.id}"


async def test_a_judges_order_is_recorded_and_lifted(
    scheduler: Site, world: World, path: str
) -> None:
    typed = ORDER | {"visitor": str(world.visitor.id)}
    listed = await sent_to(scheduler, f"{path}/bars/new", typed)
    page = await text(scheduler, listed)
    assert "قاضی رضایی" in page
    assert world.visitor.name in page
    again = await text(scheduler, f"{path}/bars/new", typed, status=409)
    assert "recorded already" in again
    async with scheduler.database.read() as session:
        bar = (await session.exec(select(Bar))).one()
    assert (bar.visitor_id, bar.order_number) == (world.visitor.id, "۱۴۰۵/۱۲")
    await sent_to(scheduler, f"{path}/restrictions", {"bar": str(bar.id)})
    assert "Over" in await text(scheduler, listed)


async def test_an_order_with_something_wrong_keeps_what_was_typed(
    scheduler: Site, world: World, path: str
) -> None:
    page = await text(
        scheduler, f"{path}/bars/new", ORDER | {"first_day": "13/13"}, status=422
    )
    assert "Give a day such as" in page
    assert "قاضی رضایی" in page
    stranger = await text(
        scheduler, f"{path}/bars/new", ORDER | {"visitor": "999"}, status=422
    )
    assert "Choose one from the list." in stranger
    turned = ORDER | {"last_day": "1405/09/01"}
    assert "must end after it starts" in await text(
        scheduler, f"{path}/bars/new", turned, status=409
    )


async def test_two_prisoners_are_kept_apart_by_number(
    scheduler: Site, world: World, path: str
) -> None:
    async with scheduler.database.write() as session:
        other = await make.prisoner(session, world.prison, name="علی نوری")
    typed = {"other": other.number, "reason": "نزاع"}
    page = await text(scheduler, await sent_to(scheduler, f"{path}/apart/new", typed))
    assert "علی نوری" in page
    assert "رضا کریمی" in await text(scheduler, f"/prisoners/{other.id}/restrictions")
    nobody = await text(
        scheduler, f"{path}/apart/new", typed | {"other": "zz"}, status=409
    )
    assert "No prisoner of this prison has this number" in nobody
    async with scheduler.database.read() as session:
        kept = (await session.exec(select(KeptApart))).one()
    await sent_to(scheduler, f"{path}/restrictions", {"kept": str(kept.id)})
    assert "may meet everybody" in await text(scheduler, f"{path}/restrictions")


async def test_an_appointment_is_added_and_cancelled(
    scheduler: Site, world: World, path: str
) -> None:
    listed = await sent_to(scheduler, f"{path}/appointments/new", COURT)
    assert "Court" in await text(scheduler, listed)
    turned = COURT | {"ends": "8:00"}
    assert "must end after it starts" in await text(
        scheduler, f"{path}/appointments/new", turned, status=409
    )
    async with scheduler.database.read() as session:
        one = (await session.exec(select(Appointment))).one()
    await sent_to(scheduler, listed, {"appointment": str(one.id)})
    assert "No appointment is ahead" in await text(scheduler, listed)


async def test_what_is_anothers_cannot_be_lifted_here(
    scheduler: Site, world: World, path: str
) -> None:
    async with scheduler.database.write() as session:
        other = await make.prisoner(session, world.prison)
    await sent_to(scheduler, f"{path}/appointments/new", COURT)
    async with scheduler.database.read() as session:
        one = (await session.exec(select(Appointment))).one()
    answer = await scheduler.post(
        f"/prisoners/{other.id}/restrictions", {"appointment": str(one.id)}
    )
    assert answer.status == 404


async def test_an_allowance_is_shown_and_changed_with_a_reason(
    scheduler: Site, world: World, path: str
) -> None:
    page = await text(scheduler, f"{path}/allowance")
    assert "Azar 1405" in page
    typed = {"period": "month:1405-09", "amount": "۲", "reason": "عید"}
    changed = await text(
        scheduler, await sent_to(scheduler, f"{path}/allowance", typed)
    )
    assert "عید" in changed
    assert "+2" in changed
    async with scheduler.database.read() as session:
        rows = (await session.exec(select(Allowance))).all()
    assert {(row.period, row.granted) for row in rows} == {
        ("week:2026-11-21", 2),
        ("month:1405-09", 10),
    }
    for wrong, status, words in (
        ({"amount": "99"}, 409, "from 1 to 14"),
        ({"amount": "x"}, 422, "whole number"),
        ({"period": "month:1400-01"}, 422, "Choose one from the list."),
        ({"reason": " "}, 422, "Fill this in."),
    ):
        page = await text(scheduler, f"{path}/allowance", typed | wrong, status=status)
        assert words in page


@pytest.mark.parametrize("page", ["restrictions", "allowance", "bars/new"])
async def test_pages_speak_persian_and_are_for_planners(
    site: Site, world: World, path: str, page: str
) -> None:
    await site.sign_in(Role.WARDEN, provinces=[world.prison.province_id])
    assert (await site.get(f"{path}/{page}")).status == 404
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    site.cookies["lang"] = "fa"
    assert world.prisoner.name in await text(site, f"{path}/{page}")


async def test_auditors_read_what_keeps_from_visits_and_change_nothing(
    scheduler: Site, world: World, path: str
) -> None:
    visit = await book(scheduler, world)
    await sent_to(scheduler, f"{path}/bars/new", ORDER)
    await sent_to(scheduler, f"{path}/appointments/new", COURT)
    async with scheduler.database.read() as session:
        bar = (await session.exec(select(Bar))).one()
    await scheduler.sign_in(Role.AUDITOR, provinces=[world.prison.province_id])
    shown = await text(scheduler, f"/visits/{visit.reference}")
    for page in ("restrictions", "allowance"):
        assert f'href="{path}/{page}"' in shown
        read = await text(scheduler, f"{path}/{page}")
        assert world.prisoner.name in read
        assert f'action="{path}' not in read
        assert "Record an order" not in read
        assert "Give more or fewer" not in read
    assert "قاضی رضایی" in await text(scheduler, f"{path}/restrictions")
    for sent, typed in (
        ("restrictions", {"bar": str(bar.id)}),
        ("allowance", {}),
        ("bars/new", ORDER),
    ):
        assert (await scheduler.post(f"{path}/{sent}", typed)).status == 404
    far = (await made(scheduler)).prisoner
    assert (await scheduler.get(f"/prisoners/{far.id}/restrictions")).status == 404
