"""Messages to professionals about their licences and mandates.

Nobody's name and no reason is in them: those stand on the professional's own page.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import messages
from visitation.people import Visitor
from visitation.wording import Template

#: How long such news is worth sending.
_LASTS = timedelta(days=3)


async def tell(
    session: AsyncSession,
    visitor_id: int,
    template: Template,
    *,
    about: str,
    now: datetime,
    variables: Mapping[str, str] | None = None,
) -> bool:
    """Write to whoever has the licence, if they have a phone; once about each thing.

    Args:
        session: the transaction that makes the news.
        visitor_id: whose licence it is.
        template: what is said.
        about: what tells this news from any other of the same kind.
        now: when it was decided.
        variables: what stands in the template's places.

    Returns:
        Whether a message was written.
    """
    visitor = await session.get_one(Visitor, visitor_id)
    if visitor.phone is None:
        return False
    return await messages.put(
        session,
        template,
        dedup_key=f"{about}:{template}",
        phone=visitor.phone,
        language=visitor.language,
        variables=dict(variables or {}),
        channel=messages.channel_to(visitor.phone, reads=visitor.reads),
        now=now,
        expires_at=now + _LASTS,
    )
