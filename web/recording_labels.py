"""The words of recordings: whether, where they stand, why they ended and are played.

Part of `labels`, which is what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import PlayReason, Recorded, RecordingEnd, RecordingState
from web.i18n import N_

RECORDING_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Recorded: {
        Recorded.NEVER: N_("Nothing is recorded"),
        Recorded.CONSENT: N_("Recorded where everybody agrees"),
    },
    RecordingState: {
        RecordingState.RUNNING: N_("Being recorded"),
        RecordingState.PAUSED: N_("Recording stands still"),
        RecordingState.ENDED: N_("Being prepared for playing"),
        RecordingState.FINISHED: N_("Ready to play"),
        RecordingState.FAILED: N_("Could not be prepared"),
        RecordingState.DELETED: N_("Recording deleted"),
    },
    RecordingEnd: {
        RecordingEnd.VISIT_ENDED: N_("The visit was over"),
        RecordingEnd.STAFF: N_("Staff stopped the recording"),
        RecordingEnd.WITHDRAWN: N_("Somebody did not agree to be recorded"),
        RecordingEnd.RULES: N_("The rules of the prison changed"),
        RecordingEnd.NO_SPACE: N_("The disk was full"),
        RecordingEnd.TOO_SLOW: N_("The disk was too slow"),
        RecordingEnd.FAILED: N_("The recording broke off"),
        RecordingEnd.INTERRUPTED: N_("The service stopped in the middle"),
    },
    PlayReason: {
        PlayReason.CASE: N_("For a case"),
        PlayReason.COMPLAINT: N_("Because of a complaint"),
        PlayReason.COURT_ORDER: N_("A court ordered it"),
        PlayReason.SECURITY: N_("For the safety of the prison"),
        PlayReason.OTHER: N_("For another reason"),
    },
}
