"""What a family says when its visit is over: how it was. A face is given once."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.calls.tables import Feedback
from visitation.calls.words import Mood
from visitation.database import is_conflict
from visitation.errors import NotFound
from visitation.lifecycle import ARRANGED
from visitation.visits.tables import Participant, Visit
from visitation.words import Part

#: Whoever is asked how it was, and what they wish.
FAMILY = frozenset({Part.VISITOR, Part.INTERPRETER})


async def feel(
    session: AsyncSession, *, participant_id: int, mood: Mood, now: datetime
) -> None:
    """Say how a visit was; the first answer stands.

    Raises:
        NotFound: if there is no such visitor in a visit.
    """
    person = await family_of(session, participant_id)
    try:
        async with session.begin_nested():
            session.add(
                Feedback(
                    participant_id=person.id,
                    visit_id=person.visit_id,
                    mood=mood,
                    at=now,
                )
            )
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise


async def mood_of(session: AsyncSession, *, participant_id: int) -> Mood | None:
    """How somebody found their visit, if they have said."""
    given = await session.get(Feedback, participant_id)
    return given.mood if given else None


async def next_visit(
    session: AsyncSession, *, participant_id: int, now: datetime
) -> Visit | None:
    """The next visit that somebody of a visit is asked or booked for."""
    person = await session.get(Participant, participant_id)
    if person is None or person.visitor_id is None:
        return None
    rows = await session.exec(
        select(Visit)
        .join(Participant, col(Participant.visit_id) == col(Visit.id))
        .where(
            Participant.visitor_id == person.visitor_id,
            col(Visit.id) != person.visit_id,
            col(Visit.state).in_(ARRANGED),
            col(Visit.starts_at) > now,
        )
        .order_by(col(Visit.starts_at))
    )
    return rows.first()


async def family_of(session: AsyncSession, participant_id: int) -> Participant:
    """Somebody of a family in a visit.

    Raises:
        NotFound: if there is no such visitor.
    """
    person = await session.get(Participant, participant_id)
    if person is None or person.part not in FAMILY:
        raise NotFound("participant")
    return person
