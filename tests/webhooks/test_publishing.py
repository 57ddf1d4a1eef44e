"""What is in the record becomes events, once and in its order, with nobody's name."""

import json
from datetime import timedelta

from scheduler import sweeps, webhooks
from scheduler.means import Means
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.visitation.booked import booked
from visitation import audit, visits
from visitation.audit import SYSTEM
from visitation.cases.tables import Case
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.services import recording
from visitation.services.recording import Entry
from visitation.services.tables import ServiceRecord
from visitation.webhooks import events
from visitation.webhooks.tables import WebhookEvent
from visitation.words import (
    CaseKind,
    CaseSource,
    CaseState,
    Outcome,
    ServiceKind,
    Topic,
)


def _means(clock: Clock, keyring: Keyring) -> Means:
    return Means(
        clock=clock,
        keyring=keyring,
        gateways=(),
        node="here",
        randomness=lambda: 1.0,
    )


async def _published(
    database: Database, clock: Clock, keyring: Keyring
) -> list[WebhookEvent]:
    means = _means(clock, keyring)
    await sweeps.seal_audit(database, now=clock(), means=means)
    await webhooks.publish(database, now=clock(), means=means)
    async with database.read() as session:
        return list(await events.since(session, after=0, limit=100))


async def test_a_visit_and_a_service_are_told_without_a_name(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _people = await booked(session, world, state=VisitState.LIVE)
        await visits.move(
            session,
            visit,
            VisitAction.FINISH,
            by=SYSTEM,
            now=NOON,
            outcome=Outcome.COMPLETED,
        )
        entry = Entry(
            reference="a-service",
            point_id=world.point.id,
            kind=ServiceKind.SANA,
            done_at=NOON,
            note="برای خانم صادقی",
        )
        await recording.record_many(
            session, [entry], points={world.point.id: world.point}, by=SYSTEM, now=NOON
        )
        record = await session.get_one(ServiceRecord, 1)
        await recording.withdraw(session, record, by=SYSTEM, now=NOON)

    found = await _published(database, clock, keyring)

    province = world.prison.province_id
    assert [(one.topic, one.key, one.number, one.province_id) for one in found] == [
        (Topic.VISIT_CLOSED, f"visit:{visit.reference}", 1, province),
        (Topic.SERVICE_RECORDED, "service:a-service", 1, province),
        (Topic.SERVICE_WITHDRAWN, "service:a-service", 2, province),
    ]
    whole = json.dumps([events.told(one) for one in found], ensure_ascii=False)
    assert not [name for name in _names(world) if name in whole]
    assert found[1].body["kind"] == "sana"


def _names(world: make.World) -> list[str]:
    return [world.prisoner.name, world.visitor.name, "صادقی"]


async def test_the_steps_of_a_case_have_their_numbers(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        case = Case(
            reference="a-case",
            tracking_sealed=b"",
            tracking_fingerprint="f",
            kind=CaseKind.FURLOUGH,
            state=CaseState.SUBMITTED,
            source=CaseSource.FAMILY,
            prisoner_id=world.prisoner.id,
            raised_at=NOON,
            due_at=NOON,
            changed_at=NOON,
        )
        session.add(case)
        await session.flush()
        for step, action, state in (
            (1, "case_raise", "submitted"),
            (2, "case_take", "in_progress"),
        ):
            audit.note(
                session,
                SYSTEM,
                action,
                f"case:{case.id}",
                now=NOON,
                step=step,
                kind="furlough",
                state=state,
            )

    found = await _published(database, clock, keyring)

    assert [(one.key, one.number, one.body["action"]) for one in found] == [
        ("case:a-case", 1, "raise"),
        ("case:a-case", 2, "take"),
    ]
    assert found[1].body == {
        "case": "a-case",
        "step": 2,
        "action": "take",
        "kind": "furlough",
        "state": "in_progress",
        "raised_at": NOON.isoformat(),
    }


async def test_the_record_is_read_once_and_old_acts_are_told_nobody(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for days, state in ((40, VisitState.LIVE), (0, VisitState.LIVE)):
            then = NOON - timedelta(days=days)
            visit, _people = await booked(session, world, state=state, starts_at=then)
            await visits.move(session, visit, VisitAction.FINISH, by=SYSTEM, now=then)

    first = await _published(database, clock, keyring)
    again = await _published(database, clock, keyring)

    assert [one.reference for one in first] == [one.reference for one in again]
    assert [one.key for one in first] == [f"visit:{visit.reference}"]
