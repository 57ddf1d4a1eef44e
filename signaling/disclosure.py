"""What people in a call are told of being recorded and watched, and what they answer.

Messages like those of `messages`, which gathers them; decides nothing. A privileged
visit knows none of them: there is neither a recorder nor anybody who watches.
"""

from dataclasses import dataclass
from datetime import datetime

from signaling.words import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Somebody agrees to being recorded, or does not, or not any more."""

    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingState:
    """How it stands with recording; `reason` is a code, `by` whose doing it is."""

    state: Recording
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingView:
    """The same, and whether the receiver is asked and what they have answered."""

    state: Recording
    reason: str
    by: str
    asked: bool
    consent: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """What somebody answered, to themselves; a yes also to staff who watch."""

    participant: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Staff watch since then, or did until then."""

    participant: str
    since: datetime
    until: datetime | None = None
