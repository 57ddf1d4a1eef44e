"""Finding what the URLs of the call list are about, within reach."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import rings
from scheduler.rings import Ring
from visitation.errors import NotFound
from web.principals import DevicePrincipal, Principal, StaffPrincipal

#: PostgreSQL's integer keys end at 2147483647.
_LONGEST_ID = 9


async def ring(
    session: AsyncSession,
    parts: Mapping[str, str],
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Ring | None:
    """The line of `{ring}` on the call list of somewhere that staff reach."""
    number = parts.get("ring", "")
    if not isinstance(principal, StaffPrincipal):
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_ID):
        return None
    try:
        return await rings.one(session, task_id=int(number), scope=principal.scope)
    except NotFound:
        return None
