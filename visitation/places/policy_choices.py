"""Choosing the numbers of a policy for the nation, a province, or one prison.

`SitePolicy` keeps what comes of all choices for each prison, so that whoever asks for
a policy reads one row; it is written here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.places import policy_checks, policy_levels
from visitation.places.policy import Policy
from visitation.places.policy_levels import NATION, Level, Value, scopes_over
from visitation.places.tables import (
    PolicyChoice,
    Province,
    SessionTemplate,
    Site,
    SitePolicy,
)
from visitation.words import SiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What would come of choosing numbers at a scope.

    Attributes:
        changes: what would be chosen there, None where the level above decides again.
        own: what is chosen there for the same numbers until now.
        before, after: what is and would be in force, by prison.
        otherwise: the prisons that would keep a narrower choice, by number.
    """

    changes: Mapping[str, Value | None]
    own: Mapping[str, Value | None]
    before: Mapping[int, Policy]
    after: Mapping[int, Policy]
    otherwise: Mapping[str, tuple[int, ...]]


async def choose(
    session: AsyncSession,
    *,
    scope: str,
    values: Mapping[str, Value | None],
    by: Actor,
    now: datetime,
) -> None:
    """Choose numbers of a policy at a scope; None returns to the level above.

    What is not among the values stays as it is. What comes of it is in force at once
    in every prison of the scope; what is booked already stays booked.

    Raises:
        NotFound: if the scope names no province or site.
        Invalid: if a number is outside its limits, or a turnover is no whole quanta.
        Unfit: if a prison's slots would be swallowed by its turnover, or nothing could
            be booked between a notice and its horizon.
    """
    found = await proposed(session, scope=scope, values=values, now=now, keep=True)
    if not found.changes:
        return
    await _keep(session, scope, found.changes)
    await _put_in_force(session, found.after)
    audit.note(
        session,
        by,
        "set_policy",
        scope,
        now=now,
        chosen=found.changes,
        before=found.own,
    )


async def proposed(
    session: AsyncSession,
    *,
    scope: str,
    values: Mapping[str, Value | None],
    now: datetime,
    keep: bool = False,
) -> Proposed:
    """What choosing numbers at a scope would change; with `keep` nobody else may.

    Raises:
        NotFound, Invalid, Unfit: as `choose` does.
    """
    for name, value in values.items():
        policy_checks.refuse_impossible(name, value)
    levels = [name for _level, name in await policy_levels.levels(session, scope)]
    prisons = await _held(session, scope, keep=keep)
    near = {*levels, *(name for one in prisons for name in scopes_over(one))}
    known = await policy_levels.chosen(session, None if scope == NATION else near)
    own = known.get(scope, {})
    changes = {name: new for name, new in values.items() if own.get(name) != new}
    before = {
        one.id: policy_levels.in_force(known, scopes_over(one)) for one in prisons
    }
    known[scope] = {
        name: value for name, value in {**own, **changes}.items() if value is not None
    }
    after = {one.id: policy_levels.in_force(known, scopes_over(one)) for one in prisons}
    if changes:
        policy_checks.refuse_unfit(
            policy_levels.in_force(known, levels),
            after,
            await _shortest_slots(session, now),
            changes,
        )
    return Proposed(
        changes=changes,
        own={name: own.get(name) for name in changes},
        before=before,
        after=after,
        otherwise={
            name: tuple(one.id for one in prisons if _narrower(known, scope, one, name))
            for name in changes
        },
    )


async def set_policy(
    session: AsyncSession, *, site_id: int, policy: Policy, by: Actor, now: datetime
) -> None:
    """Choose for a prison whatever differs from the levels above it.

    Raises:
        NotFound: if there is no such site.
        Invalid: as `choose` does, or if the site is no prison.
    """
    scope = policy_levels.scope_of_site(site_id)
    known = await policy_levels.origins(session, scope)
    values = {
        name: None if known[name].above == value else value
        for name, value in asdict(policy).items()
    }
    await choose(session, scope=scope, values=values, by=by, now=now)


async def put_in_force(session: AsyncSession, site: Site) -> None:
    """Let a new prison have what its province and the nation chose, if anything."""
    known = await policy_levels.chosen(session, scopes_over(site))
    if known:
        policy = policy_levels.in_force(known, scopes_over(site))
        await _put_in_force(session, {site.id: policy})


def _narrower(
    known: Mapping[str, Mapping[str, Value]], scope: str, prison: Site, name: str
) -> bool:
    """Whether a prison, or its province, chose a number below a scope."""
    scopes = scopes_over(prison)
    below = scopes[scopes.index(scope) + 1 :]
    return any(name in known.get(one, {}) for one in below)


async def _held(session: AsyncSession, scope: str, *, keep: bool) -> Sequence[Site]:
    """The prisons a scope's choices hold for; kept, nobody adds or changes one."""
    where = policy_levels.concerned(scope)
    level, number = policy_levels.parts(scope)
    query = select(Province.id).order_by(col(Province.id))
    if level is Level.PROVINCE:
        query = query.where(Province.id == number)
    elif level is Level.SITE:
        query = query.where(col(Province.id).in_(select(Site.province_id).where(where)))
    if keep:
        await session.exec(query.with_for_update())
    rows = await session.exec(
        select(Site).where(where, Site.kind == SiteKind.PRISON).order_by(col(Site.id))
    )
    return rows.all()


async def _keep(
    session: AsyncSession, scope: str, changes: Mapping[str, Value | None]
) -> None:
    for name, value in changes.items():
        row = await session.get(PolicyChoice, (scope, name))
        if value is not None:
            row = row or PolicyChoice(scope=scope, name=name, value=value)
            row.value = value
            session.add(row)
        elif row is not None:
            await session.delete(row)
    await session.flush()


async def _shortest_slots(session: AsyncSession, now: datetime) -> Mapping[int, int]:
    """The shortest slot of each prison's openings that are in force or to come."""
    rows = await session.exec(
        select(SessionTemplate.site_id, func.min(SessionTemplate.slot_minutes))
        .where(
            or_(
                col(SessionTemplate.valid_to).is_(None),
                col(SessionTemplate.valid_to) >= now.date(),
            )
        )
        .group_by(col(SessionTemplate.site_id))
    )
    return {site_id: int(minutes) for site_id, minutes in rows}


async def _put_in_force(session: AsyncSession, policies: Mapping[int, Policy]) -> None:
    rows = await session.exec(
        select(SitePolicy).where(col(SitePolicy.site_id).in_(list(policies)))
    )
    known = {row.site_id: row for row in rows}
    for site_id, policy in policies.items():
        row = known.get(site_id) or SitePolicy(site_id=site_id)
        for name, value in asdict(policy).items():
            setattr(row, name, value)
        session.add(row)
    await session.flush()
