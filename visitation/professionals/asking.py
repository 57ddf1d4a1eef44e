"""Professionals who ask for a licence to be verified, or to be renewed.

Whatever number is given is kept and answered alike: whether somebody else has it is
for staff to see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import attempts, audit, persian
from visitation.attempts import Limit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.people import Visitor
from visitation.places import Province
from visitation.professionals import rights
from visitation.professionals.groups import RIGHTS
from visitation.professionals.tables import Licence
from visitation.words import LicenceState, Profession

#: How often a phone may ask in a day.
A_DAY = Limit(name="licences", most=5, window=timedelta(days=1))
#: How long before its end a licence may be renewed.
RENEWED_FROM = timedelta(days=60)
_PURPOSE = "licence-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The licence that somebody says they have."""

    profession: Profession
    number: str
    issuer: str
    province_id: int


async def ask(
    session: AsyncSession,
    wanted: Wanted,
    *,
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Licence:
    """Keep a licence for staff to verify; asked twice, it is asked once.

    Raises:
        NotFound: if there is no such province, or nobody asks for such a licence.
        Invalid: if the number says nothing, or a licence of the profession is held, or
            waits, already.
        TooMany: if the phone asked too often today.
    """
    province = await session.get(Province, wanted.province_id)
    if province is None or RIGHTS[wanted.profession].by_roster:
        raise NotFound("licence")
    if not plain(wanted.number):
        raise Invalid("number", "licence_number_needed")
    # Two clicks at once stand in line here, and the second finds the first.
    await session.get_one(Visitor, visitor_id, with_for_update=True)
    mark = fingerprint(wanted, keyring=keyring)
    if (same := await _waiting(session, wanted, mark, visitor_id)) is not None:
        return same
    if by.visitor_id is not None:
        await attempts.hit(session, A_DAY, f"visitor:{visitor_id}", now=now)
    asked = Licence(
        reference=keyring.reference(),
        visitor_id=visitor_id,
        profession=wanted.profession,
        number_sealed=sealed(wanted.number, keyring=keyring),
        number_fingerprint=mark,
        issuer=wanted.issuer.strip(),
        province_id=wanted.province_id,
        state=LicenceState.ASKED,
        asked_at=now,
    )
    session.add(asked)
    await session.flush()
    subject, what = f"licence:{asked.id}", wanted.profession.value
    audit.note(session, by, "ask_licence", subject, now=now, profession=what)
    return asked


async def _waiting(
    session: AsyncSession, wanted: Wanted, mark: str, visitor_id: int
) -> Licence | None:
    """The same licence, if it waits already.

    Raises:
        Invalid: if another one of the profession is held, or waits.
    """
    for one in await rights.licences_of(session, (visitor_id,)):
        if one.profession is not wanted.profession:
            continue
        if one.state is LicenceState.ASKED and one.number_fingerprint == mark:
            return one
        if one.state is LicenceState.ASKED:
            raise Invalid("profession", "licence_asked")
        if one.state is LicenceState.VERIFIED:
            raise Invalid("profession", "licence_verified")
    return None


async def ask_renewal(
    session: AsyncSession, licence: Licence, *, by: Actor, now: datetime
) -> None:
    """Ask staff to verify a licence for longer; asked twice, it is asked once.

    Raises:
        Invalid: if it was never verified, or its end is far away.
    """
    if not may_renew(licence, now):
        raise Invalid("licence", "licence_not_to_renew")
    if licence.renewal_asked_at is not None:
        return
    licence.renewal_asked_at = now
    session.add(licence)
    audit.note(session, by, "ask_renewal", f"licence:{licence.id}", now=now)


def may_renew(licence: Licence, now: datetime) -> bool:
    """Whether a licence is near its end, or past it, and was verified."""
    if licence.state is not LicenceState.VERIFIED or licence.valid_until is None:
        return False
    listed = RIGHTS[licence.profession].by_roster
    return not listed and rights.today(now) + RENEWED_FROM >= licence.valid_until


def number_of(licence: Licence, *, keyring: Keyring) -> str:
    """The number of a licence, as it was given."""
    return keyring.open(_PURPOSE, licence.number_sealed)


def sealed(number: str, *, keyring: Keyring) -> bytes:
    """The number as it is kept."""
    return keyring.seal(_PURPOSE, persian.to_ascii_digits(number).strip())


def fingerprint(wanted: Wanted, *, keyring: Keyring) -> str:
    """What a licence is told by: provinces and professions number by themselves."""
    text = f"{wanted.profession}:{wanted.province_id}:{plain(wanted.number)}"
    return keyring.fingerprint(_PURPOSE, text)


def plain(number: str) -> str:
    """A number as it is compared: no spaces, dashes or kinds of digits."""
    folded = persian.fold(persian.to_ascii_digits(number))
    return "".join(one for one in folded if one.isalnum() or one == "/")


async def others_with(session: AsyncSession, licence: Licence) -> int:
    """How many other people's verified licences have the same number."""
    rows = await session.exec(
        select(Licence.id).where(
            Licence.number_fingerprint == licence.number_fingerprint,
            Licence.state == LicenceState.VERIFIED,
            Licence.visitor_id != licence.visitor_id,
        )
    )
    return len(rows.all())
