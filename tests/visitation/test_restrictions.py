"""Bars, prisoners kept apart, and appointments: recorded once, audited, undone."""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from visitation import people
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.people import Appointment, Bar, KeptApart
from visitation.timespan import Timespan
from visitation.words import AppointmentKind, Role

BY = Actor(key="account:1", role=Role.SCHEDULER)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
COURT = Timespan(NOON + DAY, NOON + DAY + HOUR)


async def acts(session: AsyncSession) -> list[str]:
    rows = await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id)))
    return list(rows.all())


async def order(session: AsyncSession, prisoner_id: int, **changes) -> Bar:
    wanted = {
        "starts_at": NOON,
        "ends_at": NOON + 7 * DAY,
        "order_number": "۱۲-الف",
        "judge": "قاضی رضایی",
    } | changes
    return await people.order_bar(
        session, prisoner_id=prisoner_id, by=BY, now=NOON, **wanted
    )


async def appoint(session: AsyncSession, prisoner_id: int, **changes) -> Appointment:
    wanted = {"kind": AppointmentKind.COURT, "span": COURT} | changes
    return await people.add_appointment(
        session, prisoner_id=prisoner_id, by=BY, now=NOON, **wanted
    )


async def test_an_order_is_recorded_with_who_it_is_against(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        one = await order(session, world.prisoner.id, visitor_id=world.visitor.id)
        everybody = await order(session, world.prisoner.id, ends_at=None)
        entries = (await session.exec(select(AuditEntry))).all()
        found = await people.bars_of(session, world.prisoner.id)
    assert {(bar.id, who.id if who else None) for bar, who in found} == {
        (one.id, world.visitor.id),
        (everybody.id, None),
    }
    assert [(e.action, e.subject) for e in entries] == [
        ("order_bar", f"bar:{one.id}"),
        ("order_bar", f"bar:{everybody.id}"),
    ]
    assert not any("رضایی" in str(entry.facts) for entry in entries)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"order_number": " "}, "order_number: order_needed"),
        ({"judge": ""}, "judge: judge_needed"),
        ({"ends_at": NOON}, "last_day: ends_before_start"),
        (
            {"starts_at": NOON - DAY, "ends_at": NOON - HOUR},
            "last_day: already_over",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_an_order_that_makes_no_sense_is_refused(
    database: Database, changes: dict, wrong: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid, match=wrong):
            await order(session, world.prisoner.id, **changes)


async def test_the_same_order_is_recorded_once_until_it_is_lifted(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        bar = await order(session, world.prisoner.id)
        with pytest.raises(Invalid, match="order_known"):
            await order(session, world.prisoner.id)
        await people.lift_bar(session, bar, by=BY, now=NOON + HOUR)
        await people.lift_bar(session, bar, by=BY, now=NOON + DAY)
        await order(session, world.prisoner.id)
        assert bar.lifted_at == NOON + HOUR
        assert await acts(session) == ["order_bar", "lift_bar", "order_bar"]


async def test_an_order_names_a_contact_of_the_prisoner(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        stranger = await make.visitor(session)
        with pytest.raises(NotFound):
            await order(session, world.prisoner.id, visitor_id=stranger.id)


async def test_two_prisoners_are_kept_apart_both_ways(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        other = await make.prisoner(session, world.prison, name="علی نوری")
        pair = (other.id, world.prisoner.id)
        kept = await people.keep_apart(session, *pair, reason="نزاع", by=BY, now=NOON)
        of_one = await people.apart_from(session, world.prisoner.id)
        of_other = await people.apart_from(session, other.id)
        ids = await session.exec(people.others_of(other.id))
        assert [row.name for _kept, row in of_one] == ["علی نوری"]
        assert [row.id for _kept, row in of_other] == [world.prisoner.id]
        assert ids.all() == [world.prisoner.id]
        assert kept.one_id < kept.other_id


async def test_a_pair_that_may_meet_again_can_be_kept_apart_again(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        other = await make.prisoner(session, world.prison)
        pair = (world.prisoner.id, other.id)
        kept = await people.keep_apart(session, *pair, reason="نزاع", by=BY, now=NOON)
        with pytest.raises(Invalid, match="kept_apart_already"):
            await people.keep_apart(session, *pair, reason="نزاع", by=BY, now=NOON)
        await people.let_meet(session, kept, by=BY, now=NOON + HOUR)
        await people.let_meet(session, kept, by=BY, now=NOON + DAY)
        assert kept.ended_at == NOON + HOUR
        assert await people.apart_from(session, other.id) == []
        await people.keep_apart(session, *pair, reason="دوباره", by=BY, now=NOON + DAY)
        rows = (await session.exec(select(KeptApart))).all()
        assert [(row.reason, row.since, row.ended_at) for row in rows] == [
            ("دوباره", NOON + DAY, None)
        ]
        assert await acts(session) == ["keep_apart", "let_meet", "keep_apart"]


async def test_nobody_is_kept_apart_from_themselves_or_from_nobody(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        own = world.prisoner.id
        with pytest.raises(Invalid, match="same_prisoner"):
            await people.keep_apart(session, own, own, reason="-", by=BY, now=NOON)
        with pytest.raises(Invalid, match="reason_needed"):
            await people.keep_apart(session, own, 999, reason=" ", by=BY, now=NOON)
        with pytest.raises(NotFound):
            await people.keep_apart(session, own, 999, reason="-", by=BY, now=NOON)


async def test_an_appointment_is_kept_until_it_is_cancelled(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        own = world.prisoner.id
        court = await appoint(session, own)
        later = await appoint(session, own, span=Timespan(NOON, NOON + 2 * HOUR))
        ahead = await people.appointments_of(session, own, after=NOON)
        assert [one.id for one in ahead] == [later.id, court.id]
        await people.cancel_appointment(session, court, by=BY, now=NOON)
        await people.cancel_appointment(session, court, by=BY, now=NOON + HOUR)
        ahead = await people.appointments_of(session, own, after=NOON)
        assert ([one.id for one in ahead], court.cancelled_at) == ([later.id], NOON)
        assert await acts(session) == [
            "add_appointment",
            "add_appointment",
            "cancel_appointment",
        ]


async def test_a_program_may_send_an_appointment_again(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        own, named = world.prisoner.id, {"external_id": "C-17"}
        first = await appoint(session, own, **named)
        await appoint(session, own, **named)
        later = Timespan(COURT.start + HOUR, COURT.end + HOUR)
        moved = await appoint(session, own, span=later, **named)
        await people.cancel_appointment(session, moved, by=BY, now=NOON)
        again = await appoint(session, own, span=later, **named)
        assert {first.id, moved.id, again.id} == {first.id}
        assert (again.starts_at, again.cancelled_at) == (later.start, None)
        assert await acts(session) == [
            "add_appointment",
            "change_appointment",
            "cancel_appointment",
            "change_appointment",
        ]
        other = await make.prisoner(session, world.prison)
        with pytest.raises(Invalid, match="appointment_of_another"):
            await appoint(session, other.id, **named)


@pytest.mark.parametrize(
    ("span", "wrong"),
    [
        (Timespan(NOON - HOUR, NOON), "already_over"),
        (Timespan(NOON, NOON + 32 * DAY), "appointment_too_long"),
    ],
    ids=["over", "long"],
)
async def test_an_appointment_that_makes_no_sense_is_refused(
    database: Database, span: Timespan, wrong: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid, match=wrong):
            await appoint(session, world.prisoner.id, span=span)
