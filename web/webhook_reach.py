"""Which receiver of events an address is about, for administrators who reach it.

Who reaches some provinces only has receivers of those, and of none beyond.
"""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.webhooks.tables import Webhook
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.subjects import Parts


def covers(scope: Scope, province_id: int | None) -> bool:
    """Whether somebody may have events of a province sent; None stands for all."""
    return scope.everywhere or province_id in scope.provinces


async def webhook(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Webhook | None:
    """The receiver of `{webhook}`, by reference, unless it was removed."""
    reference = parts.get("webhook", "")
    if not reference.isprintable() or not isinstance(principal, StaffPrincipal):
        return None
    rows = await session.exec(select(Webhook).where(Webhook.reference == reference))
    found = rows.first()
    if found is None or found.removed_at is not None:
        return None
    return found if covers(principal.scope, found.province_id) else None
