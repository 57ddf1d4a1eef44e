"""Which recording an address is about, and who may do what with one.

The roles stand in one table. Whoever holds and deletes recordings does not play them,
and whoever plays them can do neither.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.places.tables import Site
from visitation.recordings import listing
from visitation.recordings.tables import Recording
from visitation.words import Role
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.routing import Door
from web.subjects import Parts


class Deed(StrEnum):
    """What is done with a recording that is over."""

    KNOW = "know"
    LIST = "list"
    PLAY = "play"
    TAKE_OUT = "take_out"
    CHECK = "check"
    HOLD = "hold"
    DELETE = "delete"


_KEEPERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})
_PLAYERS: frozenset[Role | Door] = frozenset({Role.AUDITOR, Role.OFFICIAL})
#: Who may, within their reach. To know is to read on a visit's page that there is one.
MAY: Mapping[Deed, frozenset[Role | Door]] = {
    Deed.KNOW: _KEEPERS | _PLAYERS | {Role.WARDEN},
    Deed.LIST: _KEEPERS | _PLAYERS,
    Deed.PLAY: _PLAYERS,
    Deed.TAKE_OUT: _PLAYERS,
    Deed.CHECK: _KEEPERS | _PLAYERS,
    Deed.HOLD: _KEEPERS,
    Deed.DELETE: _KEEPERS,
}


async def recording(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Recording | None:
    """The recording of `{recording}`, by its reference, for staff who reach it."""
    reference = parts.get("recording", "")
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if not reference.isprintable() or not isinstance(principal, StaffPrincipal):
        return None
    found = await listing.by_reference(session, reference)
    if found is None:
        return None
    place = await session.get(Site, found.site_id)
    reached = place is not None and principal.scope.reaches(place)
    return found if reached else None
