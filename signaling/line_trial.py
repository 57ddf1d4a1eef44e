"""One line test: a page in a call with itself, through the real media engine.

Knows the engine and somebody to talk with, and no socket. What is sent comes back to
its sender, so that both ways are measured at once, with what a call would send.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from signaling.line_messages import (
    Begun,
    Described,
    Description,
    Finished,
    FromPage,
    Report,
    ToPage,
)
from signaling.media.engine import LegStatistics, MediaEngine, ParticipantStatistics
from visitation.errors import VisitationError
from visitation.lines import Measured

_STEP: Final = 0.25
#: A sender begins carefully; what it loses or sends in its first seconds says little.
_WARMING_UP: Final = 2
_RATED: Final = 5


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
        seconds: for measuring, one sample each.
        reporting: for the page to say what it saw.
    """

    connecting: float = 15.0
    seconds: int = 10
    reporting: float = 3.0
    sample: float = 1.0


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
    engine.join(name, name)
    try:
        engine.seat(name, 0, name)
        offer = await engine.subscribe(name)
        await talk.send(Described(type="offer", target="subscriber", sdp=offer))
        if not await _connected(engine, name, talk, timing.connecting):
            return Measured()
        await talk.send(Begun(seconds=timing.seconds * timing.sample))
        samples = [engine.statistics(name)]
        for _ in range(timing.seconds):
            await _hear_for(engine, name, talk, timing.sample)
            samples.append(engine.statistics(name))
        await talk.send(Finished())
        said = await talk.next(within=timing.reporting)
    finally:
        engine.leave(name)
    report = said if isinstance(said, Report) else None
    return summed(samples, report, seconds=timing.sample)


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
    samples: list[ParticipantStatistics], report: Report | None, *, seconds: float
) -> Measured:
    """What a test found, from both ends; without a report, from our end alone.

    Args:
        samples: our end, one before the first second and one after each.
        report: the page's end.
        seconds: between two samples.
    """
    ups = [one.publisher for one in samples if one.publisher is not None]
    downs = [one.subscriber for one in samples if one.subscriber is not None]
    settled_up, settled_down = ups[_WARMING_UP:], downs[_WARMING_UP:]
    rate_down = _rate(downs, seconds)
    loss_down = _loss(settled_down)
    trips = [leg.rtt for leg in settled_down if leg.rtt is not None]
    jitters = [leg.jitter for leg in (*settled_up, *settled_down)]
    if report is not None:
        rate_down = min(rate_down, report.rate)
        everything = report.received + report.lost
        loss_down = report.lost / everything if report.received else 1.0
        jitters.append(report.jitter)
        trips += [] if report.round_trip is None else [report.round_trip]
    return Measured(
        loss_up=_loss(settled_up),
        loss_down=loss_down,
        round_trip=max(trips, default=None),
        jitter=max(jitters, default=0.0),
        rate_up=_rate(ups, seconds),
        rate_down=rate_down,
        relayed=any(leg.relayed for leg in (*ups, *downs))
        or (report is not None and report.relayed),
    )


def _loss(legs: list[LegStatistics]) -> float:
    """The mean share of packets lost; all of them, if none came."""
    if not legs or legs[-1].packets == legs[0].packets:
        return 1.0
    return sum(leg.loss for leg in legs) / len(legs)


def _rate(legs: list[LegStatistics], seconds: float) -> int:
    """Bits per second in the last seconds of a test."""
    last = legs[-_RATED - 1 :]
    steps = len(last) - 1
    if steps < 1:
        return 0
    return max(0, round(8 * (last[-1].bytes - last[0].bytes) / (steps * seconds)))
