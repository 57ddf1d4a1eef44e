"""Rows of releases: who left prison, and who came back."""

from collections.abc import Mapping
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.imports import cells
from visitation.imports.around import Around
from visitation.imports.report import Row, RowOutcome, RowRefused
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people.tables import Prisoner


class _State(StrEnum):
    RELEASED = "released"
    BACK = "back"


_WORDS: Mapping[str, _State] = {
    "released": _State.RELEASED,
    "ازاد": _State.RELEASED,
    "ازاد شد": _State.RELEASED,
    "back": _State.BACK,
    "بازگشت": _State.BACK,
}


async def decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    """What a row says about a release; without a day it is now.

    Raises:
        RowRefused: if the prisoner is unknown, or a cell is unreadable.
    """
    desk = around.desk
    state = cells.choice(row, "state", _WORDS, unless=_State.RELEASED)
    on = cells.day(row, "released_on")
    known = around.prisoner(row)
    zone = around.prisons[known.site_id].zone
    if state is _State.BACK and on is not None:
        raise RowRefused("released_on", "import_no_day_back")
    if (known.released_at is not None) == (state is _State.RELEASED):
        return UNCHANGED

    async def write(session: AsyncSession) -> None:
        prisoner = await session.get_one(Prisoner, known.id)
        if state is _State.BACK:
            await people.take_back_prisoner(session, prisoner, by=desk.by, now=desk.now)
        else:
            at = cells.midnight(on, zone) if on else None
            await people.release_prisoner(
                session, prisoner, by=desk.by, now=desk.now, at=at
            )

    return Verdict(outcome=RowOutcome.CHANGED, write=write)
