"""Which service an address is about, for staff who reach its point."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.services.tables import ServiceRecord
from web import point_reach
from web.principals import DevicePrincipal, Principal
from web.subjects import Parts


async def service(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> ServiceRecord | None:
    """The service of `{service}`, by reference, for staff who reach its point."""
    reference = parts.get("service", "")
    if not reference.isprintable():
        return None
    rows = await session.exec(
        select(ServiceRecord).where(ServiceRecord.reference == reference)
    )
    found = rows.first()
    if found is None:
        return None
    at = {"site": str(found.point_id)}
    return found if await point_reach.point(session, at, principal, device) else None
