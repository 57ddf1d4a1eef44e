"""Handing a family to the official who sits in the room, with what it brings forward.

A clerk writes down what the family says until the official has taken over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.people import Account
from visitation.points.tables import Handover
from visitation.visits.tables import Visit

LONGEST: Final = 500


class TakenOver(VisitationError):
    """The official has taken the family over already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was handed on, by whom, and who has taken it over."""

    text: str
    at: datetime
    by: str
    taken_at: datetime | None
    taken_by: str


async def hand(
    session: AsyncSession, visit: Visit, *, text: str, by: Actor, now: datetime
) -> None:
    """Hand a family over, or change what was written for it.

    Raises:
        TakenOver: if the official has taken over; nothing is changed behind their back.
        Invalid: if the text is too long.
    """
    words = text.strip()
    if len(words) > LONGEST:
        raise Invalid("text", "too_long")
    row = await session.get(Handover, visit.id, with_for_update=True)
    if row is not None and row.taken_at is not None:
        if row.text == words:
            return
        raise TakenOver
    if row is None:
        row = Handover(visit_id=visit.id, written_at=now)
    row.text, row.written_at, row.written_by_id = words, now, by.account_id
    session.add(row)
    await session.flush()
    _note(session, visit, "handed_over", by=by, now=now)


async def take(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    """Take a family over; the first who does has it."""
    row = await session.get(Handover, visit.id, with_for_update=True)
    if row is None or row.taken_at is not None:
        return
    row.taken_at, row.taken_by_id = now, by.account_id
    session.add(row)
    await session.flush()
    _note(session, visit, "taken_over", by=by, now=now)


async def of_visits(
    session: AsyncSession, *, visit_ids: Collection[int]
) -> Mapping[int, Handed]:
    """What was handed over of some visits."""
    writer, taker = aliased(Account), aliased(Account)
    rows = await session.exec(
        select(Handover, writer.name, taker.name)
        .outerjoin(writer, col(writer.id) == col(Handover.written_by_id))
        .outerjoin(taker, col(taker.id) == col(Handover.taken_by_id))
        .where(col(Handover.visit_id).in_(tuple(visit_ids)))
    )
    return {
        row.visit_id: Handed(
            text=row.text,
            at=row.written_at,
            by=by or "",
            taken_at=row.taken_at,
            taken_by=taken_by or "",
        )
        for row, by, taken_by in rows.all()
    }


def _note(
    session: AsyncSession, visit: Visit, action: str, *, by: Actor, now: datetime
) -> None:
    audit.note(session, by, action, f"visit:{visit.id}", now=now, visit_id=visit.id)
