"""What the command line can do to recordings; part of `acts`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from config.desk import OPERATOR, Desk, Impossible
from visitation.recordings import finishing, inspecting
from visitation.recordings.tables import Recording
from visitation.words import RecordingState


async def kept(desk: Desk) -> list[dict[str, Any]]:
    """Every recording that was not deleted, with the files it should have."""
    async with desk.database.read() as session:
        return [asdict(one) for one in await inspecting.kept(session)]


async def retry(desk: Desk, *, references: Sequence[str]) -> list[str]:
    """Put recordings back that could not be finished; all of them, if none is named.

    Returns:
        Their references.

    Raises:
        Impossible: if there is no such recording, or it has not failed; then none is.
    """
    query = select(Recording).order_by(col(Recording.id))
    if references:
        query = query.where(col(Recording.reference).in_(references))
    else:
        query = query.where(Recording.state == RecordingState.FAILED)
    async with desk.database.write() as session:
        found = (await session.exec(query)).all()
        known = {one.reference for one in found}
        for missing in references:
            if missing not in known:
                raise Impossible(f"there is no recording {missing}")
        for one in found:
            if not await finishing.again(session, one, by=OPERATOR, now=desk.now):
                raise Impossible(f"{one.reference} has not failed: it is {one.state}")
        return [one.reference for one in found]
