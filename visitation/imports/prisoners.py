"""Rows of prisoners: who is new, of whom something was corrected, who is known.

A person is who has the national ID, else who has the number in the prison. A number is
never given to another person by an import: the families of the first would then be
linked to the second.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people, persian
from visitation.imports import cells
from visitation.imports.around import (
    LONGEST_NAME,
    LONGEST_WARD,
    Around,
    Known,
    as_known,
    squeezed,
)
from visitation.imports.report import Row, RowOutcome, RowRefused
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people.identity import fingerprint_of
from visitation.people.newcomers import Newcomer
from visitation.people.tables import Prisoner


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a row says; no ward and no day where its cell is empty, or there is none."""

    number: str
    name: str
    national_id: str
    ward: str
    visited_on: date | None


async def decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    """What a row says about a prisoner.

    Raises:
        RowRefused: if somebody else has the number or the ID, or a cell is unreadable.
    """
    prison = around.prison(row)
    said = _Said(
        number=cells.number(row, "number", required=True),
        name=cells.text(row, "name", longest=LONGEST_NAME, required=True),
        national_id=cells.national_id(row),
        ward=cells.text(row, "ward", longest=LONGEST_WARD),
        visited_on=_visited_on(row, around.desk.now.astimezone(prison.zone).date()),
    )
    there = around.at(prison.id, said.number)
    known = around.with_id(said.national_id) if said.national_id else None
    if known is None:
        if there is None:
            return _new(around, prison.id, said)
        _refuse_another_person(there, said.name, said.national_id)
        known = there
    elif known.site_id != prison.id:
        inside = known.site_id in around.prisons
        raise RowRefused("prison", "import_elsewhere" if inside else "import_id_known")
    elif there is not None and there.id != known.id:
        raise RowRefused("number", "import_number_taken")
    return _correction(around, known, said)


def _visited_on(row: Row, today: date) -> date | None:
    found = cells.day(row, "visited_on")
    if found is not None and found > today:
        raise RowRefused("visited_on", "visited_to_come")
    return found


def _refuse_another_person(there: Known, name: str, national_id: str) -> None:
    if national_id and there.fingerprint:
        raise RowRefused("number", "import_number_taken")
    same = squeezed(name) == squeezed(there.name_folded)
    shared = set(persian.fold(name).split()) & set(there.name_folded.split())
    settled = national_id or there.released_at is not None
    if not same and (settled or not shared):
        raise RowRefused("number", "import_number_taken")


def _new(around: Around, site_id: int, said: _Said) -> Verdict:
    alike = around.namesakes(site_id, said.name)
    return Verdict(
        outcome=RowOutcome.CREATED,
        adds=Newcomer(
            site_id=site_id,
            number=said.number,
            name=said.name,
            national_id=said.national_id,
            ward=said.ward,
            visited_on=said.visited_on,
        ),
        remarks=("import_namesake",) if alike else (),
    )


def _correction(around: Around, known: Known, said: _Said) -> Verdict:
    gone = ("import_is_released",) if known.released_at is not None else ()
    learned = bool(said.national_id) and known.fingerprint is None
    renamed = squeezed(said.name) != squeezed(known.name_folded)
    renumbered = persian.fold(said.number) != persian.fold(known.number)
    elsewhere = said.ward not in {"", known.ward}
    before = said.visited_on not in {None, known.visited_on}
    if not (learned or renamed or renumbered or elsewhere or before):
        return replace(UNCHANGED, remarks=gone)
    write = partial(
        _correct,
        around=around,
        known=known,
        number=said.number,
        name=said.name if renamed else None,
        national_id=said.national_id if learned else None,
        ward=said.ward or None,
        visited_on=said.visited_on,
    )
    return Verdict(outcome=RowOutcome.CHANGED, write=write, remarks=gone)


async def _correct(
    session: AsyncSession,
    *,
    around: Around,
    known: Known,
    number: str,
    name: str | None,
    national_id: str | None,
    ward: str | None,
    visited_on: date | None,
) -> None:
    desk = around.desk
    prisoner = await session.get_one(Prisoner, known.id)
    await people.edit_prisoner(
        session,
        prisoner,
        number=number,
        name=name or prisoner.name,
        national_id=national_id,
        ward=ward,
        visited_on=visited_on,
        keyring=desk.keyring,
        by=desk.by,
        now=desk.now,
    )
    mark = fingerprint_of(national_id or "", keyring=desk.keyring)
    around.move(
        known, replace(as_known(prisoner), fingerprint=mark or known.fingerprint)
    )
