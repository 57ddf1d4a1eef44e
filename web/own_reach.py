"""What a phone's visitors may name in an address: their contacts, visits and holds."""

from collections.abc import Mapping

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import own_booking
from visitation.lifecycle import VisitState
from visitation.people import Contact
from visitation.visits import Participant, Visit
from visitation.waiting import WaitingEntry, WaitingVisitor
from visitation.words import BY_PROFESSION
from web.principals import DevicePrincipal, Principal, VisitorPrincipal
from web.reached import by_reference

Parts = Mapping[str, str]
_LAST_ID = 2**31 - 1


async def contact(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Contact | None:
    """The link of one of the phone's visitors to a prisoner."""
    del device
    number = parts["contact"]
    if not isinstance(principal, VisitorPrincipal) or not _is_id(number):
        return None
    found = await session.get(Contact, int(number))
    if found is None or found.relation in BY_PROFESSION:
        return None
    return found if found.visitor_id in principal.visitor_ids else None


@by_reference("part", VisitorPrincipal)
async def part(
    session: AsyncSession, reference: str, me: VisitorPrincipal
) -> Participant | None:
    """The part of one of the phone's visitors in a visit that was asked for."""
    rows = await session.exec(
        select(Participant)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(
            Participant.reference == reference,
            col(Participant.visitor_id).in_(me.visitor_ids),
            Visit.state != VisitState.HELD,
        )
    )
    return rows.first()


@by_reference("hold", VisitorPrincipal)
async def hold(
    session: AsyncSession, reference: str, me: VisitorPrincipal
) -> Visit | None:
    """What this phone holds or held, and what became of it."""
    return await own_booking.own(session, reference, by=me.actor)


@by_reference("entry", VisitorPrincipal)
async def entry(
    session: AsyncSession, reference: str, me: VisitorPrincipal
) -> WaitingEntry | None:
    """The place in line of a family that one of the phone's visitors belongs to."""
    rows = await session.exec(
        select(WaitingEntry)
        .join(WaitingVisitor, col(WaitingVisitor.entry_id) == col(WaitingEntry.id))
        .where(
            WaitingEntry.reference == reference,
            col(WaitingVisitor.visitor_id).in_(me.visitor_ids),
        )
    )
    return rows.first()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_ID
