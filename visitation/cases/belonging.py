"""Which prisoners a visitor may ask something for, whoever writes it down."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Contact, Standing, standing
from visitation.visits.tables import Participant, Visit


async def belongs(
    session: AsyncSession,
    visitor_id: int | None,
    prisoner_id: int,
    *,
    visit_id: int | None,
    now: datetime,
) -> bool:
    """Whether they are an approved contact, or in a visit with the prisoner."""
    contacts = await session.exec(
        select(Contact).where(
            Contact.prisoner_id == prisoner_id, Contact.visitor_id == visitor_id
        )
    )
    if standing(contacts.first(), now) is Standing.APPROVED:
        return True
    parts = await session.exec(
        select(Participant.id)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(
            Visit.id == visit_id,
            Visit.prisoner_id == prisoner_id,
            Participant.visitor_id == visitor_id,
            # Interpreters take part as well, and are nobody's visitors.
            col(Participant.visitor_id).is_not(None),
        )
    )
    return parts.first() is not None
