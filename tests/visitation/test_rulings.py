"""What officials write is kept once, and ends what was asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import ruling
from scheduler.ruling import Word
from tests import make
from tests.make import World
from tests.web.day import Booked, booked
from visitation import cases, people
from visitation.audit import Actor
from visitation.cases import Case, Closed
from visitation.database import Database
from visitation.errors import Invalid, NotAllowed, NotFound
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.rulings import Ruling
from visitation.rulings.words import RulingKind
from visitation.wording import Template
from visitation.words import CaseKind, CaseSource, CaseState, Role

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


async def _rule(
    session: AsyncSession, made: Booked, world: World, keyring: Keyring, **how: Any
) -> str:
    by = how.pop("by", Actor.account(world.official.id, Role.OFFICIAL))
    told = {
        "kind": RulingKind.GRANTED,
        "about": CaseKind.FURLOUGH,
        "text": "سه روز مرخصی",
    } | how
    return await ruling.pronounce(
        session, made.visit, Word(**told), keyring=keyring, by=by, now=NOW
    )


async def _wished(session: AsyncSession, made: Booked, keyring: Keyring) -> Case:
    raised = await cases.after.wish(
        session,
        participant_id=made.visitor.id,
        kind=CaseKind.FURLOUGH,
        text="",
        keyring=keyring,
        by=Actor.participant(made.visitor.id),
        now=NOW,
    )
    return raised.case


async def test_a_request_is_open_until_it_is_decided_and_is_decided_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        case = await _wished(session, made, keyring)
        about = {"case": case.reference}
        of_prisoner = {"prisoner_id": world.prisoner.id}
        await _rule(session, made, world, keyring, kind=RulingKind.REFERRED, **about)
        still = await cases.after.undecided(session, **of_prisoner)
        first = await _rule(session, made, world, keyring, **about)
        again = await _rule(session, made, world, keyring, **about)
        with pytest.raises(Closed):
            await _rule(session, made, world, keyring, kind=RulingKind.DENIED, **about)
        none = await cases.after.undecided(session, **of_prisoner)
        written = await cases.written.in_visit(session, visit_id=made.visit.id)

    assert [one.reference for one in still] == [case.reference]
    assert (first, again) == (case.reference, case.reference)
    assert none == []
    assert [(one.kind, one.answered) for one in written] == [
        (RulingKind.REFERRED, True),
        (RulingKind.GRANTED, True),
    ]


async def test_a_case_says_what_it_is_about_and_must_be_the_prisoners(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        case = await _wished(session, made, keyring)
        other = await make.prisoner(session, world.prison, name="محمد احمدی")
        later = await booked(
            session, world, keyring, starts_at=NOW + timedelta(hours=1)
        )
        later.visit.prisoner_id = other.id
        session.add(later.visit)
        await session.flush()
        about = {"case": case.reference, "about": CaseKind.MEDICAL}
        with pytest.raises(NotFound):
            await _rule(session, later, world, keyring, **about)
        await _rule(session, made, world, keyring, **about)

    assert (case.kind, case.state) == (CaseKind.FURLOUGH, CaseState.GRANTED)


async def test_what_nobody_asked_for_is_a_case_with_its_answer_at_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        how = {"tell": True, "order": "پزشک تا پنج روز ببیند", "due_days": 3}
        first = await _rule(session, made, world, keyring, **how)
        again = await _rule(session, made, world, keyring, **how)
        case = (await session.exec(select(Case))).one()
        (order,) = await cases.orders_of(session, case)
        told = (await session.exec(select(Message))).all()

    assert first == again == case.reference
    assert (case.source, case.state, case.visitor_id) == (
        CaseSource.OFFICIAL,
        CaseState.GRANTED,
        None,
    )
    assert (order.to, order.text) == (world.prison.name, "پزشک تا پنج روز ببیند")
    assert [(one.template, one.phone) for one in told] == [
        (Template.CASE_DECIDED, world.visitor.phone)
    ]


async def test_a_note_of_a_visit_is_kept_once_and_is_no_case(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        for _ in range(2):
            await _rule(session, made, world, keyring, kind=RulingKind.NOTED)
        noted = (await session.exec(select(Ruling))).one()
        assert (await session.exec(select(Case))).all() == []

    assert (noted.about, noted.text) == (CaseKind.FURLOUGH, "سه روز مرخصی")


@pytest.mark.parametrize("kind", [RulingKind.GRANTED, RulingKind.NOTED])
@pytest.mark.parametrize(
    ("text", "reason"),
    [(" ", "missing"), ("م" * 301, "too_long"), ("تا تاریخ …", "blank_left")],
)
async def test_a_text_says_something_and_leaves_no_blank(
    sqlite: Database, keyring: Keyring, text: str, reason: str, kind: RulingKind
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        made = await booked(session, world, keyring, starts_at=NOW)
        with pytest.raises(Invalid) as refused:
            await _rule(session, made, world, keyring, text=text, kind=kind)
        with pytest.raises(NotAllowed):
            await _rule(session, made, world, keyring, kind=kind, by=Actor.station(1))

    assert (refused.value.field, refused.value.reason) == ("text", reason)


async def test_a_calendar_opens_by_its_newest_secret_alone(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        me = (await make.world(session)).official
        how = {"by": Actor.account(me.id, Role.OFFICIAL), "now": NOW}
        old = await people.open_feed(session, me.id, keyring=keyring, **how)
        new = await people.open_feed(session, me.id, keyring=keyring, **how)
        found = [
            await people.account_of_feed(session, one, keyring=keyring)
            for one in (old, new)
        ]
        await people.close_feed(session, me.id, **how)
        closed = await people.account_of_feed(session, new, keyring=keyring)

    assert found == [None, me]
    assert closed is None
