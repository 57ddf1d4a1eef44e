"""Which receiver of events an address is about, for administrators who reach it.

Who reaches some provinces only has receivers of those, and of none beyond.
"""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.webhooks.tables import Webhook
from web.principals import StaffPrincipal
from web.reached import by_reference


def covers(scope: Scope, province_id: int | None) -> bool:
    """Whether somebody may have events of a province sent; None stands for all."""
    return scope.everywhere or province_id in scope.provinces


@by_reference("webhook", StaffPrincipal)
async def webhook(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Webhook | None:
    """The receiver of `{webhook}`, by reference, unless it was removed."""
    rows = await session.exec(select(Webhook).where(Webhook.reference == reference))
    found = rows.first()
    if found is None or found.removed_at is not None:
        return None
    return found if covers(me.scope, found.province_id) else None
