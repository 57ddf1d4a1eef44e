"""What arrives from whom: the tracks of a call, as its pages are told of them.

Messages and views like those of `messages`, which gathers them; decides nothing.
"""

from dataclasses import dataclass

from signaling.media.engine import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """What arrives from somebody, and where; `mid` is None if all pairs are taken."""

    kind: Kind
    mid: str | None
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPublished:
    """A kind of somebody's media arrives, in this mid of the receiver."""

    participant: str
    kind: Kind
    mid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackMuted:
    """Somebody turned their microphone or camera off."""

    participant: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackUnmuted:
    """Somebody turned it on again."""

    participant: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackUnpublished:
    """Nothing of this kind comes from them any more."""

    participant: str
    kind: Kind
