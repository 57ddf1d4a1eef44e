"""Finding what the URLs of the waiting list are about, within reach.

Staff reach the entries and plans of the prisons they reach, clerks the entries of
families who would come to their own points. Like `subjects`, each answers None for what
does not exist and for what may not be seen.
"""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.places import Site
from visitation.waiting import NoSuchOffer, Offer, Plan, WaitingEntry
from visitation.words import OfferState, Role
from web.principals import StaffPrincipal
from web.reached import by_reference


@by_reference("entry", StaffPrincipal)
async def entry(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> WaitingEntry | None:
    """The entry of `{entry}`, by its reference."""
    rows = await session.exec(
        select(WaitingEntry).where(WaitingEntry.reference == reference)
    )
    found = rows.first()
    if found is None or not await sees(session, me, found):
        return None
    return found


@by_reference("plan", StaffPrincipal)
async def plan(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Plan | None:
    """The plan of `{plan}`, by its reference."""
    rows = await session.exec(select(Plan).where(Plan.reference == reference))
    found = rows.first()
    if found is None:
        return None
    prison = await session.get_one(Site, found.prison_id)
    return found if me.scope.reaches(prison) else None


async def sees(
    session: AsyncSession, principal: StaffPrincipal, found: WaitingEntry
) -> bool:
    """Whether a member of staff may see an entry."""
    names = found.points if principal.role is Role.CLERK else [found.prison_id]
    for site_id in names:
        site = await session.get(Site, site_id)
        if site is not None and principal.scope.reaches(site):
            return True
    return False


async def open_offer(session: AsyncSession, entry: WaitingEntry) -> Offer:
    """What is offered to a waiting family now.

    Raises:
        NoSuchOffer: if nothing is.
    """
    rows = await session.exec(
        select(Offer).where(Offer.entry_id == entry.id, Offer.state == OfferState.OPEN)
    )
    found = rows.first()
    if found is None:
        raise NoSuchOffer
    return found
