"""Handing one message over to its gateway, and what is to be written down about it.

Writes nothing. What certainly was not taken waits, each time up to twice as long, and
a random part of that, so that not all come back at once; never beyond its expiry.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from scheduler.claiming import LEASE, Claimed
from scheduler.gateways.gateway import (
    Letter,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)
from scheduler.means import Means, Point
from scheduler.patience import first_look, until_delivered
from visitation import wording
from visitation.lifecycle import MessageState
from visitation.words import Channel

log = structlog.get_logger(__name__)

#: How long is waited at most before the second attempt: somebody waits for a code.
FIRST_PAUSE = timedelta(seconds=30)
FIRST_PAUSE_FOR_CODES = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
#: It may have gone out twice: its gateway cannot say whether it took the first.
MAYBE_TWICE = "maybe_twice"
_CODE_UNITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a message that was claimed.

    Attributes:
        values: what its row says from now on.
        opted_out: whether its reader wants no more.
    """

    claimed: Claimed
    values: dict[str, Any]
    opted_out: bool = False

    @property
    def accepted(self) -> bool:
        """Whether its gateway took it."""
        return self.values["state"] is MessageState.ACCEPTED


async def hand_over(claimed: Claimed, means: Means) -> Outcome | None:
    """Hand a message over; None if our lease is as good as over, and nobody did."""
    letter, now = claimed.outgoing.letter, means.clock()
    if letter is None:
        claimed.way.undecided()
        return _failed(claimed, claimed.outgoing.refusal, now)
    if now > claimed.until - LEASE / 2:
        # We were held up, perhaps for long: by now others may be at it.
        claimed.way.undecided()
        return None
    if now >= claimed.message.expires_at:
        claimed.way.undecided()
        return Outcome(claimed=claimed, values={"state": MessageState.EXPIRED})
    return await _tried(claimed, letter, means)


async def _tried(claimed: Claimed, letter: Letter, means: Means) -> Outcome:
    way, number = claimed.way, claimed.message.id
    try:
        sent = await way.gateway.send(letter)
    except (Temporary, Misconfigured) as failure:
        log.warning("message_delayed", message=number, code=failure.code)
        wrong = isinstance(failure, Misconfigured)
        way.failed(means.clock(), failure.code, misconfigured=wrong)
        return _delayed(claimed, failure.code, means)
    except Permanent as failure:
        log.warning("message_failed", message=number, code=failure.code)
        way.answered(means.clock())
        if isinstance(failure, OptedOut):
            return _failed(claimed, "opted_out", means.clock(), opted_out=True)
        return _failed(claimed, failure.code, means.clock())
    except Unknown as failure:
        log.warning("message_unknown", message=number, code=failure.code)
        way.failed(means.clock(), failure.code)
        return _unknown(claimed, failure.code, means.clock())
    way.answered(means.clock())
    means.reached(Point.SENT)
    return _accepted(claimed, letter, sent, means.clock())


def segments(letter: Letter) -> int:
    """How many a letter costs; a call costs none."""
    return wording.segments(letter.text) if letter.channel is Channel.SMS else 0


def _accepted(claimed: Claimed, letter: Letter, sent: Sent, now: datetime) -> Outcome:
    message = claimed.message
    return Outcome(
        claimed=claimed,
        values={
            "state": MessageState.ACCEPTED,
            "gateway_id": sent.gateway_id,
            "sent_at": now,
            "segments": segments(letter),
            "error": _kept(claimed, ""),
            "look_at": until_delivered(message.priority, now),
        },
    )


def _delayed(claimed: Claimed, code: str, means: Means) -> Outcome:
    now, message = means.clock(), claimed.message
    is_code = message.priority == 0
    first = FIRST_PAUSE_FOR_CODES if is_code else FIRST_PAUSE
    most = min(first * 2 ** min(claimed.attempt - 1, 16), LONGEST_PAUSE)
    pause = means.randomness() * min(most, (message.expires_at - now) / 2)
    passed_over = not claimed.way.alive
    if passed_over and means.ways.another(
        means.gateways, claimed.way, message.channel, now
    ):
        pause = timedelta(0)
    return Outcome(
        claimed=claimed,
        values={
            "state": MessageState.PENDING,
            "not_before": now + pause,
            "error": _kept(claimed, code),
        },
    )


def _unknown(claimed: Claimed, code: str, now: datetime) -> Outcome:
    if claimed.message.error == MAYBE_TWICE and not claimed.way.gateway.finds:
        # Twice is enough; somebody will ring.
        return _failed(claimed, code, now)
    return Outcome(
        claimed=claimed,
        values={
            "state": MessageState.UNKNOWN,
            "error": _kept(claimed, code),
            "look_at": first_look(claimed.message.priority, now),
        },
    )


def _failed(
    claimed: Claimed, code: str, now: datetime, *, opted_out: bool = False
) -> Outcome:
    return Outcome(
        claimed=claimed,
        values={
            "state": MessageState.FAILED,
            "error": code[:_CODE_UNITS],
            "look_at": now,
        },
        opted_out=opted_out,
    )


def _kept(claimed: Claimed, code: str) -> str:
    """The error to write; that it may have gone twice stays true."""
    if claimed.message.error == MAYBE_TWICE:
        return MAYBE_TWICE
    return code[:_CODE_UNITS]
