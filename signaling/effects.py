"""What follows from something that happened in a room, as data.

The room decides, the hub carries out: envelopes go to sockets, orders to the media
engine, notes into the record. So a whole call plays in a test without any of them.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from signaling.media.engine import Kind
from signaling.messages import ToPage
from signaling.words import Reason, Recording
from visitation.lines.stretch import Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message for one participant's socket, if there is one just now."""

    to: str
    message: ToPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Put a publisher, or nobody, into a slot of a subscriber."""

    subscriber: str
    slot: int
    publisher: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Forward nothing of that kind from the publisher, or forward it again."""

    publisher: str
    kind: Kind
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Offer a participant their subscriber leg; `rebuild` if they have a stale one."""

    subscriber: str
    rebuild: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close both legs of a participant."""

    participant: str


class Noted(StrEnum):
    """What the record keeps of a participant's coming and going."""

    WAITING = "waiting"
    JOINED = "joined"
    RECONNECTING = "reconnecting"
    RETURNED = "returned"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Write into the record; `lost` is the time without a line that just ended."""

    participant: str
    what: Noted
    lost: timedelta = timedelta(0)
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Write into the record that the visit is held for lack of a supervisor, or not."""

    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNote:
    """Add to a participant's record what was measured of their line."""

    participant: str
    measured: Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """Write into the record what somebody wrote to the others."""

    participant: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Keep what a participant sends, from now on."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """Keep nothing more of what a participant sends."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingNoted:
    """Write into the record how it stands with recording; off is the visit's end."""

    state: Recording
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Write into the record whether somebody agrees to being recorded."""

    participant: str
    given: bool


Taped = Record | StopRecording | RecordingNoted
Kept = Note | LineNote | Wrote | Answered
Effect = Envelope | Seat | Block | Offering | Close | Hold | Kept | Taped
Effects = tuple[Effect, ...]
