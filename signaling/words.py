"""The closed vocabularies of a call, as they are on the wire."""

from enum import StrEnum
from typing import Final

#: Why a visit does not take place, where no outcome says it.
MOVED: Final = "moved"
NOT_BEGUN: Final = "not_begun"


class Phase(StrEnum):
    """How far the visit is."""

    WAITING = "waiting"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class Presence(StrEnum):
    """Where a participant is."""

    WAITING = "waiting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class Sending(StrEnum):
    """What a participant sends of one kind."""

    NONE = "none"
    ON = "on"
    MUTED = "muted"


class Quality(StrEnum):
    """How good a participant's line is."""

    GOOD = "good"
    POOR = "poor"
    LOST = "lost"


class Reason(StrEnum):
    """Why somebody, a socket, or the visit is gone."""

    LEFT = "left"
    LOST = "lost"
    REMOVED = "removed"
    REPLACED = "replaced"
    RESTARTING = "restarting"
    ENDED = "ended"
    OVER = "over"


class Recording(StrEnum):
    """How it stands with recording a visit."""

    OFF = "off"
    ASKING = "asking"
    REFUSED = "refused"
    ANNOUNCED = "announced"
    ON = "on"
    PAUSED = "paused"
    STOPPED = "stopped"
