"""The words for other systems that are told what happens, and for what goes wrong.

Part of `point_labels`, which pages and refusals go by.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.errors import VisitationError
from visitation.webhooks.receivers import AddedAlready
from visitation.words import PostState, Topic
from web.i18n import N_

WEBHOOK_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Topic: {
        Topic.CASE_STEP: N_("Each step of a request"),
        Topic.VISIT_CLOSED: N_("A visit that took place or was missed"),
        Topic.SERVICE_RECORDED: N_("A service done at a point"),
        Topic.SERVICE_WITHDRAWN: N_("A service that was taken back"),
        Topic.TEST: N_("A test"),
    },
    PostState: {
        PostState.PENDING: N_("Waits to be sent"),
        PostState.SENDING: N_("Being sent"),
        PostState.DELIVERED: N_("Delivered"),
        PostState.FAILED: N_("Failed"),
    },
}
#: Why a receiver gave no answer.
TROUBLES: Mapping[str, str] = {
    "unreachable": N_("Cannot be reached"),
    "timeout": N_("Did not answer in ten seconds"),
    "certificate": N_("Its certificate is not valid"),
    "inside": N_("Its address is of a private network"),
    "disconnected": N_("The line broke"),
}
WEBHOOK_FACTS: Mapping[type[VisitationError], str] = {
    AddedAlready: N_(
        "This system was added a moment ago, and its secret was shown then. If nobody "
        "copied it, give the system another secret."
    ),
}
WEBHOOK_REASONS: Mapping[str, str] = {
    "webhook_address": N_(
        "Give a whole address that begins with https://, without a name or password."
    ),
    "webhook_topics": N_("Choose at least one thing to tell."),
}
