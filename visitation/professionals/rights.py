"""Whether somebody may do something by profession, now: the one place that says so.

A licence must be verified and its last day not over; to act for a prisoner takes an
approved mandate under it as well. What each profession may do is `groups`'.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import VisitationError
from visitation.people import Contact, Prisoner, Standing, standing
from visitation.places import DEFAULT_ZONE, Site
from visitation.professionals.groups import RIGHTS, Rights
from visitation.professionals.tables import Licence, Mandate
from visitation.words import CaseKind, LicenceState, MandateState

_ZONE = ZoneInfo(DEFAULT_ZONE)


class NotInForce(VisitationError):
    """The licence or the mandate that this takes is over, or was taken back."""


class NotTheirs(VisitationError):
    """The profession does not give this right."""


class Right(StrEnum):
    """What may be done for a client."""

    VISIT = "visit"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A prisoner somebody acts for: the mandate, the licence, and the link."""

    mandate: Mandate
    licence: Licence
    prisoner: Prisoner
    prison: Site
    contact: Contact | None

    @property
    def rights(self) -> Rights:
        """What the profession gives."""
        return RIGHTS[self.licence.profession]

    def is_in_force(self, now: datetime) -> bool:
        """Whether one may act for the prisoner now."""
        return (
            self.mandate.state is MandateState.APPROVED
            and is_in_force(self.licence, now)
            and standing(self.contact, now) is Standing.APPROVED
        )


def today(now: datetime) -> date:
    """The day by which licences run out."""
    return now.astimezone(_ZONE).date()


def end_of(day: date) -> datetime:
    """The moment after a licence's last day."""
    return datetime.combine(day + timedelta(days=1), time(0), _ZONE)


def state_of(licence: Licence, now: datetime) -> LicenceState:
    """Where a licence stands; one that was verified runs out by itself."""
    verified = licence.state is LicenceState.VERIFIED
    last = licence.valid_until
    if verified and (last is None or last < today(now)):
        return LicenceState.EXPIRED
    return licence.state


def is_in_force(licence: Licence, now: datetime) -> bool:
    """Whether a licence gives its rights now."""
    return state_of(licence, now) is LicenceState.VERIFIED


async def licences_of(
    session: AsyncSession, visitor_ids: Collection[int]
) -> Sequence[Licence]:
    """Every licence that some visitors have or asked for, the newest first."""
    rows = await session.exec(
        select(Licence)
        .where(col(Licence.visitor_id).in_(visitor_ids))
        .order_by(col(Licence.id).desc())
    )
    return rows.all()


async def clients_of(
    session: AsyncSession, visitor_ids: Collection[int]
) -> list[Client]:
    """Everybody some visitors act for, or asked to, the newest first."""
    return await _clients(session, col(Licence.visitor_id).in_(visitor_ids))


async def client(
    session: AsyncSession, reference: str, *, visitor_ids: Collection[int]
) -> Client | None:
    """The client of a mandate of one of some visitors, in force or not."""
    found = await _clients(
        session,
        Mandate.reference == reference,
        col(Licence.visitor_id).in_(visitor_ids),
    )
    return found[0] if found else None


async def acting(
    session: AsyncSession,
    reference: str,
    right: Right,
    *,
    visitor_id: int,
    now: datetime,
    kind: CaseKind | None = None,
) -> Client:
    """The client somebody acts for at this moment, who may do that for them.

    The licence is kept from being revoked meanwhile.

    Raises:
        NotInForce: if the licence or the mandate is over, or was taken back.
        NotTheirs: if the profession does not give this right.
    """
    await session.exec(
        select(Licence.id)
        .join(Mandate, col(Mandate.licence_id) == col(Licence.id))
        .where(Mandate.reference == reference)
        .with_for_update(key_share=True, of=Licence)
    )
    found = await client(session, reference, visitor_ids=(visitor_id,))
    if found is None or not found.is_in_force(now):
        raise NotInForce(reference)
    if not allows(found.rights, right, kind):
        raise NotTheirs(right)
    return found


def allows(rights: Rights, right: Right, kind: CaseKind | None = None) -> bool:
    """Whether a profession may do this for its clients; without a kind, for any."""
    if right is Right.VISIT:
        return rights.visits
    return bool(rights.files) if kind is None else kind in rights.files


async def _clients(
    session: AsyncSession, *where: ColumnElement[bool] | bool
) -> list[Client]:
    rows = await session.exec(
        select(Mandate, Licence, Prisoner, Site)
        .join(Licence, col(Licence.id) == col(Mandate.licence_id))
        .join(Prisoner, col(Prisoner.id) == col(Mandate.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(*where)
        .order_by(col(Mandate.id).desc())
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    linked = await session.exec(
        select(Contact).where(
            col(Contact.visitor_id).in_({one[1].visitor_id for one in found}),
            col(Contact.prisoner_id).in_({one[2].id for one in found}),
        )
    )
    contacts = {(one.visitor_id, one.prisoner_id): one for one in linked}
    return [
        Client(
            mandate=mandate,
            licence=licence,
            prisoner=prisoner,
            prison=prison,
            contact=contacts.get((licence.visitor_id, prisoner.id)),
        )
        for mandate, licence, prisoner, prison in found
    ]
