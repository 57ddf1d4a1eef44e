"""One line test: a page in a call with itself, through the real media engine.

Knows the engine and somebody to talk with, and no socket. What is sent comes back to
its sender, so that both ways are measured at once. Like a call, a test begins with a
small picture, and goes on with a large one or with none, as the line lets it.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from signaling.line_messages import (
    Begun,
    Described,
    Description,
    FromPage,
    Report,
    Send,
    Tell,
    ToPage,
)
from signaling.media.engine import LegStatistics, MediaEngine, ParticipantStatistics
from visitation.errors import VisitationError
from visitation.lines import PASSED, Measured, Verdict, verdict_of

_STEP: Final = 0.25
_RANKS: Final = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of a test in which the picture may take so much.

    Attributes:
        rate: bits per second for the picture; 0 for none.
        seconds: how long it takes.
        measured: how many of them count, at the end, when the line has settled.
    """

    rate: int
    seconds: int
    measured: int


SMALL: Final = Stage(rate=80_000, seconds=4, measured=2)
LARGE: Final = Stage(rate=900_000, seconds=6, measured=4)
SOUND: Final = Stage(rate=0, seconds=6, measured=4)


class Gone(VisitationError):
    """The page is not there any more, or a newer test has taken its place."""


class Talk(Protocol):
    """Somebody at the other end of a socket."""

    async def send(self, message: ToPage) -> None:
        """Tell the page something."""

    async def next(self, *, within: float) -> FromPage | None:
        """What it says next; None if it says nothing for so many seconds.

        Raises:
            Gone: if it can say nothing any more.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long the parts of a test take, in seconds.

    Attributes:
        connecting: for both connections to stand; after that there is no way through.
        reporting: for the page to say what it saw.
        second: how long a second of a stage is; shorter in tests of ours.
    """

    connecting: float = 20.0
    reporting: float = 3.0
    second: float = 1.0


async def run(
    engine: MediaEngine, name: str, talk: Talk, *, timing: Timing
) -> Measured:
    """Seat a page with itself, and measure what comes through.

    Args:
        engine: which a call would use.
        name: the engine's name for the page, nobody else's.
        talk: with the page.
        timing: how long each part takes.

    Raises:
        BadSdp: if the page's description cannot be used.
        Gone: if the page goes away.
    """
    # Nobody records a trial.
    engine.join(name, name, privileged=True)
    try:
        engine.seat(name, 0, name)
        offer = await engine.subscribe(name)
        await talk.send(Described(type="offer", target="subscriber", sdp=offer))
        if not await _connected(engine, name, talk, timing.connecting):
            return Measured()
        whole = SMALL.seconds + max(LARGE.seconds, SOUND.seconds)
        await talk.send(Begun(seconds=whole * timing.second))
        first = await _staged(engine, name, talk, SMALL, timing)
        stage = LARGE if verdict_of(first) in PASSED else SOUND
        second = await _staged(engine, name, talk, stage, timing)
    finally:
        engine.leave(name)
    return min(second, first, key=lambda one: _RANKS.index(verdict_of(one)))


async def _staged(
    engine: MediaEngine, name: str, talk: Talk, stage: Stage, timing: Timing
) -> Measured:
    await talk.send(Send(rate=stage.rate))
    samples = [engine.statistics(name)]
    for _ in range(stage.seconds):
        await _hear_for(engine, name, talk, timing.second)
        samples.append(engine.statistics(name))
    await talk.send(Tell(seconds=stage.measured * timing.second))
    said = await talk.next(within=timing.reporting)
    report = said if isinstance(said, Report) else None
    return summed(samples[-stage.measured - 1 :], report, second=timing.second)


async def _connected(
    engine: MediaEngine, name: str, talk: Talk, patience: float
) -> bool:
    for _ in range(round(patience / _STEP)):
        await _hear_for(engine, name, talk, _STEP)
        legs = engine.statistics(name)
        if _flows(legs.publisher) and _flows(legs.subscriber):
            return True
    return False


def _flows(leg: LegStatistics | None) -> bool:
    return leg is not None and leg.state == "connected"


async def _hear_for(engine: MediaEngine, name: str, talk: Talk, seconds: float) -> None:
    """Answer what the page says in so many seconds."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (left := until - clock()) > 0:
        said = await talk.next(within=left)
        if not isinstance(said, Description):
            continue
        if said.target == "publisher":
            answer = await engine.publish(name, said.sdp)
            await talk.send(Described(type="answer", target="publisher", sdp=answer))
        else:
            await engine.accept(name, said.sdp)


def summed(
    samples: list[ParticipantStatistics], report: Report | None, *, second: float
) -> Measured:
    """What a stage found, from both ends; without a report, from our end alone.

    Args:
        samples: our end, one before the first second that counts and one after each.
        report: the page's end.
        second: between two samples.
    """
    ups = [one.publisher for one in samples if one.publisher is not None]
    downs = [one.subscriber for one in samples if one.subscriber is not None]
    rate_down, loss_down = _rate(downs, second), _loss(downs)
    trips = [leg.rtt for leg in downs if leg.rtt is not None]
    jitters = [leg.jitter for leg in (*ups[-1:], *downs[-1:])]
    if report is not None:
        rate_down = min(rate_down, report.rate)
        everything = report.received + report.lost
        loss_down = report.lost / everything if report.received else 1.0
        jitters.append(report.jitter)
        trips += [] if report.round_trip is None else [report.round_trip]
    return Measured(
        loss_up=_loss(ups),
        loss_down=loss_down,
        round_trip=max(trips, default=None),
        jitter=max(jitters, default=0.0),
        rate_up=_rate(ups, second),
        rate_down=rate_down,
        relayed=any(leg.relayed for leg in (*ups, *downs))
        or (report is not None and report.relayed),
    )


def _loss(legs: list[LegStatistics]) -> float:
    """The mean share of packets lost in the seconds; all of them, if none came."""
    seconds = legs[1:]
    if not seconds or seconds[-1].packets == legs[0].packets:
        return 1.0
    return sum(leg.loss for leg in seconds) / len(seconds)


def _rate(legs: list[LegStatistics], second: float) -> int:
    """Bits per second that came through."""
    steps = len(legs) - 1
    if steps < 1:
        return 0
    return max(0, round(8 * (legs[-1].bytes - legs[0].bytes) / (steps * second)))
