"""What a route is: where, who may, about what. Knows no page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.words import Role
from web.principals import DevicePrincipal, Principal

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Finds the row a route is about, or None where the principal may not see it. Takes a
#: reading session, the parts of the path, the principal and the device.
Subject = Callable[
    [AsyncSession, Mapping[str, str], Principal | None, DevicePrincipal | None],
    Awaitable[object | None],
]


class Door(StrEnum):
    """Ways in that are no role of a staff account."""

    PUBLIC = "public"
    FAMILY = "participant"
    PHONE = "visitor"
    TERMINAL = "device"


#: Anybody, signed in or not.
PUBLIC: frozenset[Role | Door] = frozenset({Door.PUBLIC})
#: Whoever typed a join code, for as long as the visit lasts.
FAMILY: frozenset[Role | Door] = frozenset({Door.FAMILY})
#: Whoever answered a code that was sent to a visitor's phone.
PHONE: frozenset[Role | Door] = frozenset({Door.PHONE})
#: A terminal or kiosk that was paired.
TERMINAL: frozenset[Role | Door] = frozenset({Door.TERMINAL})
#: Every member of staff.
STAFF: frozenset[Role | Door] = frozenset(Role) - {Role.FAMILY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One URL and the rule that guards it.

    Attributes:
        allow: the roles and doors that may come in.
        subject: finds the row the URL is about; None from it answers 404.
        name: what `url()` calls the route; the handler's module and name if empty.
        menu: the words for it in the navigation, as a message id; empty for none.
            Where it stands there is in `web/menu.py`.
        unfinished: whether an account that must still change its password or enrol
            a second factor may come in.
        locked: whether somebody may come in at a screen that an officer has locked.
    """

    method: str
    path: str
    page: Page
    allow: frozenset[Role | Door]
    subject: Subject | None = None
    name: str = ""
    menu: str = ""
    unfinished: bool = False
    locked: bool = False

    @property
    def called(self) -> str:
        """The route's name, `schedule.day` for `web.pages.schedule:day`."""
        module = self.page.__module__.rsplit(".", 1)[-1]
        return self.name or f"{module}.{self.page.__name__}"
