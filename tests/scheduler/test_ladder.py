"""A message that does not arrive is followed by the next way to reach somebody."""

from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import booking, dispatch
from scheduler.gateways import Delivery, Fate, Temporary
from scheduler.rungs import LADDERS, Rung
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.fakes import FakeGateway
from tests.scheduler.test_booking import BY, TEN, at
from visitation import calls, visits
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, ParticipantState
from visitation.messages import Message
from visitation.visits import Participant
from visitation.wording import Template
from visitation.words import Channel, Outcome, Part

MINUTE = timedelta(minutes=1)
HELPER, LANDLINE = "+989131110000", "+982133445566"
UNDELIVERED, FAILED = MessageState.UNDELIVERED, MessageState.FAILED


async def participant(database: Database, visit_id: int) -> Participant:
    async with database.read() as session:
        rows = await session.exec(
            select(Participant).where(
                Participant.visit_id == visit_id, Participant.part == Part.VISITOR
            )
        )
        return rows.one()


def test_every_template_has_a_ladder_and_only_codes_have_none() -> None:
    assert LADDERS.keys() == set(Template)
    assert [one for one, rungs in LADDERS.items() if not rungs] == [Template.SIGN_IN]
    assert LADDERS[Template.READY] == (Rung.HELPER, Rung.CALL)


async def test_a_lost_message_is_said_again_then_to_the_helper_then_by_telephone(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, visit = await lost.booked(database, keyring, helper_phone=HELPER)
    own = world.visitor.phone
    assert await lost.told(database) == [("", "sms", "own", own, 1)]
    for _ in range(3):
        await lost.became(database, UNDELIVERED, clock())
        assert await lost.look_after(database, clock, keyring) == 1
        assert await lost.look_after(database, clock, keyring) == 0
    assert await lost.told(database) == [
        ("", "sms", "own", own, 1),
        ("r2", "sms", "own", own, 2),
        ("helper", "sms", "helper", HELPER, 3),
    ]
    (task,) = await lost.tasks(database)
    assert task.model_dump(exclude={"id", "message_id", "participant_id"}) == {
        "site_id": world.point.id,
        "visit_id": visit.id,
        "template": Template.BOOKED,
        "created_at": NOON,
        "due_by": TEN,
        "tries": 0,
        "outcome": None,
        "done_at": None,
        "done_by": None,
    }
    assert await lost.acts(database, visit) == [
        "message_again",
        "message_helper",
        "message_call",
    ]


async def test_another_channel_is_tried_where_a_gateway_carries_it(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, _visit = await lost.booked(database, keyring)
    await lost.became(database, FAILED, clock())
    await lost.look_after(database, clock, keyring, FakeGateway())
    assert (await lost.told(database))[1:] == [
        ("r2", "voice", "own", world.visitor.phone, 2)
    ]


async def test_a_number_that_was_refused_is_not_tried_again(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring, helper_phone=HELPER)
    await lost.became(database, FAILED, clock())
    await lost.look_after(database, clock, keyring)
    assert (await lost.told(database))[1:] == [("helper", "sms", "helper", HELPER, 3)]


async def test_who_has_no_phone_is_told_through_a_helper_from_the_start(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring, phone=None, helper_phone=HELPER)
    assert await lost.told(database) == [("", "sms", "helper", HELPER, 1)]
    await lost.became(database, FAILED, clock())
    await lost.look_after(database, clock, keyring)
    assert len(await lost.told(database)) == 1
    assert len(await lost.tasks(database)) == 1


async def test_who_cannot_read_is_called(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, _visit = await lost.booked(database, keyring, reads=False)
    assert await lost.told(database) == [("", "voice", "own", world.visitor.phone, 1)]
    await lost.became(database, UNDELIVERED, clock())
    await lost.look_after(database, clock, keyring, FakeGateway())
    assert (await lost.told(database))[1:] == [
        ("r2", "sms", "own", world.visitor.phone, 2)
    ]


@pytest.mark.parametrize("helper_phone", [None, LANDLINE])
async def test_a_landline_is_called_and_called_again(
    database: Database, clock: Clock, keyring: Keyring, helper_phone: str | None
) -> None:
    await lost.booked(database, keyring, phone=LANDLINE, helper_phone=helper_phone)
    for _ in range(2):
        await lost.became(database, UNDELIVERED, clock())
        await lost.look_after(database, clock, keyring, FakeGateway())
    assert [how[:3] for how in await lost.told(database)] == [
        ("", "voice", "own"),
        ("r2", "voice", "own"),
    ] + [("helper", "voice", "helper")] * bool(helper_phone)


async def test_nothing_is_done_before_its_time(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await lost.became(database, UNDELIVERED, clock() + MINUTE)
    assert await lost.look_after(database, clock, keyring) == 0
    clock.now += MINUTE
    assert await lost.look_after(database, clock, keyring) == 1


@pytest.mark.parametrize(
    ("delivery", "calls_back", "state", "follows"),
    [
        (Fate.SENT, True, MessageState.ACCEPTED, True),
        (Fate.UNDELIVERED, True, MessageState.UNDELIVERED, True),
        (Fate.DELIVERED, True, MessageState.DELIVERED, False),
        # It calls back what became of a message, and did not.
        (None, True, MessageState.ACCEPTED, True),
        # Nobody will ever know, so nobody can wait for it.
        (None, False, MessageState.ACCEPTED, False),
    ],
)
async def test_a_gateway_is_asked_before_a_message_counts_as_lost(
    database: Database,
    clock: Clock,
    keyring: Keyring,
    *,
    delivery: Fate | None,
    calls_back: bool,
    state: MessageState,
    follows: bool,
) -> None:
    await lost.booked(database, keyring)
    await lost.became(
        database, MessageState.ACCEPTED, clock(), gateway_id="fake-1", sent_at=clock()
    )
    gateway = FakeGateway()
    gateway.calls_back = calls_back
    if delivery is not None:
        said = Delivery(gateway_id="fake-1", fate=delivery, status=delivery.value)
        gateway.deliveries["fake-1"] = said
    assert await lost.look_after(database, clock, keyring, gateway) == follows
    assert await lost.look_after(database, clock, keyring, gateway) == 0
    async with database.read() as session:
        first = (await session.exec(select(Message).order_by(Message.id))).first()
    assert first is not None
    assert (first.state, first.look_at) == (state, None)
    assert len(await lost.told(database)) == 1 + follows


class _Silent(FakeGateway):
    asked_for = 0

    async def delivery(self, gateway_id: str) -> Delivery | None:
        self.asked_for += 1
        raise Temporary("unreachable")


async def test_a_gateway_that_cannot_be_asked_now_is_asked_later(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await lost.became(
        database, MessageState.ACCEPTED, clock(), gateway_id="fake-1", sent_at=clock()
    )
    assert await lost.look_after(database, clock, keyring, _Silent()) == 0
    clock.now += 5 * MINUTE
    gateway = FakeGateway()
    gateway.calls_back = True
    assert await lost.look_after(database, clock, keyring, gateway) == 1


async def test_a_gateway_that_is_silent_is_asked_once_and_delays_no_other(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    async with database.write() as session:
        refused = (await session.exec(select(Message))).one()
        refused.state, refused.look_at = FAILED, clock()
        like_it = refused.model_dump(
            exclude={"id", "dedup_key", "gateway", "gateway_id", "state"}
        )
        session.add_all(
            Message(
                **like_it,
                dedup_key=f"taken:{one}",
                gateway="fake",
                gateway_id=f"fake-{one}",
                state=MessageState.ACCEPTED,
            )
            for one in range(20)
        )
    gateway = _Silent(channels=lost.SMS_ONLY)
    assert await lost.look_after(database, clock, keyring, gateway) == 1
    assert gateway.asked_for == 1
    assert len(await lost.tasks(database)) == 1
    assert await lost.look_after(database, clock, keyring, gateway) == 0
    assert gateway.asked_for == 1


async def test_a_visit_that_changed_stops_the_ladder_of_what_was_said_before(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, visit = await lost.booked(database, keyring)
    await lost.became(database, UNDELIVERED, clock())
    async with database.write() as session:
        await booking.move(
            session,
            visit=await visits.by_reference(session, visit.reference),
            terminal_id=world.terminal.id,
            kiosk_id=world.kiosk.id,
            span=at(TEN + timedelta(hours=1)),
            by=BY,
            now=clock(),
        )
    before = await lost.told(database)
    assert await lost.look_after(database, clock, keyring) == 0
    assert await lost.told(database) == before


async def test_a_cancelled_visit_takes_its_lines_off_the_call_list(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    await lost.became(database, FAILED, clock())
    await lost.look_after(database, clock, keyring)
    assert len(await lost.tasks(database)) == 1
    async with database.write() as session:
        await booking.cancel(
            session,
            visit=await visits.by_reference(session, visit.reference),
            outcome=Outcome.CANCELLED_BY_PRISON,
            reason="تعمیر",
            by=BY,
            now=clock(),
        )
    assert await lost.tasks(database) == []
    await lost.became(database, FAILED, clock())
    assert await lost.look_after(database, clock, keyring) == 1
    (task,) = await lost.tasks(database)
    assert (task.template, task.due_by) == (Template.CANCELLED, TEN)


@pytest.mark.parametrize(
    ("by", "climbs"), [(BY, 0), (SYSTEM, 1)], ids=["a person", "the service"]
)
async def test_who_was_told_by_a_person_is_left_alone(
    database: Database, clock: Clock, keyring: Keyring, by: object, climbs: int
) -> None:
    _world, visit = await lost.booked(database, keyring)
    await lost.became(database, UNDELIVERED, clock())
    async with database.write() as session:
        mother = await participant(database, visit.id)
        await calls.tick(
            session,
            await session.get_one(Participant, mother.id),
            ParticipantState.TOLD,
            by=by,
            now=clock(),
        )
    assert await lost.look_after(database, clock, keyring) == climbs
    mother = await participant(database, visit.id)
    # Because a gateway took the message does not mean that anybody read it.
    assert (mother.told_at is None) is bool(climbs)


async def test_it_is_never_too_late_to_stop(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await lost.became(database, UNDELIVERED, clock())
    clock.now = TEN
    assert await lost.look_after(database, clock, keyring) == 0
    assert len(await lost.told(database)) == 1


@pytest.mark.parametrize(
    ("channels", "channel"),
    [(frozenset(Channel), Channel.VOICE), (lost.SMS_ONLY, Channel.SMS)],
)
async def test_who_cannot_read_gets_a_text_where_nobody_can_be_called(
    database: Database,
    clock: Clock,
    keyring: Keyring,
    channels: frozenset[Channel],
    channel: Channel,
) -> None:
    await lost.booked(database, keyring, reads=False)
    gateway = FakeGateway(channels=channels)
    means = lost.means(clock, keyring, gateway)
    assert await dispatch.send_due(database, now=clock(), means=means) == 1
    (letter,) = gateway.letters
    assert letter.channel is channel
    assert letter.text.startswith("سلام.") is (channel is Channel.VOICE)
