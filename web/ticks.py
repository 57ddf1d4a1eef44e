"""Ticking somebody off on a board: one form for clerks and wardens.

Knows which parts may be ticked by whoever calls it, and where to go back to.
"""

from collections.abc import Awaitable, Callable, Collection

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import calls
from visitation.errors import NotFound
from visitation.lifecycle import ParticipantState
from visitation.visits import Participant, Visit
from visitation.words import Part
from web import forms, gate, live
from web.keys import CLOCK, DATABASE
from web.render import redirect_to


class Ticking(forms.Fields):
    """Who is ticked, as what, and the board to go back to."""

    participant: str
    state: ParticipantState
    next: str = "/staff"


Then = Callable[[AsyncSession, Visit, ParticipantState], Awaitable[None]]


async def tick(
    request: web.Request, *, parts: Collection[Part], then: Then | None = None
) -> web.Response:
    """Tick one of a visit's people; back to the row on the board.

    What follows from it, if anything, is done in the same transaction.

    Raises:
        NotFound: if the visit has no such person among these parts.
        Invalid: if it is nothing that staff tick.
    """
    form, visit = await forms.read(request, Ticking), gate.subject(request, Visit)
    if not form.ok:
        raise NotFound("participant")
    async with request.app[DATABASE].write() as session:
        await calls.tick(
            session,
            await person(session, visit, form.value.participant, parts),
            form.value.state,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
        if then is not None:
            await then(session, visit, form.value.state)
    # Whoever waits in the room hears of it at once.
    await live.changed(request, visit.reference)
    return redirect_to(request, at_row(form.value.next, visit))


async def person(
    session: AsyncSession, visit: Visit, reference: str, parts: Collection[Part]
) -> Participant:
    """Somebody of a visit by reference.

    Raises:
        NotFound: if the visit has no such person among these parts.
    """
    rows = await session.exec(
        select(Participant).where(
            Participant.reference == reference,
            Participant.visit_id == visit.id,
            col(Participant.part).in_(parts),
        )
    )
    found = rows.first()
    if found is None:
        raise NotFound("participant")
    return found


def at_row(path: str, visit: Visit) -> str:
    """A board's path, opened where the visit is."""
    return f"{path.partition('#')[0]}#visit-{visit.reference}"
