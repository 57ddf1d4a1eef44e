"""The demonstration's lawyer: a verified licence, one client, and one asked for."""

from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast
from visitation.audit import SYSTEM, Actor
from visitation.keyring import Keyring
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.professionals import (
    Licence,
    Mandate,
    asking,
    clients,
    licences,
    mandates,
)
from visitation.words import Profession

#: For how long the licence is verified.
_VALID = timedelta(days=300)


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Have the lawyer's licence verified, and one of two mandates approved."""
    lawyer = (
        await session.exec(select(Visitor).where(Visitor.name == cast.LAWYER))
    ).one()
    by = Actor.visitor(lawyer.id)
    prison = (await session.exec(select(Site).where(Site.name == cast.PRISON))).one()
    licence = await asking.ask(
        session,
        asking.Wanted(
            profession=Profession.LAWYER,
            number=cast.LICENCE_NUMBER,
            issuer=cast.LICENCE_ISSUER,
            province_id=prison.province_id,
        ),
        visitor_id=lawyer.id,
        keyring=keyring,
        by=by,
        now=now,
    )
    until = (now + _VALID).date()
    await licences.verify(session, licence, valid_until=until, by=SYSTEM, now=now)
    for number, approved in ((cast.CLIENT, True), (cast.CLIENT_ASKED, False)):
        mandate = await _mandate(session, licence, number, keyring, now=now)
        if approved:
            await mandates.approve(session, mandate, by=SYSTEM, now=now)


async def _mandate(
    session: AsyncSession,
    licence: Licence,
    number: str,
    keyring: Keyring,
    *,
    now: datetime,
) -> Mandate:
    found = await session.exec(select(Prisoner).where(Prisoner.number == number))
    prisoner = found.one()
    asked = await clients.ask(
        session,
        licence,
        clients.Wanted(
            prison_id=prisoner.site_id, number=prisoner.number, name=prisoner.name
        ),
        keyring=keyring,
        by=Actor.visitor(licence.visitor_id),
        now=now,
    )
    assert asked is not None
    return asked
