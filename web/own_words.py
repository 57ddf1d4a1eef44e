"""A refusal, as a family reads it on its own phone."""

from collections.abc import Iterable
from datetime import UTC

from scheduler.booking import Refused
from scheduler.proposals import Refusal
from visitation.errors import VisitationError
from web import present, refusals
from web.i18n import N_, _
from web.own_refusals import FOR_FAMILIES

_AGAIN_FROM = N_("The next visit is possible from %(day)s.")


def told(reasons: Iterable[Refusal]) -> list[str]:
    """The reasons in a family's words, each once."""
    said = (
        _(FOR_FAMILIES[one]) if one in FOR_FAMILIES else refusals.sentence(one)
        for one in reasons
    )
    return list(dict.fromkeys(said))


def because(error: VisitationError) -> list[str]:
    """Every reason of a refusal, in a family's words."""
    if not isinstance(error, Refused):
        return list(refusals.sentences(error))
    said = told(error.reasons)
    if error.again_from is not None:
        said.append(_(_AGAIN_FROM, day=present.day(error.again_from, UTC)))
    return said
