"""Messages that must go out, written in the transaction that causes them.

Knows templates and rows; knows no gateway and never sends.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import persian, wording
from visitation.lifecycle import MessageState
from visitation.messages.tables import Message
from visitation.wording import Template

#: What stands in for a join code once it has been wiped.
WIPED = "••••••"


async def put(
    session: AsyncSession,
    template: Template,
    *,
    dedup_key: str,
    phone: str,
    language: str,
    variables: Mapping[str, str],
    now: datetime,
    expires_at: datetime,
    not_before: datetime | None = None,
    visit_id: int | None = None,
    participant_id: int | None = None,
) -> bool:
    """Write a message to go out; False if the same one was written before."""
    known = await session.exec(select(Message.id).where(Message.dedup_key == dedup_key))
    if known.first() is not None:
        return False
    session.add(
        Message(
            dedup_key=dedup_key,
            template=template,
            language=language,
            variables=dict(variables),
            phone=phone,
            visit_id=visit_id,
            participant_id=participant_id,
            not_before=not_before or now,
            expires_at=expires_at,
            created_at=now,
        )
    )
    return True


async def discard(session: AsyncSession, *, visit_id: int) -> int:
    """Suppress what has not gone out yet about a visit that changed."""
    result = await session.exec(
        update(Message)
        .where(
            col(Message.visit_id) == visit_id,
            col(Message.state) == MessageState.PENDING,
        )
        .values(state=MessageState.SUPPRESSED)
    )
    return result.rowcount


async def of_visit(session: AsyncSession, *, visit_id: int) -> Sequence[Message]:
    """The messages about a visit, oldest first."""
    rows = await session.exec(
        select(Message).where(Message.visit_id == visit_id).order_by(col(Message.id))
    )
    return rows.all()


def text_of(message: Message, *, code: str | None, link: str | None = None) -> str:
    """What the message says. `code` is the participant's, opened; None if wiped."""
    variables = dict(message.variables)
    if wording.WORDINGS[message.template].has_code:
        code = code or WIPED
        persian_reader = message.language != "en"
        variables["code"] = persian.to_persian_digits(code) if persian_reader else code
    if link:
        variables["link"] = link
    return wording.render(message.template, message.language, variables)
