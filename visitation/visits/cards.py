"""Who the people of a visit are: what staff compare a face and a paper with.

Reads for several visits at once. Shows of an ID its last digits, and nothing sealed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.keyring import Keyring
from visitation.people.identity import masked_id
from visitation.people.tables import Contact, Photo, Prisoner, Visitor
from visitation.visits.tables import Participant, Visit
from visitation.words import Part, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One person of a visit.

    Attributes:
        national_id: its last three digits behind dots; empty if nobody knows it.
        relation: to the prisoner; None for the prisoner, and where there is none.
        has_photo: whether there is a photo to compare with.
    """

    national_id: str
    relation: Relation | None = None
    has_photo: bool = False


async def of(
    session: AsyncSession, *, visit_ids: Collection[int], keyring: Keyring
) -> Mapping[str, Card]:
    """The cards of some visits' people, by the reference of the participant."""
    if not visit_ids:
        return {}
    return {
        **await _prisoners(session, visit_ids, keyring),
        **await _visitors(session, visit_ids, keyring),
    }


async def _prisoners(
    session: AsyncSession, visit_ids: Collection[int], keyring: Keyring
) -> dict[str, Card]:
    rows = await session.exec(
        select(Participant.reference, Prisoner.national_id_sealed, Photo.id)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .outerjoin(Photo, col(Photo.prisoner_id) == col(Prisoner.id))
        .where(
            col(Participant.visit_id).in_(visit_ids),
            col(Participant.part) == Part.PRISONER,
        )
    )
    return {
        reference: Card(
            national_id=masked_id(sealed, keyring=keyring),
            has_photo=photo_id is not None,
        )
        for reference, sealed, photo_id in rows.all()
    }


async def _visitors(
    session: AsyncSession, visit_ids: Collection[int], keyring: Keyring
) -> dict[str, Card]:
    rows = await session.exec(
        select(
            Participant.reference,
            Visitor.national_id_sealed,
            Contact.relation,
            Photo.id,
        )
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .outerjoin(
            Contact,
            and_(
                col(Contact.visitor_id) == col(Participant.visitor_id),
                col(Contact.prisoner_id) == col(Visit.prisoner_id),
            ),
        )
        .outerjoin(Photo, col(Photo.visitor_id) == col(Visitor.id))
        .where(col(Participant.visit_id).in_(visit_ids))
    )
    return {
        reference: Card(
            national_id=masked_id(sealed, keyring=keyring),
            relation=Relation(relation) if relation else None,
            has_photo=photo_id is not None,
        )
        for reference, sealed, relation, photo_id in rows.all()
    }
