"""The sentences for what is refused about requests: answers, orders, documents."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from visitation.cases import (
    Changed,
    Closed,
    IllegalStep,
    OpenAlready,
    OrderEnded,
    RepeatedTooOften,
    SameJudge,
    TooManyOpen,
)
from visitation.cases.refusing import TooManyDocuments
from visitation.errors import VisitationError
from visitation.places import DEFAULT_ZONE
from web import present
from web.case_words import CASE_LABELS
from web.i18n import N_, _

CASES: Mapping[str, str] = {
    "unknown_field": N_("This kind of request does not ask that. Choose it again."),
    "not_text": N_("Write this in words."),
    "not_a_choice": N_("Choose one from the list."),
    "not_a_date": N_("Give a day such as 1405/09/02, or 2026-11-23."),
    "not_a_number": N_("Give a whole number."),
    "out_of_range": N_("This number is too small or too large. Check it."),
    "not_yes_no": N_("Choose yes or no."),
    "not_for_family": N_("Families do not ask for this themselves. Choose another."),
    "not_later": N_("Choose a day after the one that was promised."),
    "too_far": N_("Nobody is told to wait longer than a year. Choose an earlier day."),
    "same_kind": N_("It is of this kind already. Choose another."),
    "not_a_decider": N_(
        "They do not decide such requests, or their account is closed. Choose "
        "somebody else."
    ),
    "one_of_both": N_("Choose whom the order is for: a place, or a person."),
    "empty": N_("Choose a file first; this one is empty."),
    "too_large": N_("The file is larger than 5 megabytes. Send a smaller photo."),
    "archive": N_("This is a packed file. Send the document itself, as PDF or photo."),
    "active_content": N_(
        "Something in this file would run on a computer. Print it to PDF, or take a "
        "photo of it."
    ),
    "type_unknown": N_(
        "Only photos (JPEG, PNG) and PDF are taken. Take a photo of it."
    ),
    "type_lies": N_(
        "The name says another type than the file is. Save it anew from where it came."
    ),
    "encrypted": N_("This PDF is locked with a password. Send it without one."),
    "damaged": N_("This file is damaged. Save it anew, or take a photo of it."),
    "not_a_place": N_("This is no place of the list. Begin with the first page."),
}
#: What is said of refusals that carry nothing to tell.
CASE_FACTS: Mapping[type[VisitationError], str] = {
    SameJudge: N_(
        "You said no to this request yourself. Somebody else has to look at it now: "
        "give it to them."
    ),
    OpenAlready: N_("The same is asked for in another request that is still open."),
    IllegalStep: N_("The request is past this already. Load the page again."),
}

#: What is said of more than anybody may have, with how many that is.
_MANY: Mapping[type[VisitationError], str] = {
    TooManyOpen: N_("This visitor has %(most)s open requests; more are not taken."),
    TooManyDocuments: N_("This request has %(most)s documents; more are not taken."),
    RepeatedTooOften: N_("This was asked %(most)s times today. Ask again tomorrow."),
}


def said(error: VisitationError) -> str | None:
    """The sentence of a refusal that tells who did something, when, or how many."""
    match error:
        case Closed():
            words = _(CASE_LABELS[type(error.state)][error.state])
            return _done(
                N_("It has its answer already: “%(words)s”, from %(who)s, %(when)s."),
                N_("It has its answer already: “%(words)s”, %(when)s."),
                error.by,
                error.at,
                words=words,
            )
        case Changed(by=by) if by:
            by_name = N_("%(who)s has it in hand. Load the page again.")
            return _(by_name, who=present.isolated(by))
        case Changed():
            return _("Somebody else changed this first. Load the page again.")
        case OrderEnded():
            return _order(error)
        case TooManyOpen() | TooManyDocuments() | RepeatedTooOften():
            return _(_MANY[type(error)], most=present.digits(error.most))
    return None


def _order(error: OrderEnded) -> str:
    if error.done:
        named = N_("This order was carried out already, by %(who)s, %(when)s.")
        bare = N_("This order was carried out already, %(when)s.")
    else:
        named = N_("This order was cancelled by %(who)s, %(when)s.")
        bare = N_("This order was cancelled, %(when)s.")
    return _done(named, bare, error.by, error.at)


def _done(named: str, bare: str, by: str, at: datetime | None, **words: str) -> str:
    when = present.moment(at, ZoneInfo(DEFAULT_ZONE)) if at else "–"
    if by:
        return _(named, who=present.isolated(by), when=when, **words)
    return _(bare, when=when, **words)
