"""What the service tells a page of lines and of supervision while a call goes on.

Messages like those of `messages`, which gathers them; decides nothing.
"""

from dataclasses import dataclass
from typing import Literal

from signaling.media import engine
from signaling.media.engine import Kind, Target
from signaling.words import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """Whether media that should arrive does."""

    participant: str
    kind: Kind
    state: Literal["active", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionQuality:
    """How good somebody's line is, maybe the receiver's own."""

    participant: str
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoQuality:
    """What of somebody's picture is being sent to the receiver."""

    participant: str
    quality: engine.VideoQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishQuality:
    """The receiver should send no more of its picture than this."""

    quality: engine.VideoQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class Renegotiate:
    """A leg has to be agreed on once more, or, with `rebuild`, made anew."""

    target: Target
    rebuild: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """Whether a visit that needs a supervisor has one; it is held while not."""

    watched: bool
