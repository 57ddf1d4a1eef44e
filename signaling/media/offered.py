"""What a publisher has to offer to one of its viewers, in the fewest bits it takes.

Looks at the layers that arrive and at who else takes them; chooses nothing.
"""

from typing import Final

from signaling.media.downstream import Downstream
from signaling.media.ladder import Picture
from signaling.media.layers import Track

#: The fewest bits per second that a picture of each sort is worth having with. With
#: less for the high layer Chromium would not send it at all (570 kbit/s for both at
#: 540 lines), and who can take it would miss it for the sake of who hardly can.
LEAST_LOW: Final = 50_000
LEAST_HIGH: Final = 450_000


def offer(
    track: Track, viewer: Downstream, now: float, *, least: int = LEAST_LOW
) -> Picture:
    """What a publisher has to offer to one of its viewers.

    A layer that somebody else takes too cannot be made narrower for this one.
    """
    if len(track.expected) < 2:
        return Picture(high=least)
    if all(each is viewer or each.wish != "high" for each in track.outlets):
        return Picture(high=LEAST_HIGH, low=least)
    live = {name: each for name, each in track.layers.items() if each.live(now)}
    if live.keys() == {"high"}:
        # Browsers leave out the low layer of a picture that is small anyway.
        return Picture(high=max(least, live["high"].bitrate))
    low = live["low"].bitrate if "low" in live else 0
    return Picture(high=LEAST_HIGH, low=max(least, low))
