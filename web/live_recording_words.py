"""What the scripts of a call say of recording and watching; part of `call_words`.

Pure words by name; which is said when is for the scripts.
"""

from collections.abc import Mapping

from signaling.words import Recording
from web.i18n import N_

#: Over the picture, for everybody.
_SIGN: Mapping[Recording, str] = {
    Recording.OFF: N_("Not recorded"),
    Recording.ASKING: N_("Not recorded"),
    Recording.REFUSED: N_("Not recorded"),
    Recording.ANNOUNCED: N_("Recording begins"),
    Recording.ON: N_("Recorded"),
    Recording.PAUSED: N_("Recording is paused"),
    Recording.STOPPED: N_("Not recorded any more"),
}
#: The same for staff, beside their buttons.
STATES: Mapping[Recording, str] = {
    Recording.OFF: N_("Nothing is recorded."),
    Recording.ASKING: N_("Not everybody has answered yet. Nothing is recorded."),
    Recording.REFUSED: N_("Somebody said no. Nothing of this visit is recorded."),
    Recording.ANNOUNCED: N_("It begins in a moment; everybody is told."),
    Recording.ON: N_("The visit is being recorded."),
    Recording.PAUSED: N_("The recording is paused."),
    Recording.STOPPED: N_("The recording has stopped for good."),
}
#: Why it stands there, by the codes of the protocol.
REASONS: Mapping[str, str] = {
    "not_set_up": N_(
        "This installation has no place or no key for recordings: an administrator "
        "sets them."
    ),
    "no_space": N_("There is no space left for recordings: tell an administrator."),
    "staff": N_("Staff decided so."),
    "answer": N_("Somebody who came has not answered yet."),
    "pause": N_("It goes on together with the visit."),
    "empty": N_("Nobody is there."),
    "withdrawn": N_("Somebody does not agree any more."),
    "rules": N_("The rules of the prison changed during the visit."),
    "too_slow": N_("The disk was too slow: tell an administrator."),
    "failed": N_("It broke off by itself: tell an administrator."),
}
_SAID: Mapping[str, str] = {
    "consent_yes": N_("You agreed that this visit is recorded."),
    "consent_no": N_("You said no: nothing more of this visit is recorded."),
    "consent_waits": N_("Your answer is sent as soon as the line is back."),
    "consent_failed": N_("Your answer did not get through. Please try again."),
    "watched": N_("Staff are watching"),
    "watched_many": N_("{n} of the staff are watching"),
    "watched_before": N_("Staff have been watching"),
    "watched_since": N_("Somebody of the staff, since {since}"),
    "watched_until": N_("Somebody of the staff, from {since} to {until}"),
}
#: What everybody is told, by the names that scripts know.
SAID: Mapping[str, str] = {
    **_SAID,
    **{f"recorded_{state}": text for state, text in _SIGN.items()},
}
#: What the scripts of staff who watch say beside that.
CONDUCTED: Mapping[str, str] = {
    **{f"recording_is_{state}": text for state, text in STATES.items()},
    **{f"recording_why_{reason}": text for reason, text in REASONS.items()},
}
