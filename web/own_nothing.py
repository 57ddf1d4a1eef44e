"""The page that a family gets where it cannot book: why, and from when it could."""

from urllib.parse import urlencode

from aiohttp import web

from scheduler.own_times import Nothing
from visitation.people import Standing
from web import own_words
from web.forms import Form
from web.i18n import N_, _
from web.own_choices import Known, Party
from web.render import render, url

_RELEASED = N_("The prisoner was released. No video visit is needed any more.")
_CLOSED = N_("This prison has no video visits any more. Call the office.")
_STANDING = {
    Standing.BANNED: N_(
        "You may not visit this prisoner for some time. The office can say until when."
    ),
    Standing.NOT_APPROVED: N_(
        "You may not visit this prisoner at the moment. Call the office to ask why."
    ),
}


def at_all(request: web.Request, who: Known) -> web.Response | None:
    """The page where nobody of the family could book, whatever the day; or None."""
    if who.released:
        why = _RELEASED
    elif who.standing is not Standing.APPROVED:
        why = _STANDING[who.standing]
    elif who.prison.closed_at is not None:
        why = _CLOSED
    else:
        return None
    return render(
        request, "family/own_nothing.html", who=who, reasons=[_(why)], nothing=None
    )


def at_present(
    request: web.Request, who: Known, form: Form[Party], found: Nothing
) -> web.Response:
    """The page where there is no time to book now."""
    path = url(request, "own_book.party", contact=who.contact_id)
    return render(
        request,
        "family/own_nothing.html",
        who=who,
        reasons=own_words.told(found.reasons),
        nothing=found,
        waiting=waiting(request, who, form.value),
        party=f"{path}?{urlencode(form.value.query)}",
    )


def waiting(request: web.Request, who: Known, typed: Party) -> str:
    """Where the same people go on the waiting list."""
    path = url(request, "own_waiting.new", contact=who.contact_id)
    return f"{path}?{urlencode(typed.query)}"
