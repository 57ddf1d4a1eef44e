"""Whom to ring, what to say, and what came of it; and telling a family to come."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from scheduler import calling
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from tests.web.worlds import english, text
from visitation.audit.tables import AuditEntry
from visitation.messages import CallTask, Message, drafted
from visitation.visits import Participant, Visit
from visitation.wording import Template, said
from visitation.words import CallOutcome, Role


@pytest.fixture
async def lost(site: Site, world: World) -> Booked:
    """A visit in an hour, and a reminder of it that reached nobody."""
    async with site.database.write() as session:
        one = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(hours=1)
        )
        message = Message(
            **drafted(
                Template.REMINDER_SOON,
                dedup_key="lost",
                phone=world.visitor.phone or "",
                language="fa",
                variables={"time": "۱۳:۰۰", "place": "دفتر"},
                now=site.clock(),
                expires_at=one.visit.starts_at,
                visit_id=one.visit.id,
                participant_id=one.visitor.id,
            )
        )
        session.add(message)
        await session.flush()
        await calling.ask(session, message, one.visit, now=site.clock())
        return one


async def task(site: Site) -> CallTask:
    async with site.database.read() as session:
        return (await session.exec(select(CallTask))).one()


async def test_the_clerk_sees_whom_to_ring_and_the_words_to_say(
    site: Site, world: World, lost: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    await english(site)
    assert "1 person could not be reached" in await text(await site.get("/clerk"))
    page = await text(await site.get("/call-list"))
    assert world.visitor.name in page
    assert "Reminder shortly before" in page
    code = said(lost.code, "fa")
    assert code not in page
    one = await task(site)
    words = await text(await site.post(f"/call-list/{one.id}/words", {}))
    assert words.count(code) == 2
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.action, AuditEntry.visit_id).order_by(
                col(AuditEntry.id).desc()
            )
        )
        assert rows.first() == ("show_code", lost.visit.id)


async def test_a_call_is_ticked_and_taken_back(
    site: Site, world: World, lost: Booked
) -> None:
    await site.sign_in(Role.SCHEDULER, sites=[world.point.id])
    await english(site)
    one = await task(site)
    for outcome, shown in (
        ("no_answer", "Rung once, no answer"),
        ("told", "Undo it"),
    ):
        answer = await site.post(f"/call-list/{one.id}/tick", {"outcome": outcome})
        assert answer.status == 303
        assert shown in await text(await site.get("/call-list"))
    async with site.database.read() as session:
        mother = await session.get_one(Participant, lost.visitor.id)
    assert mother.told_at == site.clock()
    again = await site.post(f"/call-list/{one.id}/tick", {"outcome": "told"})
    assert again.status == 409
    assert (await site.post(f"/call-list/{one.id}/undo", {})).status == 303
    assert (await task(site)).done_at is None


@pytest.mark.parametrize("outcome", [CallOutcome.TOO_LATE, "nonsense"])
async def test_nobody_says_what_only_time_says(
    site: Site, world: World, lost: Booked, outcome: str
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    one = await task(site)
    answer = await site.post(f"/call-list/{one.id}/tick", {"outcome": outcome})
    assert answer.status == 404
    assert (await task(site)).outcome is None


async def test_another_points_clerk_and_a_warden_find_nothing(
    site: Site, world: World, lost: Booked
) -> None:
    one = await task(site)
    for role, places in ((Role.CLERK, []), (Role.WARDEN, [world.prison.id])):
        await site.sign_in(role, sites=places)
        answer = await site.post(f"/call-list/{one.id}/words", {})
        assert answer.status == 404


async def _said(site: Site) -> list[Template]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(Message.template)
            .where(Message.dedup_key != "lost")
            .order_by(col(Message.id))
        )
        return list(rows.all())


async def test_a_family_is_told_to_come_from_the_boards(
    site: Site, world: World, lost: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    await english(site)
    assert "Ready: tell the visitors to come" in await text(await site.get("/clerk"))
    path = f"/visits/{lost.visit.reference}/summon"
    for what in ("visit_ready", "visit_ready", "visit_recall"):
        answer = await site.post(path, {"what": what, "next": "/clerk"})
        assert answer.status == 303
    assert await _said(site) == [Template.READY, Template.RECALL]
    async with site.database.write() as session:
        visit = await session.get_one(Visit, lost.visit.id)
        visit.starts_at += timedelta(minutes=1)
        session.add(visit)
    answer = await site.post(path, {"what": "visit_ready", "next": "/clerk"})
    assert answer.status == 409
    assert "from an hour before its visit" in await text(answer)


async def test_a_family_is_told_once_the_prisoner_sits_there(
    site: Site, world: World, lost: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    for state in ("told", "arrived", "identified"):
        await site.post(
            f"/warden/{lost.visit.reference}/tick",
            {"participant": lost.prisoner.reference, "state": state, "next": "/warden"},
        )
    assert await _said(site) == [Template.READY]
