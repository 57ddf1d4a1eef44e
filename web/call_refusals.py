"""What is said of a call's own refusals; `refusals` has the others."""

from collections.abc import Mapping

from signaling.hub import NotLive
from visitation.calls import NotExtendable
from visitation.calls.interpreting import InterpreterElsewhere, NoRoomForInterpreter
from visitation.errors import VisitationError
from web.i18n import N_

CALL_FACTS: Mapping[type[VisitationError], str] = {
    NotExtendable: N_(
        "The visit cannot go on: it is not live, or somebody needs a seat or a person "
        "right after it."
    ),
    NotLive: N_("The visit is not live, so there is nobody to tell."),
    NoRoomForInterpreter: N_(
        "The visit is over, or has as many people as a call shows. Nobody was added."
    ),
    InterpreterElsewhere: N_(
        "This interpreter is in another visit at that time. Ask somebody else."
    ),
}
