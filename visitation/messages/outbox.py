"""Messages that must go out, written in the transaction that causes them.

Knows templates and rows; knows no gateway and never sends.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database, wording
from visitation.database import Rows
from visitation.lifecycle import MessageState
from visitation.messages.patience import waits_until
from visitation.messages.tables import CallTask, Message
from visitation.wording import Template
from visitation.words import Addressee, Channel

_TABLE = SQLModel.metadata.tables["message"]
#: With RETURNING the rows of one call become one INSERT.
_PUT: Mapping[str, Any] = {
    name: dialect.insert(_TABLE)
    .on_conflict_do_nothing(index_elements=["dedup_key"])
    .returning(_TABLE.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
#: Sent now, or again.
_MAY_STILL_GO = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
#: What stands in for a join code once it has been wiped.
WIPED = "••••••"


class Draft(TypedDict, total=False):
    """What a message is made of beside its template."""

    dedup_key: Required[str]
    phone: Required[str]
    language: Required[str]
    variables: Required[Mapping[str, str]]
    now: Required[datetime]
    expires_at: Required[datetime]
    not_before: datetime | None
    visit_id: int | None
    participant_id: int | None
    challenge_id: int | None
    channel: Channel
    addressee: Addressee
    round: int


def drafted(template: Template, **draft: Unpack[Draft]) -> dict[str, Any]:
    """A message as it is written; nothing is written yet."""
    now, priority = draft["now"], wording.WORDINGS[template].priority
    due, expires_at = draft.get("not_before") or now, draft["expires_at"]
    return {
        "dedup_key": draft["dedup_key"],
        "template": template,
        "language": draft["language"],
        "variables": dict(draft["variables"]),
        "phone": draft["phone"],
        "visit_id": draft.get("visit_id"),
        "participant_id": draft.get("participant_id"),
        "challenge_id": draft.get("challenge_id"),
        "channel": draft.get("channel", Channel.SMS),
        "addressee": draft.get("addressee", Addressee.OWN),
        "priority": priority,
        "round": draft.get("round", 1),
        "state": MessageState.PENDING,
        "not_before": due,
        "expires_at": expires_at,
        "look_at": waits_until(priority, since=due, expires_at=expires_at),
        "attempts": 0,
        "gateway": "",
        "error": "",
        "segments": 0,
        "created_at": now,
    }


async def put(
    session: AsyncSession, template: Template, **draft: Unpack[Draft]
) -> bool:
    """Write a message to go out; False if the same one was written before."""
    return await put_all(session, [drafted(template, **draft)]) == 1


async def put_all(session: AsyncSession, drafts: Sequence[dict[str, Any]]) -> int:
    """Write messages in one statement, but those that were written before.

    Returns:
        How many were written.
    """
    if not drafts:
        return 0
    # What they refer to may still be on its way to the database.
    await session.flush()
    put = _PUT[session.get_bind().dialect.name]
    return len(await database.rows(session, put, drafts))


def rows(drafts: Sequence[dict[str, Any]]) -> Rows:
    """Messages that were never written before, to be written beside other rows."""
    return _TABLE, drafts


async def discard(session: AsyncSession, *, visit_id: int) -> int:
    """Suppress what has not gone out yet about a visit that changed.

    What is on its way, or may be, is not sent again if it did not arrive. What was to
    be said of it by telephone is not to be said any more, nor shown to whoever said it:
    the visit may be at another point now.
    """
    await session.exec(delete(CallTask).where(col(CallTask.visit_id) == visit_id))
    waits = col(Message.state) == MessageState.PENDING
    result = await session.exec(
        update(Message)
        .where(col(Message.visit_id) == visit_id, col(Message.state).in_(_MAY_STILL_GO))
        .values(
            state=case((waits, MessageState.SUPPRESSED), else_=Message.state),
            # What is on its way was claimed after the moment that it waited for.
            expires_at=case((waits, Message.expires_at), else_=Message.not_before),
        )
        .returning(col(Message.state))
        .execution_options(synchronize_session=False)
    )
    return result.scalars().all().count(MessageState.SUPPRESSED)


async def of_visit(session: AsyncSession, *, visit_id: int) -> Sequence[Message]:
    """The messages about a visit, oldest first."""
    rows = await session.exec(
        select(Message).where(Message.visit_id == visit_id).order_by(col(Message.id))
    )
    return rows.all()


def text_of(message: Message, *, code: str | None, link: str | None = None) -> str:
    """What the message says, on a screen or aloud, as its channel asks.

    `code` is the participant's, the offer's or the challenge's, opened; None if wiped.
    """
    variables = dict(message.variables)
    if wording.WORDINGS[message.template].has_code:
        variables["code"] = wording.digits(code or WIPED, message.language)
    if link:
        variables["link"] = link
    return wording.render(
        message.template, message.language, variables, channel=message.channel
    )
