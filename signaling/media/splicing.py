"""How far apart in time two packets of different sources are, in timestamp units.

Both layers of a picture are taken from one camera at one moment, and the sender's
reports say which of their timestamps go together. Where they do not, the time between
the packets' arrivals has to do.
"""

from typing import Final

from signaling.media.codecs import CLOCK_RATES
from signaling.media.upstream import Upstream

#: A pairing that is so much off from what has passed is not believed.
_DOUBTFUL: Final = 0.5


def elapsed(
    *,
    since: int,
    shift: int,
    before: Upstream | None,
    source: Upstream,
    timestamp: int,
    ticks: int,
) -> int:
    """Says how much later than the last packet the next one is, at least 1.

    Args:
        since: the timestamp that was sent last.
        shift: from the timestamps of the source before to those that were sent.
        before: the source that the last packet came from.
        source: the one that the next packet comes from.
        timestamp: of that packet.
        ticks: what has passed by our own clock.
    """
    known = None if before is None else _counterpart(before, source, timestamp)
    if known is not None:
        step = _signed(known + shift - since)
        if abs(step - ticks) <= _DOUBTFUL * CLOCK_RATES[source.kind]:
            return max(1, step)
    return max(1, ticks)


def _counterpart(before: Upstream, source: Upstream, timestamp: int) -> int | None:
    """What the other source's timestamp was at the moment of this one."""
    if before is source:
        return timestamp
    theirs, ours = before.report_in, source.report_in
    if before.clock is not source.clock or theirs is None or ours is None:
        return None
    rate = CLOCK_RATES[source.kind]
    apart = (ours.ntp - theirs.ntp) * rate / 2**32
    return theirs.timestamp + round(apart) + _signed(timestamp - ours.timestamp)


def _signed(difference: int) -> int:
    return (difference + 0x80000000 & 0xFFFFFFFF) - 0x80000000
