"""What staff do to the row of an address by a short form: it is done, or shown again.

Knows no page and no use case; each page names its own.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from visitation.errors import VisitationError
from web import gate
from web.forms import Form, M
from web.keys import CLOCK, DATABASE
from web.render import redirect

#: The page with the form, after the request and the form; takes a `status`.
Again = Callable[..., Awaitable[web.Response]]


async def done(
    request: web.Request,
    form: Form[M],
    act: Callable[..., Awaitable[object]],
    *,
    of: type[Any],
    again: Again,
    then: str,
    said: str,
) -> web.Response:
    """Do what a form says to the row that the address is about.

    Args:
        request: of somebody of the staff.
        form: as it was typed.
        act: the use case, which takes each of the form's fields by its name.
        of: what the row is.
        again: answers what cannot be read, and what is refused.
        then: the route to go on to.
        said: there, in the reader's language.
    """
    if not form.ok:
        return await again(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await act(
                session,
                await session.get_one(of, gate.subject(request, of).id),
                **dict(form.value),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await again(request, form.refused(refused), status=409)
    return redirect(request, then, flash=said)
