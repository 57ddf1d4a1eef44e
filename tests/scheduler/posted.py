"""Messages for tests, written as they are written by whoever causes them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from sqlmodel import select

from tests.conftest import NOON
from visitation import messages
from visitation.database import Database
from visitation.messages import Message
from visitation.wording import Template

DAY = timedelta(days=1)
VARIABLES = {"day": "دوشنبه ۲ آذر", "time": "۱۰:۳۰", "place": "دفتر", "why": "ask"}
_numbers = count(1)


def draft(template: Template = Template.REQUESTED, **changes) -> dict:
    number = next(_numbers)
    values = {
        "dedup_key": f"test:{number}",
        "phone": f"+98913{number:07}",
        "language": "fa",
        "variables": VARIABLES,
        "now": NOON,
        "expires_at": NOON + DAY,
    }
    return messages.drafted(template, **(values | changes))


async def posted(database: Database, *drafts: dict) -> list[int]:
    """Write messages; their ids."""
    async with database.write() as session:
        rows = [Message(**each) for each in drafts or (draft(),)]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


async def stored(database: Database) -> Sequence[Message]:
    async with database.read() as session:
        return (await session.exec(select(Message).order_by(Message.id))).all()


async def only(database: Database) -> Message:
    (message,) = await stored(database)
    return message
