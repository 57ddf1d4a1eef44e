"""Rosters of graduates: a whole list at a time, from whoever licensed them.

A roster says who has a licence and until when. The next one of the same issuer brings
all of that up to date: who is new is added, who is not in it any more has none. Each
row stands or falls by itself, with a line of report; a dry run undoes everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.errors import Invalid, NotFound
from visitation.imports import Column, Desk, Doubles, Line, Row, RowOutcome
from visitation.imports.around import Around
from visitation.imports.taking import Verdict, take_each
from visitation.places import Province
from visitation.professionals.rows import Roll, decide
from visitation.professionals.tables import Licence, Roster
from visitation.words import LicenceState

COLUMNS = (
    Column(name="name", fa="نام", required=True),
    Column(name="national_id", fa="کد ملی", required=True),
    Column(name="phone", fa="تلفن همراه"),
    Column(name="number", fa="شماره پروانه", required=True),
    Column(name="until", fa="اعتبار تا", required=True),
)
#: More than any bar or university licenses in a year; all goes in at once, or nothing.
MOST_ROWS = 2000
#: A roster that would end more than this share of licences at once is a wrong file.
_MOST_LEFT_OUT = 0.5
_FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a roster.

    Attributes:
        lines: one for each row.
        ended: how many licences ended, because the roster leaves them out.
        spared: whether none did because some rows do not say whose they are.
    """

    lines: Sequence[Line]
    ended: int
    spared: bool


async def take_in(
    session: AsyncSession,
    rows: Sequence[Row],
    *,
    province_id: int,
    issuer: str,
    desk: Desk,
    dry_run: bool = False,
) -> Taken:
    """Take a whole roster in, and end the licences of whoever is not in it any more.

    Raises:
        NotFound: if there is no such province within reach.
        Invalid: if the issuer has no name, there are no rows or too many, or most of
            those who are licensed would have none any more.
    """
    await _check(session, rows, province_id, issuer, desk)
    async with session.begin_nested() as everything:
        roster = await _roster(session, province_id, issuer, desk)
        roll = Roll(desk=desk, roster=roster)

        async def decided(session: AsyncSession, row: Row, _around: Around) -> Verdict:
            return await decide(session, row, roll)

        lines = await take_each(
            session,
            rows,
            Around((), (), desk),
            decided,
            doubles=Doubles(),
            dry_run=False,
        )
        unreadable = roll.unknown + sum(bool(row.fault) for row in rows)
        # A row that says not whose it is may be anybody's: nobody loses anything then.
        ended = 0 if unreadable else await _end_others(session, roster, roll, desk)
        _note(session, roster, lines, ended, desk)
        if dry_run:
            await everything.rollback()
    return Taken(lines=lines, ended=ended, spared=unreadable > 0)


def _note(
    session: AsyncSession,
    roster: Roster,
    lines: Sequence[Line],
    ended: int,
    desk: Desk,
) -> None:
    counts = {
        one.value: sum(line.outcome is one for line in lines) for one in RowOutcome
    }
    subject = f"roster:{roster.id}"
    audit.note(
        session, desk.by, "import_roster", subject, now=desk.now, ended=ended, **counts
    )


async def known(
    session: AsyncSession, *, within: frozenset[int] | None
) -> Sequence[tuple[Roster, Province, int]]:
    """The rosters of some provinces, or of all, and how many licences each has."""
    query = (
        select(Roster, Province, func.count(col(Licence.id)))
        .join(Province, col(Province.id) == col(Roster.province_id))
        .outerjoin(
            Licence,
            (col(Licence.roster_id) == col(Roster.id))
            & (col(Licence.state) == LicenceState.VERIFIED),
        )
        .group_by(col(Roster.id), col(Province.id))
        .order_by(col(Roster.imported_at).desc(), col(Roster.id))
    )
    if within is not None:
        query = query.where(col(Roster.province_id).in_(within))
    return (await session.exec(query)).all()


async def _check(
    session: AsyncSession,
    rows: Sequence[Row],
    province_id: int,
    issuer: str,
    desk: Desk,
) -> None:
    reached = desk.scope.everywhere or province_id in desk.scope.provinces
    if not reached or await session.get(Province, province_id) is None:
        raise NotFound("province")
    if not persian.fold(issuer):
        raise Invalid("issuer", "issuer_needed")
    if not rows:
        raise Invalid("file", "roster_empty")
    if len(rows) > MOST_ROWS:
        raise Invalid("file", "roster_too_long")


async def _roster(
    session: AsyncSession, province_id: int, issuer: str, desk: Desk
) -> Roster:
    # Two rosters of one province go in one after the other.
    await session.get_one(Province, province_id, with_for_update=True)
    folded = persian.fold(issuer).replace(" ", "")
    rows = await session.exec(
        select(Roster).where(
            Roster.province_id == province_id, Roster.issuer_folded == folded
        )
    )
    roster = rows.first() or Roster(
        reference=desk.keyring.reference(),
        province_id=province_id,
        issuer=issuer.strip(),
        issuer_folded=folded,
        imported_at=desk.now,
    )
    roster.imported_at, roster.imported_by_id = desk.now, desk.by.account_id
    session.add(roster)
    await session.flush()
    return roster


async def _end_others(
    session: AsyncSession, roster: Roster, roll: Roll, desk: Desk
) -> int:
    rows = await session.exec(
        select(Licence)
        .where(Licence.roster_id == roster.id, Licence.state == LicenceState.VERIFIED)
        .order_by(col(Licence.id))
        .with_for_update()
    )
    held = rows.all()
    gone = [one for one in held if one.id not in roll.named]
    if len(gone) > max(_FEW, len(held) * _MOST_LEFT_OUT):
        raise Invalid("file", "roster_leaves_most_out")
    for one in gone:
        one.state, one.decided_at = LicenceState.ENDED, desk.now
        session.add(one)
        audit.note(session, desk.by, "end_licence", f"licence:{one.id}", now=desk.now)
    await session.flush()
    return len(gone)
