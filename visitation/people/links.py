"""Families who ask to be linked to a prisoner.

Whatever is asked for is kept as it was typed and answered alike: nobody learns from
here who is in which prison. Whether the prisoner exists is for staff to see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import attempts, audit, persian
from visitation.attempts import Limit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.people.identity import sealed_id
from visitation.people.scope import Scope
from visitation.people.tables import LinkRequest, Visitor
from visitation.places.tables import Site
from visitation.words import LinkState, Relation, SiteKind

#: How often a phone may ask in a day, and how many wishes may wait at once.
A_DAY = Limit(name="link-requests", most=5, window=timedelta(days=1))
MOST_WAITING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody would visit, as what, in their own words."""

    prison_id: int
    prisoner_number: str
    prisoner_name: str
    relation: Relation
    name: str
    national_id: str | None


async def ask_for_link(
    session: AsyncSession,
    wanted: Wanted,
    *,
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> LinkRequest:
    """Keep the wish for staff to decide; the same wish asked again is the same one.

    Raises:
        NotFound: if there is no such prison.
        Invalid: for a wrong national ID, where neither number nor name is given, or
            where too many wishes wait already.
        TooMany: if the phone asked too often today.
    """
    number = persian.to_ascii_digits(wanted.prisoner_number).strip()
    await _check(session, wanted, number)
    waiting = await _waiting_of(session, visitor_id)
    for one in waiting:
        if _is_same(one, wanted, number):
            return one
    if len(waiting) >= MOST_WAITING:
        raise Invalid("prisoner_number", "links_wait")
    await attempts.hit(session, A_DAY, f"visitor:{visitor_id}", now=now)
    sealed, _ = sealed_id(wanted.national_id, keyring=keyring)
    asked = LinkRequest(
        reference=keyring.reference(),
        visitor_id=visitor_id,
        prison_id=wanted.prison_id,
        prisoner_number=number,
        prisoner_name=wanted.prisoner_name.strip(),
        relation=wanted.relation,
        name=wanted.name.strip(),
        national_id_sealed=sealed,
        asked_at=now,
    )
    session.add(asked)
    await session.flush()
    subject, prison = f"link_request:{asked.id}", wanted.prison_id
    audit.note(
        session, by, "ask_link", subject, now=now, visitor=visitor_id, prison=prison
    )
    return asked


async def links_asked_by(
    session: AsyncSession, visitor_ids: Collection[int]
) -> Sequence[tuple[LinkRequest, Site]]:
    """What some visitors asked for, the newest first."""
    rows = await session.exec(
        select(LinkRequest, Site)
        .join(Site, col(Site.id) == col(LinkRequest.prison_id))
        .where(col(LinkRequest.visitor_id).in_(visitor_ids))
        .order_by(col(LinkRequest.id).desc())
    )
    return rows.all()


async def links_to_decide(
    session: AsyncSession, *, scope: Scope
) -> Sequence[tuple[LinkRequest, Site, Visitor]]:
    """The wishes at the prisons of a scope that nobody decided, the oldest first."""
    rows = await session.exec(
        select(LinkRequest, Site, Visitor)
        .join(Site, col(Site.id) == col(LinkRequest.prison_id))
        .join(Visitor, col(Visitor.id) == col(LinkRequest.visitor_id))
        .where(LinkRequest.state == LinkState.ASKED, scope.of_sites())
        .order_by(col(LinkRequest.asked_at), col(LinkRequest.id))
    )
    return rows.all()


async def _check(session: AsyncSession, wanted: Wanted, number: str) -> None:
    prison = await session.get(Site, wanted.prison_id)
    if prison is None or prison.kind is not SiteKind.PRISON or prison.closed_at:
        raise NotFound("prison")
    if not number and not wanted.prisoner_name.strip():
        raise Invalid("prisoner_number", "prisoner_needed")


async def _waiting_of(session: AsyncSession, visitor_id: int) -> Sequence[LinkRequest]:
    # Two clicks at once stand in line here, and the second finds the first.
    await session.get_one(Visitor, visitor_id, with_for_update=True)
    rows = await session.exec(
        select(LinkRequest).where(
            LinkRequest.visitor_id == visitor_id, LinkRequest.state == LinkState.ASKED
        )
    )
    return rows.all()


def _is_same(one: LinkRequest, wanted: Wanted, number: str) -> bool:
    return (
        one.prison_id == wanted.prison_id
        and one.prisoner_number == number
        and persian.fold(one.prisoner_name) == persian.fold(wanted.prisoner_name)
        and persian.fold(one.name) == persian.fold(wanted.name)
    )
