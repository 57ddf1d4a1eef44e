"""Professionals who ask to act for a prisoner, and who waits for the prison's answer.

Who asks must know number, prison and name of the prisoner; whatever does not match gets
one and the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import attempts, audit, persian
from visitation.attempts import Limit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Prisoner, Scope
from visitation.places import Site
from visitation.professionals import mandates, rights
from visitation.professionals.groups import RIGHTS
from visitation.professionals.tables import Licence, Mandate
from visitation.words import MandateState

#: How often somebody may name a prisoner in a day, rightly or wrongly.
A_DAY = Limit(name="mandates", most=20, window=timedelta(days=1))
#: As many as a page shows.
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody would act for, in their own words."""

    prison_id: int
    number: str
    name: str
    order_number: str = ""


async def ask(
    session: AsyncSession,
    licence: Licence,
    wanted: Wanted,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Mandate | None:
    """Ask to act for a prisoner; None if nobody is meant by what was typed.

    Asked twice, it is asked once. Commit whatever the answer: each try is counted.

    Raises:
        NotInForce: if the licence is not in force.
        NotTheirs: if nobody of the profession has clients.
        Invalid: if a court's order is needed, and none is named.
        TooMany: if too many were named today.
    """
    if not rights.is_in_force(licence, now):
        raise rights.NotInForce(licence.reference)
    given = RIGHTS[licence.profession]
    if given.relation is None:
        raise rights.NotTheirs(licence.profession)
    if given.by_order and not wanted.order_number.strip():
        raise Invalid("order_number", "order_needed")
    await attempts.hit(session, A_DAY, f"visitor:{licence.visitor_id}", now=now)
    prisoner = await _meant(session, wanted, now)
    if prisoner is None:
        return None
    await session.refresh(licence, with_for_update=True)
    known = await mandates.still_open(session, licence, prisoner_id=prisoner.id)
    if known:
        return known[0]
    asked = Mandate(
        reference=keyring.reference(),
        licence_id=licence.id,
        prisoner_id=prisoner.id,
        order_number=wanted.order_number.strip(),
        state=MandateState.ASKED,
        asked_at=now,
    )
    session.add(asked)
    await session.flush()
    subject, whom = f"mandate:{asked.id}", prisoner.id
    audit.note(session, by, "ask_mandate", subject, now=now, prisoner=whom)
    return asked


async def listed(
    session: AsyncSession, *, scope: Scope, state: MandateState = MandateState.ASKED
) -> Sequence[tuple[Mandate, Licence, Prisoner, Site]]:
    """The mandates for prisoners within reach in a state, the oldest first."""
    rows = await session.exec(
        select(Mandate, Licence, Prisoner, Site)
        .join(Licence, col(Licence.id) == col(Mandate.licence_id))
        .join(Prisoner, col(Prisoner.id) == col(Mandate.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(Mandate.state == state, scope.of_sites())
        .order_by(col(Mandate.asked_at), col(Mandate.id))
        .limit(_SHOWN)
    )
    return rows.all()


async def _meant(
    session: AsyncSession, wanted: Wanted, now: datetime
) -> Prisoner | None:
    rows = await session.exec(
        select(Prisoner).where(
            Prisoner.site_id == wanted.prison_id,
            Prisoner.number == persian.to_ascii_digits(wanted.number).strip(),
        )
    )
    found = rows.first()
    if found is None or _squeezed(found.name) != _squeezed(wanted.name):
        return None
    released = found.released_at is not None and found.released_at <= now
    return None if released else found


def _squeezed(name: str) -> str:
    return persian.fold(name).replace(" ", "")
