"""What one row of a roster comes to: a graduate who is new, known, or refused.

A person is who has the national ID. Nobody's phone is changed by a roster: whoever has
it could sign in.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.imports import Desk, Row, RowOutcome, RowRefused, cells
from visitation.imports.around import LONGEST_NAME
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people import Visitor, add_visitor, called
from visitation.people.identity import fingerprint_of
from visitation.professionals import asking, rights
from visitation.professionals.asking import Wanted
from visitation.professionals.groups import longest
from visitation.professionals.tables import Licence, Roster
from visitation.words import LicenceState, Profession

_MOBILE_DIGITS = 10


@dataclass(slots=True, kw_only=True)
class Roll:
    """A roster on its way in.

    Attributes:
        named: the licences that the rows are about, even those that were refused.
        unknown: how many refused rows do not say whose they are.
    """

    desk: Desk
    roster: Roster
    named: set[int] = field(default_factory=set)
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    name: str
    national_id: str
    phone: str
    wanted: Wanted
    until: date


async def decide(session: AsyncSession, row: Row, roll: Roll) -> Verdict:
    """What a row says about a graduate.

    Raises:
        RowRefused: if a cell is unreadable, or the person or the number is another's.
    """
    keyring = roll.desk.keyring
    visitor = await _visitor(session, row, roll)
    licence = await _licence(session, row, roll, visitor)
    if licence is not None and licence.roster_id == roll.roster.id:
        roll.named.add(licence.id)
    try:
        said = _read(row, roll)
    except RowRefused:
        roll.unknown += visitor is None and licence is None
        raise
    mark = asking.fingerprint(said.wanted, keyring=keyring)
    _refuse_another(licence, visitor, said, roll)
    remarks = _remarks(visitor, said)
    if licence is None:

        async def add(session: AsyncSession) -> None:
            await _add(session, said, mark, visitor, roll)

        return Verdict(outcome=RowOutcome.CREATED, write=add, remarks=remarks)
    if (licence.number_fingerprint, licence.valid_until) == (mark, said.until):
        if not remarks:
            return UNCHANGED
        return Verdict(outcome=RowOutcome.UNCHANGED, remarks=remarks)
    held = licence

    async def change(session: AsyncSession) -> None:
        again = await session.get_one(Licence, held.id, with_for_update=True)
        again.number_sealed = asking.sealed(said.wanted.number, keyring=keyring)
        again.number_fingerprint, again.valid_until = mark, said.until
        again.decided_at, again.decided_by_id = roll.desk.now, roll.desk.by.account_id
        session.add(again)
        _note(session, again, "extend_licence", roll)

    return Verdict(outcome=RowOutcome.CHANGED, write=change, remarks=remarks)


def _refuse_another(
    licence: Licence | None, visitor: Visitor | None, said: _Said, roll: Roll
) -> None:
    if licence is not None and (visitor is None or licence.visitor_id != visitor.id):
        raise RowRefused("number", "licence_taken")
    if visitor is not None and _other(visitor, said.name):
        raise RowRefused("name", "roster_other_name")
    if licence is not None and licence.roster_id != roll.roster.id:
        raise RowRefused("national_id", "roster_of_another")


def _read(row: Row, roll: Roll) -> _Said:
    name = cells.text(row, "name", longest=LONGEST_NAME, required=True)
    national_id = cells.national_id(row)
    if not national_id:
        raise RowRefused("national_id", "cell_missing")
    wanted = _wanted(row, roll)
    if not asking.plain(wanted.number):
        raise RowRefused("number", "cell_missing")
    until = cells.day(row, "until", required=True)
    assert until is not None
    first = rights.today(roll.desk.now)
    if until < first:
        raise RowRefused("until", "licence_day_over")
    if until > longest(Profession.GRADUATE, first):
        raise RowRefused("until", "licence_too_long")
    return _Said(
        name=name,
        national_id=national_id,
        phone=_phone(row),
        wanted=wanted,
        until=until,
    )


def _phone(row: Row) -> str:
    typed = cells.number(row, "phone")
    if not typed:
        return ""
    digits = called.national_digits(typed)
    if len(digits) != _MOBILE_DIGITS or not digits.startswith("9"):
        raise RowRefused("phone", "roster_no_mobile")
    return f"+98{digits}"


def _wanted(row: Row, roll: Roll) -> Wanted:
    return Wanted(
        profession=Profession.GRADUATE,
        number=cells.number(row, "number"),
        issuer=roll.roster.issuer,
        province_id=roll.roster.province_id,
    )


async def _visitor(session: AsyncSession, row: Row, roll: Roll) -> Visitor | None:
    """Who has the national ID of a row; nobody where it is unreadable."""
    try:
        national_id = cells.national_id(row)
    except RowRefused:
        return None
    mark = fingerprint_of(national_id, keyring=roll.desk.keyring)
    if mark is None:
        return None
    rows = await session.exec(
        select(Visitor).where(Visitor.national_id_fingerprint == mark)
    )
    return rows.first()


async def _licence(
    session: AsyncSession, row: Row, roll: Roll, visitor: Visitor | None
) -> Licence | None:
    """The verified licence that a row is about: the person's, else the number's."""
    try:
        mark = asking.fingerprint(_wanted(row, roll), keyring=roll.desk.keyring)
    except RowRefused:
        mark = ""
    whose = Licence.visitor_id == visitor.id if visitor is not None else False
    rows = await session.exec(
        select(Licence)
        .where(
            Licence.profession == Profession.GRADUATE,
            Licence.state == LicenceState.VERIFIED,
            or_(whose, col(Licence.number_fingerprint) == mark),
        )
        .order_by(col(Licence.number_fingerprint) != mark, col(Licence.id))
    )
    return rows.first()


def _other(visitor: Visitor, name: str) -> bool:
    return visitor.name_folded.replace(" ", "") != persian.fold(name).replace(" ", "")


def _remarks(visitor: Visitor | None, said: _Said) -> tuple[str, ...]:
    """What staff should look at although the row goes in."""
    if visitor is None:
        return () if said.phone else ("roster_no_phone",)
    if said.phone and said.phone != visitor.phone:
        return ("roster_other_phone",)
    return () if visitor.phone else ("roster_no_phone",)


async def _add(
    session: AsyncSession,
    said: _Said,
    mark: str,
    visitor: Visitor | None,
    roll: Roll,
) -> None:
    desk = roll.desk
    if visitor is None:
        visitor = await add_visitor(
            session,
            name=said.name,
            phone=said.phone or None,
            national_id=said.national_id,
            keyring=desk.keyring,
            by=desk.by,
            now=desk.now,
        )
    licence = Licence(
        reference=desk.keyring.reference(),
        visitor_id=visitor.id,
        profession=Profession.GRADUATE,
        number_sealed=asking.sealed(said.wanted.number, keyring=desk.keyring),
        number_fingerprint=mark,
        issuer=roll.roster.issuer,
        province_id=roll.roster.province_id,
        roster_id=roll.roster.id,
        state=LicenceState.VERIFIED,
        valid_until=said.until,
        asked_at=desk.now,
        decided_at=desk.now,
        decided_by_id=desk.by.account_id,
    )
    session.add(licence)
    await session.flush()
    roll.named.add(licence.id)
    _note(session, licence, "verify_licence", roll)


def _note(session: AsyncSession, licence: Licence, action: str, roll: Roll) -> None:
    desk = roll.desk
    audit.note(session, desk.by, action, f"licence:{licence.id}", now=desk.now)
