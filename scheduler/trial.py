"""A message sent to try a gateway: at once, through this one, to one phone.

It is in no outbox and is not sent again. What comes of it counts for the gateway's
health as any other message does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.gateways.gateway import (
    Gateway,
    Letter,
    Misconfigured,
    Permanent,
    Temporary,
    Unknown,
)
from scheduler.ways import Ways
from visitation import wording
from visitation.wording import Template
from visitation.words import Channel

_VALIDITY = timedelta(minutes=10)
#: Far above the ids of messages, so that no provider takes one for the other.
_FIRST = 90_000_000_000


class Trial(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    REFUSED = "refused"
    MISCONFIGURED = "misconfigured"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of it, and the provider's own id or code."""

    trial: Trial
    code: str


async def send(
    gateway: Gateway,
    ways: Ways,
    *,
    phone: str,
    template: Template,
    language: str,
    variables: Mapping[str, str],
    now: datetime,
) -> Result:
    """Hand one message over, although the gateway may be passed over just now."""
    letter = Letter(
        reference=str(_FIRST + int(now.timestamp())),
        phone=phone,
        text=wording.render(template, language, variables),
        template=template,
        language=language,
        variables=wording.values(template, language, variables),
        channel=Channel.SMS,
        validity=_VALIDITY,
    )
    way = ways.of(gateway)
    try:
        sent = await gateway.send(letter)
    except Permanent as refused:
        way.answered(now)
        return Result(trial=Trial.REFUSED, code=refused.code)
    except Misconfigured as wrong:
        way.failed(now, wrong.code, misconfigured=True)
        return Result(trial=Trial.MISCONFIGURED, code=wrong.code)
    except Temporary as busy:
        way.failed(now, busy.code)
        return Result(trial=Trial.TEMPORARY, code=busy.code)
    except Unknown as silent:
        way.failed(now, silent.code)
        return Result(trial=Trial.UNKNOWN, code=silent.code)
    way.answered(now)
    return Result(trial=Trial.TAKEN, code=sent.gateway_id)
