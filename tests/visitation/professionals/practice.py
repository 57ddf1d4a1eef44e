"""A lawyer's practice for tests: licences and mandates made by the use cases."""

from datetime import date, datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation.audit import SYSTEM, Actor
from visitation.keyring import Keyring
from visitation.people import Contact, Prisoner, Visitor
from visitation.professionals import Licence, Mandate, asking, clients, mandates
from visitation.professionals import licences as decided
from visitation.professionals.asking import Wanted
from visitation.words import Profession

UNTIL = date(2027, 6, 1)


async def asked(
    session: AsyncSession,
    world: World,
    keyring: Keyring,
    *,
    who: Visitor | None = None,
    profession: Profession = Profession.LAWYER,
    number: str = "۱۲۳۴۵",
    now: datetime = NOON,
) -> Licence:
    """A licence that somebody asks for; a lawyer of their own if nobody is named."""
    who = who or await make.visitor(session, name="هما وکیلی")
    wanted = Wanted(
        profession=profession,
        number=number,
        issuer="کانون وکلای اصفهان",
        province_id=world.prison.province_id,
    )
    by = Actor.visitor(who.id)
    return await asking.ask(
        session, wanted, visitor_id=who.id, keyring=keyring, by=by, now=now
    )


async def licensed(
    session: AsyncSession,
    world: World,
    keyring: Keyring,
    *,
    until: date = UNTIL,
    who: Visitor | None = None,
    profession: Profession = Profession.LAWYER,
    number: str = "۱۲۳۴۵",
) -> Licence:
    """A licence that was verified at noon."""
    licence = await asked(
        session, world, keyring, who=who, profession=profession, number=number
    )
    await decided.verify(session, licence, valid_until=until, by=SYSTEM, now=NOON)
    return licence


async def claimed(
    session: AsyncSession,
    licence: Licence,
    prisoner: Prisoner,
    keyring: Keyring,
    *,
    order: str = "",
    now: datetime = NOON,
) -> Mandate:
    """A mandate that was asked for."""
    found = await clients.ask(
        session,
        licence,
        clients.Wanted(
            prison_id=prisoner.site_id,
            number=prisoner.number,
            name=prisoner.name,
            order_number=order,
        ),
        keyring=keyring,
        by=Actor.visitor(licence.visitor_id),
        now=now,
    )
    assert found is not None
    return found


async def mandated(
    session: AsyncSession,
    licence: Licence,
    prisoner: Prisoner,
    keyring: Keyring,
    *,
    valid_until: date | None = None,
) -> Mandate:
    """A mandate that was approved."""
    mandate = await claimed(session, licence, prisoner, keyring)
    await mandates.approve(
        session,
        mandate,
        valid_until=valid_until,
        by=SYSTEM,
        now=NOON + timedelta(minutes=1),
    )
    return mandate


async def link(session: AsyncSession, mandate: Mandate) -> Contact | None:
    """The link by which the professional of a mandate visits."""
    licence = await session.get_one(Licence, mandate.licence_id)
    rows = await session.exec(
        select(Contact).where(
            Contact.visitor_id == licence.visitor_id,
            Contact.prisoner_id == mandate.prisoner_id,
        )
    )
    return rows.first()
