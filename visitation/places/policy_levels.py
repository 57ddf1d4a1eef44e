"""The levels at which a number of a policy is chosen, and what is chosen at each.

The narrowest choice is in force: default, nation, province, prison. Only reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import Invalid, NotFound
from visitation.places.policy import Policy
from visitation.places.tables import PolicyChoice, Province, Site
from visitation.words import Approval, Chatting, Recorded, SiteKind, Supervision

Value = int | str
#: The scope of a choice that holds in every prison.
NATION = "nation"
#: Every number, and what it is where nobody has chosen.
DEFAULTS: Mapping[str, Value] = asdict(Policy())


class Level(StrEnum):
    """Where a number was chosen, from the widest to the narrowest."""

    DEFAULT = "default"
    NATION = "nation"
    PROVINCE = "province"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A number that is in force, and where it comes from.

    Attributes:
        own: what is chosen at the scope itself, or None.
        above: what would be in force without that.
        level: where `above` comes from.
    """

    own: Value | None
    above: Value
    level: Level

    @property
    def value(self) -> Value:
        """What is in force."""
        return self.above if self.own is None else self.own


def scope_of_province(province_id: int) -> str:
    """The scope of what is chosen for a province."""
    return f"{Level.PROVINCE}:{province_id}"


def scope_of_site(site_id: int) -> str:
    """The scope of what is chosen for one prison."""
    return f"{Level.SITE}:{site_id}"


def scopes_over(site: Site) -> tuple[str, ...]:
    """The scopes whose choices hold for a prison, the widest first."""
    return (NATION, scope_of_province(site.province_id), scope_of_site(site.id))


async def levels(session: AsyncSession, scope: str) -> Sequence[tuple[Level, str]]:
    """The levels that a scope hangs on with their scopes, itself last.

    Raises:
        NotFound: if the scope names no province or site.
        Invalid: if it names a site that is no prison.
    """
    nation = (Level.NATION, NATION)
    if scope == NATION:
        return (nation,)
    kind, number = parts(scope)
    if kind is Level.PROVINCE:
        if await session.get(Province, number) is None:
            raise NotFound("province")
        return (nation, (Level.PROVINCE, scope))
    site = await session.get(Site, number)
    if site is None:
        raise NotFound("site")
    if site.kind is not SiteKind.PRISON:
        raise Invalid("site", "not_a_prison")
    return tuple(zip(tuple(Level)[1:], scopes_over(site), strict=True))


def parts(scope: str) -> tuple[Level, int]:
    """The level of a scope and the id in it, 0 for the nation."""
    kind, _colon, number = scope.partition(":")
    return Level(kind), int(number or 0)


def concerned(scope: str) -> ColumnElement[bool]:
    """The condition on `Site` that keeps what a scope's choices hold for."""
    kind, number = parts(scope)
    if kind is Level.NATION:
        return true()
    return col(Site.id if kind is Level.SITE else Site.province_id) == number


async def chosen(
    session: AsyncSession, scopes: Iterable[str] | None = None
) -> dict[str, dict[str, Value]]:
    """What is chosen at each scope; at every one, if none is named."""
    query = select(PolicyChoice.scope, PolicyChoice.name, PolicyChoice.value)
    if scopes is not None:
        query = query.where(col(PolicyChoice.scope).in_(list(scopes)))
    found: dict[str, dict[str, Value]] = {}
    for scope, name, value in await session.exec(query):
        # A number that this version does not know is left alone.
        if name in DEFAULTS:
            found.setdefault(scope, {})[name] = value
    return found


def in_force(known: Mapping[str, Mapping[str, Value]], scopes: Iterable[str]) -> Policy:
    """What comes of the choices of some scopes, the widest first."""
    values: dict[str, Value] = dict(DEFAULTS)
    for scope in scopes:
        values |= known.get(scope, {})
    words = {
        "supervision": Supervision(str(values.pop("supervision"))),
        "approval": Approval(str(values.pop("approval"))),
        "chatting": Chatting(str(values.pop("chatting"))),
        "recorded": Recorded(str(values.pop("recorded"))),
    }
    numbers = {name: int(value) for name, value in values.items()}
    return Policy(**(numbers | words))  # type: ignore[arg-type]


async def policy_at(session: AsyncSession, scope: str) -> Policy:
    """What would be in force at a scope for a prison that chose nothing narrower.

    Raises:
        NotFound: if the scope names no province or site.
        Invalid: if it names a site that is no prison.
    """
    scopes = [name for _level, name in await levels(session, scope)]
    return in_force(await chosen(session, scopes), scopes)


async def origins(session: AsyncSession, scope: str) -> Mapping[str, Origin]:
    """Every number at a scope, with where it comes from, in the order of `Policy`.

    Raises:
        NotFound: if the scope names no province or site.
        Invalid: if it names a site that is no prison.
    """
    *wider, (_level, itself) = await levels(session, scope)
    known = await chosen(session, [itself, *(where for _level, where in wider)])
    found = {}
    for name, default in DEFAULTS.items():
        level, above = Level.DEFAULT, default
        for one, where in wider:
            if name in known.get(where, {}):
                level, above = one, known[where][name]
        own = known.get(itself, {}).get(name)
        found[name] = Origin(own=own, above=above, level=level)
    return found
