"""Every sentence that the call page's scripts say, and the remarks staff choose from.

English message ids here, Persian in the catalogue; `{n}` is filled in by the script.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from visitation.admission import Denial
from visitation.calls.words import Phrase, Stage
from visitation.words import ABSENCES, Outcome, Part, PauseReason, RemovalReason
from web import live_recording_words
from web.i18n import N_, _
from web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """Why a door is shut, and what to do."""

    title: str
    advice: str


DENIALS: Mapping[Denial, Shut] = {
    Denial.NOT_YET_OPEN: Shut(
        title=N_("It is not time yet"),
        advice=N_("Stay here: this page opens the visit by itself when it is time."),
    ),
    Denial.OVER: Shut(
        title=N_("This visit is over"),
        advice=N_("To meet again, ask the office for another visit."),
    ),
    Denial.NOT_BOOKED: Shut(
        title=N_("This visit does not take place"),
        advice=N_("It was moved or cancelled. Ask the office for the new time."),
    ),
    Denial.PRIVILEGED: Shut(
        title=N_("Nobody watches this visit"),
        advice=N_("A lawyer's visit is confidential. You can start and end it only."),
    ),
}

#: What staff say most; sent as codes, so that everybody reads them in their language.
REMARKS: Mapping[str, str] = {
    "conduct": N_("Please mind your words, or the visit will be ended."),
    "dress": N_("Please cover yourself as the rules of visits ask."),
    "show": N_("Nothing may be shown to the camera or written down."),
    "only": N_("Only those who are named for this visit may be in the picture."),
    "wait": N_("Please wait a moment. The visit goes on soon."),
    "closer": N_("Please come closer to the camera and speak up."),
}

_SAID: Mapping[str, str] = {
    "state_starting": N_("One moment"),
    "state_waiting": N_("Waiting room"),
    "state_outside": N_("Waiting room"),
    "state_connecting": N_("Connecting"),
    "state_live": N_("In the visit"),
    "state_paused": N_("Paused"),
    "state_held": N_("Waiting for a supervisor"),
    "state_reconnecting": N_("Connecting again"),
    "state_off": N_("This visit does not take place"),
    "state_ended": N_("The visit is over"),
    "state_left": N_("You have left the visit"),
    "state_replaced": N_("The visit goes on in another window"),
    "state_removed": N_("You were taken out of the visit"),
    "state_denied": N_("You cannot enter now"),
    "state_broken": N_("This page needs to be loaded again"),
    "denied_not_yet_open": N_("It is not time yet. Load the page again at its time."),
    "denied_over": N_("The visit is over. To meet again, ask the office."),
    "denied_not_booked": N_("The visit was moved or cancelled. Ask the office."),
    "denied_privileged": N_("Nobody watches a lawyer's visit."),
    "denied_ticket": N_("Type your code again, or sign in again, and come back."),
    "is_waiting": N_("waiting"),
    "is_connected": N_("in the visit"),
    "is_reconnecting": N_("line broken, coming back"),
    "is_muted": N_("Microphone off"),
    "they_reconnect": N_("Their line broke. They are coming back."),
    "picture_off": N_("Camera off"),
    "picture_blocked": N_("The prison turned this picture off"),
    "picture_stalled": N_("The picture stopped; the line is weak"),
    "picture_paused": N_("Picture paused: the line is weak. You still hear them."),
    "picture_audio_only": N_("Sound only: the line is too weak for a picture."),
    "picture_silent_paused": N_("Picture paused: the line is weak."),
    "picture_silent_audio_only": N_("The line is too weak for a picture."),
    "not_sent": N_("Your picture is not sent now: the line is weak. They hear you."),
    "broken_line": N_("The line broke. Connecting again; please stay here."),
    "broken_socket": N_("The service does not answer. Go on talking if you hear them."),
    "no_room": N_("No room for another picture"),
    "audio_on": N_("Microphone is on"),
    "audio_muted": N_("Microphone is off"),
    "audio_none": N_("No microphone"),
    "audio_blocked": N_("The prison muted you"),
    "video_on": N_("Camera is on"),
    "video_muted": N_("Camera is off"),
    "video_none": N_("No camera"),
    "video_blocked": N_("The prison turned your camera off"),
    "without_both": N_("You see and hear the others, but they do not see or hear you."),
    "without_audio": N_("The others see you, but do not hear you."),
    "without_video": N_("The others hear you, but do not see you."),
    "trouble_NotAllowedError": N_(
        "Camera and microphone are blocked. Tap the sign beside the address, allow "
        "both, and load the page again."
    ),
    "trouble_NotFoundError": N_(
        "Nothing is plugged in. Check the cable, or ask staff."
    ),
    "trouble_NotReadableError": N_(
        "Another program is using it. Close that program and load the page again."
    ),
    "trouble_Unsupported": N_(
        "This browser cannot make calls here. Use the address that begins with https."
    ),
    "trouble_other": N_("Load the page again; if that does not help, ask staff."),
    "quality_good": N_("Good line"),
    "quality_poor": N_("Weak line"),
    "quality_lost": N_("No line"),
    "trouble_Unplugged": N_(
        "Its cable came out, or it went off. Plug it in again: it goes on by itself."
    ),
    "trouble_Withdrawn": N_(
        "The browser does not allow it any more. Tap the sign beside the address, "
        "allow it, and press “Try again”."
    ),
    "hint_speaks_muted": N_("You speak, but your microphone is off. Turn it on."),
    "hint_hears_nothing": N_(
        "Your microphone hears nothing. Is it covered, or switched off?"
    ),
    "hint_no_speaker": N_(
        "No loudspeaker is connected: you would hear nothing. Plug it in, or call for "
        "help."
    ),
    "before": N_("{n} visits come before yours at this booth."),
    "before_one": N_("{n} visit comes before yours at this booth."),
    "begins_in": N_("It begins in {n} minutes."),
    "begins_in_one": N_("It begins in {n} minute."),
    "begins_now": N_("Its time has come. Staff begin it in a moment."),
    "begins_late": N_("It is late. You need do nothing: stay here, staff know of it."),
    "hand_up": N_("Raise your hand"),
    "hand_down": N_("Take your hand down"),
    "hand_raised": N_("has raised a hand"),
    "hand_own": N_("Your hand is up. Everybody sees it."),
    "help_ask": N_("I need help"),
    "help_waiting": N_("Staff have been told. Please stay here; somebody comes."),
    "help_waiting_short": N_("Help is called"),
    "say_help_answered": N_("Somebody is coming to help you."),
    "notice_own": N_("Please note"),
    "help_failed": N_(
        "The line is broken, so staff could not be told. Call them, or try again."
    ),
    "needs_help": N_("needs help"),
    "said_you": N_("You"),
    "said_failed": N_("This could not be sent just now. Try again in a moment."),
    "time_left": N_("{n} minutes left"),
    "time_left_one": N_("{n} minute left"),
    "time_over": N_("The time is up"),
    "dismiss": N_("I have read it"),
    "notice_calm": N_("From the prison staff"),
    "notice_bad": N_("Warning by the prison staff"),
    "notice_good": N_("Good news"),
    "notice_time": N_("Time"),
    "say_time_left": N_("{n} minutes left. Say what matters most now."),
    "say_time_left_one": N_("{n} minute left. It is time to say goodbye."),
    "say_extended": N_("The visit was made longer."),
    "say_given_back": N_("The visit is longer: the minutes lost are given back."),
    "then_moment": N_("It goes on in a moment. Please stay where you are."),
    "then_identity": N_("Please look into the camera and wait."),
    "then_rules": N_("Staff tell you what was not right. After that it goes on."),
    "then_stranger": N_(
        "Only those who are named for the visit may be in the picture. Please ask the "
        "others to step aside."
    ),
    "then_line": N_("You need do nothing. It goes on by itself when it works again."),
    "owed": N_(
        "{n} minutes were lost and could not be given back. Ask the office to add them "
        "to your next visit."
    ),
    "owed_one": N_(
        "{n} minute was lost and could not be given back. Ask the office to add it to "
        "your next visit."
    ),
    "failed": N_("This could not be done. Load the page again."),
}

#: The same for those who are not at the visit to meet somebody.
_OWED_BY_STAFF: Mapping[str, str] = {
    "owed": N_(
        "{n} minutes were lost and could not be given back. The next visit is to be "
        "longer by as much."
    ),
    "owed_one": N_(
        "{n} minute was lost and could not be given back. The next visit is to be "
        "longer by as much."
    ),
}
#: Whom somebody meets, and who has lost minutes with them.
_MEET: frozenset[Part] = frozenset({Part.PRISONER, Part.VISITOR})

#: Why a visit that somebody waits for is not held, and what to do, by whom it is read.
_OFF: Mapping[str, str] = {
    "family_prisoner_refused": N_(
        "The person you visit does not come this time. It is nothing that you did. "
        "This visit is not counted: you may ask for another one."
    ),
    "family_prisoner_absent": N_(
        "The prison could not bring the person you visit. This visit is not counted: "
        "you may ask for another one."
    ),
    "family_family_absent": N_(
        "Staff believed that nobody had come. If you are here, tell them now, or call "
        "the office: you may ask for another visit."
    ),
    "family_other": N_(
        "It was moved or cancelled. Look at your last message for the new time, or ask "
        "the office."
    ),
    "prison_prisoner_refused": N_(
        "It is written down that you do not come this time. If that is wrong, tell the "
        "officer now."
    ),
    "prison_family_absent": N_(
        "Your family could not come this time. Ask the officer about the next visit."
    ),
    "prison_other": N_(
        "It was moved or cancelled. Ask the officer about the next one."
    ),
    "not_begun": N_(
        "Its time has passed and nobody began it. Call the office: you may ask for "
        "another visit."
    ),
    "staff_other": N_("It was moved or cancelled."),
}


def undone(side: str, outcome: Outcome) -> str:
    """Why a visit was not held, for a `family`, the `prison`, or `staff`."""
    text = _OFF.get(f"{side}_{outcome}")
    return _(text) if text else label(outcome)


def conduct_words() -> dict[str, str]:
    """What the scripts say to staff who watch, in the language being spoken."""
    return {key: _(text) for key, text in live_recording_words.CONDUCTED.items()}


def words(part: Part) -> dict[str, str]:
    """Everything the scripts say to somebody, in the language being spoken."""
    said = {key: _(text) for key, text in _SAID.items()}
    if part not in _MEET:
        said |= {key: _(text) for key, text in _OWED_BY_STAFF.items()}
    said |= {key: _(text) for key, text in live_recording_words.SAID.items()}
    said |= {f"say_{code}": _(text) for code, text in REMARKS.items()}
    said |= {f"off_{key}": _(text) for key, text in _OFF.items()}
    said |= {f"off_staff_{outcome}": label(outcome) for outcome in ABSENCES}
    said |= {f"part_{part}": label(part) for part in Part}
    said |= {f"why_{reason}": label(reason) for reason in PauseReason}
    said |= {f"out_{reason}": label(reason) for reason in RemovalReason}
    said |= {
        f"say_taken_out_{reason}": _(
            "Staff have taken {name} out of the visit. %(why)s.", why=label(reason)
        )
        for reason in RemovalReason
    }
    said |= {f"phrase_{phrase}": label(phrase) for phrase in Phrase}
    said |= {f"stage_{stage}": label(stage) for stage in Stage}
    return said
