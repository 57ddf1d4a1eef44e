"""Taking a cancellation back from the page of the visit, for a few minutes."""

from aiohttp import web

from scheduler import undoing
from scheduler.booking import Refused
from scheduler.undoing import TooLateToUndo
from visitation import lifecycle
from visitation.lifecycle import Act
from visitation.visits import Visit
from web import gate, refusals, subjects
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import Route


async def again(request: web.Request) -> web.Response:
    """Book anew what was cancelled, as it was; a double click books it once."""
    visit = gate.subject(request, Visit)
    try:
        async with request.app[DATABASE].write() as session:
            booked = await undoing.book_again(
                session,
                await session.get_one(Visit, visit.id),
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except TooLateToUndo:
        flash = _(
            "This cancellation cannot be taken back: it is too long ago, or was taken "
            "back already. Book the visit anew."
        )
        return redirect(request, "visits.show", visit=visit.reference, flash=flash)
    except Refused as refused:
        return render(
            request,
            "visits/not_again.html",
            status=409,
            reference=visit.reference,
            prisoner=visit.prisoner_id,
            reasons=refusals.sentences(refused),
        )
    flash = _("It is booked again as it was. The codes are new.")
    return redirect(request, "visits.booked", visit=booked.reference, flash=flash)


ROUTES = (
    Route(
        method="POST",
        path="/visits/{visit}/again",
        page=again,
        allow=lifecycle.MAY[Act.BOOK],
        subject=subjects.visit,
    ),
)
