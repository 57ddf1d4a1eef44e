"""Wiping telephone numbers that nobody needs any more.

What a message was, when it went and what it cost stay, for the figures; whom it went to
and what it said of them do not. Lines of the call list go altogether: the history of
the visit has what came of them.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select, update

from scheduler.ageing import BATCH, delete_old
from scheduler.means import Means
from visitation import runs
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import CallTask, Message
from visitation.wording import Template

#: The name under which is kept which day is done.
_NAME = "wipe_numbers"
#: Who signed in is in the record; the number is needed while somebody may complain.
SIGN_IN = timedelta(days=1)
_MAY_STILL_GO = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


async def wipe_numbers(database: Database, *, now: datetime, means: Means) -> int:
    """Wipe the numbers and words of old messages, once a day; how many there were."""
    today = now.astimezone(UTC).date()
    async with database.read() as session:
        if await runs.last_day(session, _NAME) == today:
            return 0
    past = now - means.keeps_numbers
    wiped = await _wipe_messages(
        database,
        or_(
            col(Message.expires_at) <= past,
            and_(
                col(Message.template) == Template.SIGN_IN,
                col(Message.expires_at) <= now - SIGN_IN,
            ),
        ),
    )
    wiped += await delete_old(database, CallTask, col(CallTask.due_by), before=past)
    async with database.write() as session:
        await runs.did_day(session, _NAME, today)
    return wiped


async def _wipe_messages(database: Database, old: ColumnElement[bool]) -> int:
    settled = col(Message.state).not_in(_MAY_STILL_GO)
    query = (
        select(Message.id)
        .where(old, settled, Message.phone != "")
        .order_by(col(Message.id))
        .limit(BATCH)
    )
    wiped, last = 0, 0
    while True:
        async with database.read() as session:
            ids = (await session.exec(query.where(col(Message.id) > last))).all()
        if not ids:
            return wiped
        async with database.write() as session:
            changed = await session.exec(
                update(Message)
                .where(col(Message.id).in_(ids), settled)
                .values(phone="", variables={}, look_at=None)
                .execution_options(synchronize_session=False)
            )
        wiped, last = wiped + changed.rowcount, ids[-1]
