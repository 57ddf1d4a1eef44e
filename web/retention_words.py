"""What each kind of record is called that ends by itself, and until when it is kept.

Pure: names give words. Knows no row and no number of days.
"""

from collections.abc import Mapping

from visitation.retention import Kept
from web.i18n import N_

#: The name of each kind, and what is in it.
KINDS: Mapping[str, tuple[str, str]] = {
    Kept.CHAT_LINES: (
        N_("What was written in visits"),
        N_("The lines of the chat, with who wrote them."),
    ),
    Kept.HELP_CALLS: (
        N_("Calls for help"),
        N_("Who asked for help, where, and who answered."),
    ),
    Kept.HANDOVERS: (
        N_("Notes between clerk and official"),
        N_("What was written for whoever sits beside the family."),
    ),
    Kept.FEEDBACK: (
        N_("How visits were liked"),
        N_("The face that a family chose after a visit."),
    ),
    Kept.LINK_REQUESTS: (
        N_("Decided requests to be linked"),
        N_("Names and national IDs as they were typed; what was approved stays."),
    ),
    Kept.TICKETS: (
        N_("Numbers of the queue"),
        N_("Who was called when; the reports of the days stay."),
    ),
    Kept.LINE_RECORDS: (
        N_("How lines were in visits"),
        N_("Losses and delays, one row for each person in a visit."),
    ),
    Kept.LINE_TESTS: (N_("Tests of lines"), N_("Before visits and at stations.")),
    Kept.DEVICE_TESTS: (
        N_("Tests of kiosks"),
        N_("Camera, microphone and loudspeaker."),
    ),
    Kept.SERVICE_NOTES: (
        N_("Remarks on services"),
        N_("They are wiped; the service and its figures stay."),
    ),
    Kept.CASES: (
        N_("Words and documents of requests"),
        N_("Erased once they are answered and old; what was decided and when stays."),
    ),
    Kept.RECORDINGS_FAMILY: (
        N_("Recordings of family visits"),
        N_("Deleted with their keys, unless on hold; that there was one stays."),
    ),
    Kept.RECORDINGS_OFFICIAL: (
        N_("Recordings of meetings with officials"),
        N_("Deleted with their keys, unless on hold; that there was one stays."),
    ),
    "sign_in_codes": (
        N_("Codes for signing in"),
        N_("Sealed, with the phone that they were sent to."),
    ),
    "join_codes": (
        N_("Codes for visits"),
        N_("Sealed; they are wiped, not the visit."),
    ),
    "pairing_codes": (N_("Codes for pairing devices"), ""),
    "sessions": (N_("Sign-ins of browsers"), ""),
    "attempts": (N_("Counted attempts"), N_("Of typing codes and signing in.")),
    "message_numbers": (
        N_("Numbers and words of messages"),
        N_("They are wiped; that a message went, and what it cost, stays."),
    ),
    "call_list": (N_("Lines of the call list"), ""),
    "delivery_events": (N_("What gateways told"), ""),
    "program_answers": (N_("Answers to programs"), N_("So that they may ask twice.")),
    "past_claims": (N_("Taken times that are past"), ""),
    "silent_nodes": (N_("What silent processes ran last"), ""),
}
#: Until when those are kept that have no length of their own.
UNTIL: Mapping[str, str] = {
    "join_codes": N_("until the visit is over"),
    "sessions": N_("%(hours)s at most, or until they sign out"),
    "message_numbers": N_("%(days)s after the message is worth nothing"),
    "call_list": N_("%(days)s after the message is worth nothing"),
}
#: What no sweep ends, and why.
FOR_GOOD: tuple[tuple[str, str], ...] = (
    (
        N_("Visits, and what became of them"),
        N_("Kept for good: they are the record."),
    ),
    (
        N_("Record of acts"),
        N_("Kept for good: the database refuses to change or delete an entry."),
    ),
    (
        N_("Prisoners, visitors, links and accounts"),
        N_("Kept for good: the record names them by number."),
    ),
    (
        N_("Photos"),
        N_("Kept, sealed, until somebody replaces or removes them."),
    ),
    (
        N_("Files of imports"),
        N_("Never stored: in memory for a quarter of an hour, until they are taken."),
    ),
    (
        N_("Words that staff look for"),
        N_("Never stored: they stand sealed in the address of the page."),
    ),
)
