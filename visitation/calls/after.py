"""What a family says when its visit is over: how it was, and what it asks for.

A face is given once. A wish waits until a clerk or an official has heard it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls.tables import Feedback, Wish
from visitation.calls.words import Mood
from visitation.database import is_conflict
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import ARRANGED
from visitation.people import Prisoner, Scope, Visitor
from visitation.places import Site
from visitation.visits.tables import Participant, Visit
from visitation.words import Part, WishKind

#: The longest wish, in characters.
LONGEST = 300
#: Whoever is asked how it was, and what they wish.
FAMILY = frozenset({Part.VISITOR, Part.INTERPRETER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A wish as staff read it.

    Attributes:
        visit: the reference of the visit it was said after.
        zone: the prison's wall clock.
        heard_at: None while it waits.
    """

    reference: str
    visit: str
    kind: WishKind
    text: str
    visitor: str
    prisoner: str
    at: datetime
    zone: str
    heard_at: datetime | None


async def feel(
    session: AsyncSession, *, participant_id: int, mood: Mood, now: datetime
) -> None:
    """Say how a visit was; the first answer stands.

    Raises:
        NotFound: if there is no such visitor in a visit.
    """
    person = await _family(session, participant_id)
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


async def wish(
    session: AsyncSession,
    *,
    participant_id: int,
    kind: WishKind,
    text: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Ask for something; the same asked twice is one wish.

    Raises:
        Invalid: if it is something else and nobody said what, or too long.
        NotFound: if there is no such visitor in a visit.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid("text", "too_long")
    if kind is WishKind.OTHER and not text:
        raise Invalid("text", "missing")
    person = await _family(session, participant_id)
    same = await session.exec(
        select(Wish.id).where(
            Wish.participant_id == person.id, Wish.kind == kind, Wish.text == text
        )
    )
    if same.first() is not None:
        return
    wished = Wish(
        reference=keyring.reference(),
        visit_id=person.visit_id,
        participant_id=person.id,
        kind=kind,
        text=text,
        at=now,
    )
    session.add(wished)
    await session.flush()
    _note(session, wished, "wish", by=by, now=now, kind=kind.value)


async def hear(
    session: AsyncSession, wished: Wish, *, by: Actor, now: datetime
) -> None:
    """Take a wish up; a second time changes nothing."""
    if wished.heard_at is None:
        wished.heard_at, wished.heard_by_id = now, by.account_id
        session.add(wished)
        await session.flush()
        _note(session, wished, "wish_heard", by=by, now=now)


async def wishes_of(session: AsyncSession, *, visit_id: int) -> Sequence[Heard]:
    """What was asked for after one visit, the oldest first."""
    return await _read(session, col(Wish.visit_id) == visit_id)


async def wishes_of_prisoner(
    session: AsyncSession, *, prisoner_id: int
) -> Sequence[Heard]:
    """What was asked for after any visit to a prisoner, the oldest first."""
    return await _read(session, col(Visit.prisoner_id) == prisoner_id)


async def unheard(session: AsyncSession, *, scope: Scope) -> Sequence[Heard]:
    """What nobody has taken up yet at the prisons and points of a scope."""
    sites = select(Site.id).where(scope.of_sites())
    inside = or_(col(Visit.prison_id).in_(sites), col(Visit.point_id).in_(sites))
    return await _read(session, inside, col(Wish.heard_at).is_(None))


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


async def _family(session: AsyncSession, participant_id: int) -> Participant:
    person = await session.get(Participant, participant_id)
    if person is None or person.part not in FAMILY:
        raise NotFound("participant")
    return person


async def _read(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> Sequence[Heard]:
    rows = await session.exec(
        select(Wish, Visit, Prisoner, Visitor)
        .join(Visit, col(Visit.id) == col(Wish.visit_id))
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .join(Participant, col(Participant.id) == col(Wish.participant_id))
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .where(*conditions)
        .order_by(col(Wish.at), col(Wish.id))
    )
    wishes = rows.all()
    zones = dict((await session.exec(select(Site.id, Site.zone))).all())
    return [
        Heard(
            reference=wished.reference,
            visit=visit.reference,
            kind=wished.kind,
            text=wished.text,
            visitor=visitor.name,
            prisoner=prisoner.name,
            at=wished.at,
            zone=zones[visit.prison_id],
            heard_at=wished.heard_at,
        )
        for wished, visit, prisoner, visitor in wishes
    ]


def _note(
    session: AsyncSession,
    wished: Wish,
    action: str,
    *,
    by: Actor,
    now: datetime,
    **facts: str,
) -> None:
    audit.note(
        session,
        by,
        action,
        f"participant:{wished.participant_id}",
        now=now,
        visit_id=wished.visit_id,
        **facts,
    )
