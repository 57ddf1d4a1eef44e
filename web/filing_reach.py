"""Who files: a family by its code, or a phone's visitors; and what is theirs to open.

A code reaches one visitor and the prisoner of one visit; a phone all its visitors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Case
from visitation.errors import NotFound
from visitation.filing.tables import FilingDraft
from visitation.people import Contact
from visitation.visits import Participant, Visit
from web import gate
from web.keys import DEVICE, PRINCIPAL
from web.principals import (
    DevicePrincipal,
    ParticipantPrincipal,
    Principal,
    VisitorPrincipal,
)
from web.render import redirect
from web.routing import FAMILY, PHONE, Page, Route

Parts = Mapping[str, str]
T = TypeVar("T", FilingDraft, Case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Who files.

    Attributes:
        visitor_ids: whoever it may be; one, where a code was typed.
        prisoner_id: the only one they may ask for here; None for all their contacts.
        visit_id: the visit whose code was typed.
    """

    visitor_ids: tuple[int, ...]
    prisoner_id: int | None = None
    visit_id: int | None = None

    def owns(self, visitor_id: int | None, prisoner_id: int) -> bool:
        """Whether what one of these asked for that prisoner is theirs to open."""
        known = self.prisoner_id in {None, prisoner_id}
        return visitor_id in self.visitor_ids and known


async def family(session: AsyncSession, principal: Principal | None) -> Family | None:
    """The family that asks; None for anybody else."""
    if isinstance(principal, VisitorPrincipal):
        return Family(visitor_ids=principal.visitor_ids)
    if not isinstance(principal, ParticipantPrincipal):
        return None
    rows = await session.exec(
        select(Participant.visitor_id, Visit.prisoner_id).where(
            Participant.id == principal.participant_id,
            Visit.id == Participant.visit_id,
        )
    )
    found = rows.first()
    if found is None or found[0] is None:
        return None
    return Family(
        visitor_ids=(found[0],), prisoner_id=found[1], visit_id=principal.visit_id
    )


async def asking(session: AsyncSession, request: web.Request) -> Family:
    """The family that asks.

    Raises:
        NotFound: if it is no family, such as an interpreter with a code.
    """
    found = await family(session, request.get(PRINCIPAL))
    if found is None:
        raise NotFound
    return found


async def whom(
    session: AsyncSession, who: Family, contact_id: int | None
) -> tuple[int, int]:
    """The prisoner they ask for, and which of the visitors asks.

    Raises:
        NotFound: if the contact is not theirs.
    """
    if who.prisoner_id is not None:
        return who.prisoner_id, who.visitor_ids[0]
    contact = await session.get(Contact, contact_id) if contact_id else None
    if contact is None or contact.visitor_id not in who.visitor_ids:
        raise NotFound("contact")
    return contact.prisoner_id, contact.visitor_id


async def draft(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> FilingDraft | None:
    """What the family is writing, or has handed in."""
    del device
    return await _theirs(session, principal, parts["draft"], FilingDraft)


async def case(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Case | None:
    """What the family has asked for."""
    del device
    return await _theirs(session, principal, parts["case"], Case)


async def _theirs(
    session: AsyncSession, principal: Principal | None, reference: str, kind: type[T]
) -> T | None:
    who = await family(session, principal)
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if who is None or not reference.isprintable():
        return None
    rows = await session.exec(select(kind).where(kind.reference == reference))
    found = rows.first()
    if found is None or not who.owns(found.visitor_id, found.prisoner_id):
        return None
    return found


def over(request: web.Request) -> web.Response | None:
    """On to the receipt, where the draft was handed in before."""
    mine = gate.subject(request, FilingDraft)
    if mine.handed_at is None:
        return None
    return redirect(request, "filing_hand.receipt", draft=mine.reference)


def point_id(request: web.Request) -> int | None:
    """The service point whose kiosk it is."""
    device: DevicePrincipal | None = request.get(DEVICE)
    return device.site_id if device is not None else None


def route(method: str, path: str, page: Page) -> Route:
    """A step of what a family is writing."""
    return Route(
        method=method,
        path=f"/file/{{draft}}/{path}",
        page=page,
        allow=FAMILY | PHONE,
        subject=draft,
    )
