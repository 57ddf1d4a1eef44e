"""Rows of transfers: who is held in another prison now, under which number."""

from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people, persian
from visitation.imports import cells
from visitation.imports.around import Around, Known
from visitation.imports.report import Row, RowOutcome, RowRefused
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people.tables import Prisoner

_ARRIVED = replace(UNCHANGED, remarks=("import_has_arrived",))


async def decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    """What a row says about where a prisoner is held now.

    Raises:
        RowRefused: if the prisoner or a prison is unknown, or the number is somebody's.
    """
    to_site = around.destination(row).id
    to_number = cells.number(row, "to_number", required=True)
    there = around.at(to_site, to_number)
    if national_id := cells.national_id(row):
        by_id = around.with_id(national_id)
        if there is not None and by_id is not None and by_id.id == there.id:
            return UNCHANGED
    elif there is not None and _left(row, around):
        return _ARRIVED
    known = around.prisoner(row)
    if there is not None and there.id == known.id:
        return UNCHANGED
    if there is not None:
        raise RowRefused("to_number", "import_number_taken")
    return _transfer(around, known, to_site, to_number)


def _transfer(around: Around, known: Known, to_site: int, to_number: str) -> Verdict:
    async def write(session: AsyncSession) -> None:
        desk = around.desk
        prisoner = await session.get_one(Prisoner, known.id)
        await people.transfer_prisoner(
            session,
            prisoner,
            to_site=to_site,
            number=to_number,
            by=desk.by,
            now=desk.now,
        )
        around.move(known, replace(known, site_id=to_site, number=prisoner.number))

    return Verdict(outcome=RowOutcome.CHANGED, write=write)


def _left(row: Row, around: Around) -> bool:
    """Whether nobody has the old number any more, as after the same file's first go."""
    number = cells.number(row, "number", required=True)
    return around.at(around.prison(row).id, persian.fold(number)) is None
