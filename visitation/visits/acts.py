"""Searching the record of who did what, within somebody's reach.

Whoever reaches everything finds every entry; others find what concerns visits, places,
stations and prisoners within their reach. Knows no words for what was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, true
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.people.scope import Scope
from visitation.people.tables import Account, Prisoner
from visitation.places.tables import Site, Station
from visitation.visits.tables import Visit

#: Every kind of thing that something is done to.
KINDS = (
    "visit",
    "participant",
    "message",
    "prisoner",
    "visitor",
    "contact",
    "account",
    "site",
    "station",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What to look for; whatever is None is not asked for.

    Attributes:
        who: the key of an actor, as `account:3` or `system`.
        subject: the key of what it was done to, as `visit:5`; a visit's entries are
            all that concern it.
        kind: the kind of what it was done to, as `visit`.
        since: from this instant on.
        until: before this instant.
        site_id: the prison or the service point of a visit, or the place itself.
    """

    who: str | None = None
    subject: str | None = None
    kind: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    site_id: int | None = None

    def facts(self) -> dict[str, str | int]:
        """What was asked for, as the audit keeps it: ids, codes and instants."""
        asked = {
            "who": self.who,
            "subject": self.subject,
            "kind": self.kind,
            "action": self.action,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "site": self.site_id,
        }
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry and its place in the chain; None while it is not sealed yet."""

    entry: AuditEntry
    sequence: int | None
    hash: str | None


async def newest(
    session: AsyncSession,
    sought: Sought,
    *,
    scope: Scope,
    before: int | None = None,
    limit: int,
) -> Sequence[Found]:
    """The newest entries that fit, the newest first; those before an id."""
    query = _entries(sought, scope).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.id) < before)
    return await _found(session, query)


async def oldest(
    session: AsyncSession,
    sought: Sought,
    *,
    scope: Scope,
    after: int = 0,
    limit: int,
) -> Sequence[Found]:
    """The oldest entries that fit, the oldest first; those after an id."""
    query = (
        _entries(sought, scope)
        .where(col(AuditEntry.id) > after)
        .order_by(col(AuditEntry.id))
        .limit(limit)
    )
    return await _found(session, query)


async def account_key(session: AsyncSession, username: str) -> str | None:
    """What the record calls an account; None if there is none of the name."""
    found = await session.exec(
        select(Account.id).where(Account.username == username.casefold())
    )
    number = found.first()
    return None if number is None else f"account:{number}"


async def visit_key(session: AsyncSession, reference: str) -> str | None:
    """What the record calls a visit; None if there is none of the reference."""
    found = await session.exec(select(Visit.id).where(Visit.reference == reference))
    number = found.first()
    return None if number is None else f"visit:{number}"


async def names(
    session: AsyncSession, entries: Sequence[AuditEntry]
) -> Mapping[str, str]:
    """The names of the staff and stations that did something or had it done to them.

    Families have none here: the record and whoever reads it know them by number.
    """
    keys = {key for one in entries for key in (one.actor, one.subject)}
    accounts = await session.exec(
        select(Account.id, Account.name).where(
            col(Account.id).in_(_numbers(keys, "account"))
        )
    )
    stations = await session.exec(
        select(Station.id, Station.name).where(
            col(Station.id).in_(_numbers(keys, "station"))
        )
    )
    sites = await session.exec(
        select(Site.id, Site.name).where(col(Site.id).in_(_numbers(keys, "site")))
    )
    return (
        {f"account:{number}": name for number, name in accounts.all()}
        | {f"station:{number}": name for number, name in stations.all()}
        | {f"site:{number}": name for number, name in sites.all()}
    )


async def references(
    session: AsyncSession, entries: Sequence[AuditEntry]
) -> Mapping[int, str]:
    """What the visits of some entries are called in addresses."""
    numbers = {one.visit_id for one in entries if one.visit_id is not None}
    rows = await session.exec(
        select(Visit.id, Visit.reference).where(col(Visit.id).in_(numbers))
    )
    return dict(rows.all())


def _entries(sought: Sought, scope: Scope) -> Any:
    return (
        select(AuditEntry, AuditSeal)
        .outerjoin(AuditSeal, col(AuditSeal.entry_id) == col(AuditEntry.id))
        .where(*_conditions(sought), _within(scope))
    )


async def _found(session: AsyncSession, query: Any) -> Sequence[Found]:
    return [
        Found(
            entry=entry,
            sequence=seal.sequence if seal else None,
            hash=seal.hash if seal else None,
        )
        for entry, seal in (await session.exec(query)).all()
    ]


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.who is not None:
        found.append(col(AuditEntry.actor) == sought.who)
    if sought.subject is not None:
        found.append(_about(sought.subject))
    if sought.kind is not None:
        found.append(col(AuditEntry.subject).startswith(f"{sought.kind}:"))
    if sought.action is not None:
        found.append(col(AuditEntry.action) == sought.action)
    if sought.since is not None:
        found.append(col(AuditEntry.at) >= sought.since)
    if sought.until is not None:
        found.append(col(AuditEntry.at) < sought.until)
    if sought.site_id is not None:
        found.append(_at(col(Site.id) == sought.site_id))
    return found


def _about(subject: str) -> ColumnElement[bool]:
    kind, _colon, number = subject.partition(":")
    if kind == "visit" and number.isdecimal():
        return col(AuditEntry.visit_id) == int(number)
    return col(AuditEntry.subject) == subject


def _within(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.everywhere else _at(scope.of_sites())


def _at(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """What concerns visits, places, stations and prisoners of some sites."""
    sites = select(Site.id).where(which)
    visits = select(Visit.id).where(
        or_(col(Visit.prison_id).in_(sites), col(Visit.point_id).in_(sites))
    )
    stations = select(Station.id).where(col(Station.site_id).in_(sites))
    prisoners = select(Prisoner.id).where(col(Prisoner.site_id).in_(sites))
    return or_(
        col(AuditEntry.visit_id).in_(visits),
        col(AuditEntry.subject).in_(_keys("site", col(Site.id), sites)),
        col(AuditEntry.subject).in_(_keys("station", col(Station.id), stations)),
        col(AuditEntry.subject).in_(_keys("prisoner", col(Prisoner.id), prisoners)),
    )


def _keys(kind: str, number: Any, among: Any) -> Any:
    key: ColumnElement[str] = literal(f"{kind}:") + cast(number, String)
    return select(key).where(number.in_(among))


def _numbers(keys: set[str], kind: str) -> set[int]:
    parts = (key.partition(":") for key in keys)
    return {int(number) for found, _colon, number in parts if found == kind}
