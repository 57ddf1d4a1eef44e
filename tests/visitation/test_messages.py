"""Messages are rows before they are sent, on both databases."""

from datetime import timedelta

from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation import messages
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.messages.outbox import WIPED
from visitation.wording import Template

DAY = timedelta(days=1)
PUT = {
    "phone": "+989121112233",
    "language": "fa",
    "variables": {"day": "دوشنبه ۲ آذر", "time": "۱۰:۳۰", "place": "دفتر سیار"},
    "now": NOON,
    "expires_at": NOON + DAY,
}


async def test_a_message_is_written_once(database: Database) -> None:
    async with database.write() as session:
        put = {"dedup_key": "visit:1:v1", **PUT}
        assert await messages.put(session, Template.BOOKED, **put)
        assert not await messages.put(session, Template.MOVED, **put)
    async with database.write() as session:
        assert not await messages.put(session, Template.BOOKED, **put)
        (kept,) = (await session.exec(select(Message))).all()
    assert (kept.state, kept.template, kept.not_before, kept.attempts) == (
        MessageState.PENDING,
        Template.BOOKED,
        NOON,
        0,
    )


async def test_a_message_may_wait_for_its_time(database: Database) -> None:
    async with database.write() as session:
        await messages.put(
            session,
            Template.REMINDER_DAY,
            dedup_key="1",
            not_before=NOON + DAY,
            **PUT,
        )
        kept = (await session.exec(select(Message))).one()
    assert kept.not_before == NOON + DAY


async def test_what_has_not_gone_out_is_held_back(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        for number in range(3):
            await messages.put(
                session,
                Template.BOOKED,
                dedup_key=str(number),
                visit_id=visit.id if number < 2 else None,
                **PUT,
            )
        await session.flush()
        gone, waiting = await messages.of_visit(session, visit_id=visit.id)
        gone.state = MessageState.ACCEPTED
        session.add(gone)
        await session.flush()
        assert await messages.discard(session, visit_id=visit.id) == 1
        assert await messages.discard(session, visit_id=visit.id) == 0
    async with database.read() as session:
        rows = (await session.exec(select(Message).order_by(Message.id))).all()
    assert [row.state for row in rows] == [
        MessageState.ACCEPTED,
        MessageState.SUPPRESSED,
        MessageState.PENDING,
    ]
    assert waiting.dedup_key == "1"


def message(template: Template) -> Message:
    return Message(template=template, language="fa", variables=PUT["variables"])


def test_the_text_has_the_code_only_while_there_is_one() -> None:
    booked_ = message(Template.BOOKED)
    assert messages.text_of(booked_, code="۱۲۳۴۵۶").endswith("کد ورود: ۱۲۳۴۵۶")
    assert messages.text_of(booked_, code=None).endswith(f"کد ورود: {WIPED}")


def test_the_text_has_a_link_where_the_gateway_allows_one() -> None:
    link = "https://visit.example.ir/join"
    assert link in messages.text_of(message(Template.BOOKED), code="۱", link=link)
    text = messages.text_of(message(Template.CANCELLED), code=None, link=link)
    assert link not in text
    assert WIPED not in text
