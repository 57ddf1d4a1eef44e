"""The sentence for each reason the service refuses something.

The codes are the domain's; the sentences say why, and what to do next.
"""

from visitation.errors import Invalid, VisitationError
from web.i18n import N_, _

#: Every code that use cases raise, in the words people read.
SENTENCES: dict[str, str] = {}

UNKNOWN = N_("This was refused (%(code)s). Load the page again, or ask the office.")


def sentence(code: str) -> str:
    """A reason in the language being spoken; a code without a sentence is shown."""
    known = SENTENCES.get(code)
    return _(known) if known else _(UNKNOWN, code=code)


def sentences(error: VisitationError) -> tuple[str, ...]:
    """Every reason that an error carries, in the order it gives them."""
    if isinstance(error, Invalid):
        return (sentence(error.reason),)
    reasons = getattr(error, "reasons", ())
    return tuple(sentence(str(reason)) for reason in reasons)
