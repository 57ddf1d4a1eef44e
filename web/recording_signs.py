"""How it stands with recording a visit, in words and signs, for those who run the day.

Pure: what the room says of itself gives a sign, and what may be done about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from signaling.disclosure import RecordingState
from signaling.views import PersonView, RoomView
from signaling.words import Recording
from web.i18n import N_, _
from web.live_recording_words import REASONS, STATES

_KINDS: Mapping[Recording, str] = {
    Recording.ANNOUNCED: "calm",
    Recording.ON: "calm",
    Recording.PAUSED: "warn",
}
#: Nothing tells staff who said no.
_AGREED = (N_("Agreed to the recording"), "good")
_OPEN = (N_("Has not answered about the recording"), "plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSign:
    """The recording of a visit on a board.

    Attributes:
        words: how it stands, as a sentence.
        why: for what reason; empty where none is known.
        kind: plain, calm, warn, or bad for what needs somebody.
    """

    words: str
    why: str
    kind: str
    may_pause: bool
    may_resume: bool
    may_stop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSign:
    """What somebody said when they were asked: a tag."""

    words: str
    kind: str


def of_room(room: RoomView | None) -> RecordingSign | None:
    """How it stands; None for a visit that is not recorded by the prison's rules."""
    told = room.recording if room is not None else None
    if told is None:
        return None
    runs = told.state in {Recording.ANNOUNCED, Recording.ON}
    paused = told.state is Recording.PAUSED
    return RecordingSign(
        words=_(STATES[told.state]),
        why=_(REASONS[told.reason]) if told.reason in REASONS else "",
        kind=_kind(told),
        may_pause=runs,
        may_resume=paused and told.reason == "staff",
        may_stop=runs or paused or told.state is Recording.ASKING,
    )


def answer(person: PersonView | None, room: RoomView | None) -> AnswerSign | None:
    """What somebody answered; None where nobody asks, or asks any more."""
    if person is None or room is None or room.recording is None:
        return None
    if not person.asked:
        return None
    words, kind = _AGREED if person.consent else _OPEN
    return AnswerSign(words=_(words), kind=kind)


def _kind(told: RecordingState) -> str:
    if told.by == "service":
        return "bad"
    return _KINDS.get(told.state, "plain")
