"""The words for the day of a service point: its queue, and what it refuses.

Part of `labels` and `refusals`, which are what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.errors import VisitationError
from visitation.points import DayClosed, TakenOver, TicketMoved, VisitsToCome
from visitation.words import Errand, TicketState
from web.i18n import N_
from web.service_words import SERVICE_FACTS, SERVICE_LABELS, SERVICE_REASONS
from web.webhook_words import WEBHOOK_FACTS, WEBHOOK_LABELS, WEBHOOK_REASONS

POINT_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    **SERVICE_LABELS,
    **WEBHOOK_LABELS,
    Errand: {
        Errand.VISIT: N_("For a visit today"),
        Errand.BOOKING: N_("To ask for a visit"),
        Errand.OTHER: N_("Another matter"),
    },
    TicketState: {
        TicketState.WAITING: N_("Waiting"),
        TicketState.CALLED: N_("Called"),
        TicketState.SERVED: N_("Served"),
        TicketState.LEFT: N_("Gone"),
    },
}
TICKET_TONES: Mapping[TicketState, str] = {
    TicketState.WAITING: "calm",
    TicketState.CALLED: "good",
    TicketState.SERVED: "plain",
    TicketState.LEFT: "warn",
}

#: What is said of this area's own refusals; `refusals` has the others.
POINT_FACTS: Mapping[type[VisitationError], str] = {
    **SERVICE_FACTS,
    **WEBHOOK_FACTS,
    DayClosed: N_(
        "The day is closed, and its report stands. What comes now belongs to tomorrow."
    ),
    VisitsToCome: N_(
        "A visit of this day goes on or is still to come. Close the day after the last."
    ),
    TakenOver: N_(
        "The official has taken the family over already. Tell the official what is new."
    ),
    TicketMoved: N_(
        "Somebody else has called or ended this number. The list shows how it stands."
    ),
}
POINT_REASONS: Mapping[str, str] = {
    **SERVICE_REASONS,
    **WEBHOOK_REASONS,
    "day_to_come": N_("This day has not come yet. Close it when it is over."),
}
