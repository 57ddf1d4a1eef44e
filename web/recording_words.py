"""What is said of recordings: their states, what is wrong with a file, how long.

Pure: rows and errors give sentences. Knows no request.
"""

from collections.abc import Mapping

from visitation.audit.tables import AuditEntry
from visitation.recordings import damaged
from visitation.recordings.reading import Gone
from visitation.recordings.tampered import HEADER, Tampered
from visitation.words import PlayReason, RecordingState
from web import audit_words, present
from web.i18n import N_, _
from web.labels import label

_TONES: Mapping[RecordingState, str] = {
    RecordingState.RUNNING: "calm",
    RecordingState.PAUSED: "warn",
    RecordingState.ENDED: "calm",
    RecordingState.FINISHED: "good",
    RecordingState.FAILED: "bad",
    RecordingState.DELETED: "plain",
}
#: What a state means for whoever would like to play it.
WHY_NOT: Mapping[RecordingState, str] = {
    RecordingState.RUNNING: N_(
        "The visit is being recorded. Come back when it is over."
    ),
    RecordingState.PAUSED: N_(
        "The visit is being recorded. Come back when it is over."
    ),
    RecordingState.ENDED: N_(
        "The files are being put together. This takes some minutes after a visit; load "
        "the page again then."
    ),
    RecordingState.FAILED: N_(
        "The files could not be put together. What was recorded is kept; tell whoever "
        "is responsible for the service."
    ),
}
_DAMAGE: Mapping[str, str] = {
    "altered": N_("Segment %(segment)s of the file %(file)s was changed."),
    "missing": N_("Segment %(segment)s of the file %(file)s was taken out."),
    "reordered": N_("Segment %(segment)s of the file %(file)s is not in its place."),
    "spliced": N_(
        "Segment %(segment)s of the file %(file)s was put there from another file."
    ),
    "cut": N_("The file %(file)s is cut off at segment %(segment)s."),
}
_HEAD = N_("The head of the file %(file)s was changed.")
_GONE = N_("The file %(file)s is not there any more.")
OLD_KEY = N_("%(name)s, which is not the current one: wrap the keys anew")
NO_KEY = N_(
    "The key of this recording does not open. Tell whoever is responsible for the "
    "service, and change nothing until then."
)
_MINUTE, _HOUR = 60, 3600
_KILO = 1000


def tone(state: RecordingState) -> str:
    """The kind of tag for a state."""
    return _TONES[state]


def damage(error: Tampered | Gone, name: str) -> str:
    """What is wrong with a file, naming the segment."""
    if isinstance(error, Gone):
        return _harm("gone", 0, name)
    return _harm(error.how, error.segment, name)


def act(entry: AuditEntry) -> str:
    """What was done to a recording, as the page of it says: with the reason."""
    facts, said = entry.facts, audit_words.sentence(entry)
    if entry.action == damaged.ACTION:
        segment = int(facts.get("segment", HEADER))
        return _harm(str(facts["how"]), segment, str(facts["file"]))
    if entry.action == "recording_hold" and facts.get("reason") in set(PlayReason):
        why = label(PlayReason(str(facts["reason"])))
        return _("%(what)s (%(why)s)", what=said, why=why)
    return said


def _harm(how: str, segment: int, name: str) -> str:
    named = present.isolated(name)
    if how == "gone":
        return _(_GONE, file=named)
    if segment == HEADER:
        return _(_HEAD, file=named)
    words = _DAMAGE.get(how, _DAMAGE["altered"])
    return _(words, segment=present.digits(segment), file=named)


def length(milliseconds: int) -> str:
    """A length or a place on the time bar: 0:12, 45:10 or 1:02:03."""
    seconds = milliseconds // 1000
    hours, rest = divmod(seconds, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return present.digits(text)


def size(count: int) -> str:
    """So many bytes as people say them."""
    mega = count / _KILO / _KILO
    if mega < _KILO:
        return _("%(count)s MB", count=present.number(f"{mega:,.1f}"))
    return _("%(count)s GB", count=present.number(f"{mega / _KILO:,.1f}"))


#: Why a recording was deleted, by the code in the record of acts.
_DELETED: Mapping[str, str] = {
    "retention": N_("It was kept as long as its kind is kept."),
    "staff": N_("An administrator deleted it."),
}


def deleted(why: str) -> str:
    """Why there is nothing to play any more."""
    known = _DELETED.get(why)
    return _(known) if known else ""
