"""The demonstration's professionals: a lawyer with clients, graduates on a roster."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast
from visitation.audit import SYSTEM, Actor
from visitation.imports import Desk, Row
from visitation.keyring import Keyring
from visitation.people import Prisoner, Scope, Visitor
from visitation.places import Site
from visitation.professionals import (
    Licence,
    Mandate,
    asking,
    clients,
    licences,
    mandates,
    rosters,
)
from visitation.words import Profession

#: For how long licences are verified.
_VALID = timedelta(days=300)


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Verify the lawyer's licence, approve one of two mandates, take a roster in."""
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
    await _roster(session, prison.province_id, keyring, now=now)


async def graduate(session: AsyncSession) -> int | None:
    """The visitor who is the first graduate of the roster, if one was taken in."""
    rows = await session.exec(
        select(Licence.visitor_id)
        .where(Licence.profession == Profession.GRADUATE)
        .order_by(col(Licence.id))
    )
    return rows.first()


async def _roster(
    session: AsyncSession, province_id: int, keyring: Keyring, *, now: datetime
) -> None:
    until = (now + _VALID).date().isoformat()
    rows = [
        Row(number=number, cells={**asdict(one), "until": until})
        for number, one in enumerate(cast.GRADUATES, start=2)
    ]
    await rosters.take_in(
        session,
        rows,
        province_id=province_id,
        issuer=cast.ROSTER_ISSUER,
        desk=Desk(scope=Scope(everywhere=True), keyring=keyring, by=SYSTEM, now=now),
    )


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
