"""What travels over the socket: one frozen dataclass per message; docs/protocol.md.

Knows the shape of messages and nothing of who may send which, or when; `wire` turns
them into text and back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from signaling.conditions import (
    ConnectionQuality,
    PublishQuality,
    Renegotiate,
    StreamState,
    Supervision,
    VideoQuality,
)
from signaling.confidence import Confide, Confided
from signaling.disclosure import (
    Consent,
    Consented,
    RecordingState,
    RecordingView,
    Watching,
)
from signaling.media.engine import Kind, Target
from signaling.talk import Awaited, Hand, Help, RaiseHand, Said, Say
from signaling.tracks import (
    TrackMuted,
    TrackPublished,
    TrackUnmuted,
    TrackUnpublished,
    TrackView,
)
from signaling.words import Phase, Presence, Quality, Reason, Sending
from visitation.words import Part, VisitKind

VERSION: Final = 1
_MOST_TOKEN = 256
_MOST_CANDIDATE = 1024


def _at_most(length: int) -> Any:
    return field(metadata={"most": length})


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The first message of a page that was just loaded."""

    version: int
    ticket: str = _at_most(_MOST_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The first message of a page that lost its socket."""

    version: int
    token: str = _at_most(_MOST_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A description of a leg, to be answered."""

    target: Target
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The other half of a description."""

    target: Target
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address of the page."""

    target: Target
    candidate: str = _at_most(_MOST_CANDIDATE)
    mid: str = _at_most(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """What the page sends of each kind."""

    audio: Sending
    video: Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Asks for a new offer of the subscriber leg."""

    rebuild: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The participant goes, or the service ends this socket; `why` is by staff."""

    reason: Reason
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Is anybody there?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """Yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IceServer:
    """A STUN or TURN server, as WebRTC wants it."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantView:
    """Somebody in the call, as one other participant sees them."""

    id: str
    part: Part
    name: str
    state: Presence
    quality: Quality
    blocked: tuple[Kind, ...]
    tracks: tuple[TrackView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The answer to `join` and `resume`: all there is to know."""

    participant: str
    part: Part
    kind: VisitKind
    phase: Phase
    watched: bool
    admitted: bool
    resumed: bool
    resume: str
    now: datetime
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    blocked: tuple[Kind, ...]
    ice_servers: tuple[IceServer, ...]
    participants: tuple[ParticipantView, ...]
    paused_for: str = ""
    recording: RecordingView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined:
    """Somebody came into the waiting room or the call."""

    participant: ParticipantView


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantUpdated:
    """Somebody was admitted, lost the line, or came back."""

    participant: str
    state: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft:
    """Somebody is gone for good."""

    participant: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Staff started the visit."""

    ends_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """The receiver may now send and receive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The receiver may not enter; `opens_at` when that is only a matter of time."""

    reason: str
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Staff say something: a prepared sentence by its code, or words as typed."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Staff warn, in the same two ways."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Staff muted or unmuted somebody, maybe the receiver."""

    participant: str
    kind: Kind
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Staff paused the visit, with a code for why, or let it go on."""

    paused: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """The visit ends at another time than it was to."""

    ends_at: datetime
    closes_at: datetime
    reason: Literal["staff", "lost_time"] = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """So many seconds remain until the visit's end."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """It is over for all; `undone` says why a visit that nobody began is not held."""

    reason: Reason
    minutes_owed: int = 0
    undone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """Something the page did cannot be done."""

    code: str


FromPage = (
    Join
    | Resume
    | Offer
    | Answer
    | Candidate
    | Tracks
    | Subscribe
    | RaiseHand
    | Say
    | Consent
    | Confide
    | Leave
    | Ping
)
ToPage = (
    Joined
    | ParticipantJoined
    | ParticipantUpdated
    | ParticipantLeft
    | TrackPublished
    | TrackMuted
    | TrackUnmuted
    | TrackUnpublished
    | StreamState
    | ConnectionQuality
    | VideoQuality
    | PublishQuality
    | Renegotiate
    | Supervision
    | Awaited
    | Help
    | Hand
    | Said
    | RecordingState
    | Consented
    | Watching
    | Confided
    | Start
    | Admit
    | Deny
    | Offer
    | Answer
    | Message
    | Warn
    | Mute
    | Pause
    | Extend
    | TimeLeft
    | End
    | Leave
    | Error
    | Pong
)
