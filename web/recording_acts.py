"""What was done with recordings, as the record and the history of a visit tell it."""

from collections.abc import Iterable, Mapping

from visitation.audit.tables import AuditEntry
from web.i18n import N_

#: By the action that the audit keeps; `%(name)s` is whom it was done to.
RECORDING_ACTS: Mapping[str, str] = {
    "recording_agreed": N_("%(name)s agreed to be recorded"),
    "recording_refused": N_("%(name)s did not agree to be recorded"),
    "recording_begin": N_("Recording began"),
    "recording_pause": N_("Recording was paused"),
    "recording_resume": N_("Recording went on"),
    "recording_end": N_("Recording ended"),
    "recording_finished": N_("The recording is ready to play"),
    "recording_failed": N_("The recording could not be prepared for playing"),
    "recording_retry": N_("The recording is prepared for playing once more"),
    "recording_alarm_seen": N_("Saw that a recording had stopped by itself"),
    "recording_play_asked": N_("Asked to play the recording"),
    "recording_played": N_("Played the recording"),
    "recording_taken_out": N_("Took a copy of the recording out"),
    "recording_damaged": N_("A file of the recording is not as it was written"),
    "recording_hold": N_("Put the recording on hold"),
    "recording_release": N_("Ended the hold on the recording"),
    "recording_deleted": N_("The recording and its key were deleted"),
}
_ANSWERS = frozenset({"recording_agreed", "recording_refused"})


def to_tell(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """What a visit's history tells: not who agreed to be recorded, and who did not.

    Whoever could be asked why would not be free to say no.
    """
    return [entry for entry in entries if entry.action not in _ANSWERS]
