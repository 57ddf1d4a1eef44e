"""Whether somebody in a call can be heard and hears, and since when not. Pure.

Looks at one person's place and at what the engine measured of their legs. What is
seen late is told from when it began, so that a slow look loses nobody a second.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signaling.media.engine import LegStatistics, ParticipantStatistics
from signaling.seats import Place
from signaling.words import Sending

#: Sound comes every 0.4 s at least, also in silence (RFC 7587 §3.1.3); measurements
#: may be a second old.
SILENT: Final = timedelta(seconds=3)
#: Reports and consent checks come every few seconds (RFC 7675 §5.1: at most 6).
UNHEARD: Final = timedelta(seconds=6)
#: A leg that is being made may take so long.
STARTING: Final = timedelta(seconds=5)
#: Of every two packets one is lost: speech is not understood any more.
WORST_LOSS: Final = 0.5
_GONE: Final = frozenset({"lost", "failed", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Something does not reach somebody, or nothing reaches us from them.

    Attributes:
        since: when it began.
        is_line: whether it is their line; a leg that is well and carries no sound may
            be a microphone, a browser, a page.
        patience: how long it may last before anybody misses something.
    """

    since: datetime
    is_line: bool = True
    patience: timedelta = timedelta(0)

    def is_felt(self, now: datetime) -> bool:
        """Whether it has lasted for longer than it may."""
        return now - self.since > self.patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When somebody is looked at.

    Attributes:
        now: by the wall clock.
        monotonic: the same moment as the engine counts.
    """

    now: datetime
    monotonic: float

    def when(self, monotonic: float) -> datetime:
        """A monotonic second by the wall clock."""
        return self.now - timedelta(seconds=self.monotonic - monotonic)


def upwards(
    place: Place, measured: ParticipantStatistics, *, at: Moment, well: datetime
) -> Break | None:
    """What keeps somebody from being heard; `well` is when they last were."""
    if place.sends["audio"] is Sending.NONE:
        # Without a microphone there is nothing to lose but the line.
        return downwards(measured, at=at, well=well)
    if broken := _leg(measured.publisher, at, well):
        return broken
    if place.sends["audio"] is Sending.MUTED:
        return None
    silent = measured.silence.get("audio")
    if silent is None:
        return Break(since=well, is_line=False, patience=STARTING)
    if timedelta(seconds=silent) <= SILENT:
        return None
    return Break(since=at.now - timedelta(seconds=silent), is_line=False)


def downwards(
    measured: ParticipantStatistics, *, at: Moment, well: datetime
) -> Break | None:
    """What keeps somebody from hearing; `well` is when nothing last did."""
    return _leg(measured.subscriber, at, well)


def _leg(leg: LegStatistics | None, at: Moment, well: datetime) -> Break | None:
    if leg is None or leg.state in {"new", "connecting"}:
        return Break(since=well, patience=STARTING)
    heard = well if leg.last_heard is None else at.when(leg.last_heard)
    is_unheard = leg.last_heard is not None and at.now - heard > UNHEARD
    if leg.state in _GONE or is_unheard:
        return Break(since=heard)
    return Break(since=well) if leg.loss >= WORST_LOSS else None
