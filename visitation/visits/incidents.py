"""What went wrong in a visit, as staff wrote it down; families never read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotAllowed
from visitation.keyring import Keyring
from visitation.people.tables import Account
from visitation.visits.tables import Incident, Visit
from visitation.words import IncidentKind

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """An incident and who wrote it down."""

    kind: IncidentKind
    text: str
    at: datetime
    by: str


async def report(
    session: AsyncSession,
    visit: Visit,
    *,
    kind: IncidentKind,
    text: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Incident:
    """Write down what happened; it is never changed afterwards.

    Raises:
        Invalid: if nothing is said, or too much.
        NotAllowed: if it is nobody of staff who says it.
    """
    if by.account_id is None:
        raise NotAllowed("report an incident")
    words = text.strip()
    if not words:
        raise Invalid("text", "missing")
    if len(words) > LONGEST_TEXT:
        raise Invalid("text", "too_long")
    incident = Incident(
        reference=keyring.reference(),
        visit_id=visit.id,
        kind=kind,
        text=words,
        account_id=by.account_id,
        at=now,
    )
    session.add(incident)
    await session.flush()
    audit.note(
        session,
        by,
        "incident",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        incident=incident.id,
        kind=kind.value,
    )
    return incident


async def of(session: AsyncSession, *, visit_id: int) -> Sequence[Reported]:
    """A visit's incidents, the oldest first."""
    rows = await session.exec(
        select(Incident, Account.name)
        .join(Account, col(Account.id) == col(Incident.account_id))
        .where(Incident.visit_id == visit_id)
        .order_by(col(Incident.id))
    )
    return [
        Reported(kind=one.kind, text=one.text, at=one.at, by=name)
        for one, name in rows.all()
    ]
