"""The bell: who called is attended to, and asking never takes a core for itself."""

import asyncio
import struct

from signaling.media.attention import PERIOD, Attention
from signaling.media.upstream import SenderClock, Upstream


class Patient:
    """Stands in for a stream: has something to do so many times, for so long each."""

    def __init__(self, clock: "Ticks", *, times: int, takes: float) -> None:
        self.attended: list[float] = []
        self._clock, self._times, self._takes = clock, times, takes

    def attend(self, now: float) -> bool:
        self.attended.append(now)
        self._clock.now += self._takes
        return len(self.attended) < self._times


class Ticks:
    """A clock that moves when somebody works, and follows the loop's otherwise."""

    def __init__(self) -> None:
        self.now = 0.0
        self._began = asyncio.get_running_loop().time()

    def __call__(self) -> float:
        return self.now + asyncio.get_running_loop().time() - self._began


async def rung(patient: Patient, clock: Ticks, *, within: float) -> None:
    bell = Attention(clock)
    bell.call(patient)  # type: ignore[arg-type]  # all it needs of an Upstream
    await asyncio.sleep(within)
    bell.close()


async def test_a_stream_is_attended_to_until_it_has_nothing_left_to_do() -> None:
    clock = Ticks()
    stream = Patient(clock, times=3, takes=0.0)

    await rung(stream, clock, within=20 * PERIOD)

    assert len(stream.attended) == 3


async def test_after_a_long_round_the_bell_is_silent_nine_times_as_long() -> None:
    clock = Ticks()
    stream = Patient(clock, times=1000, takes=0.04)

    await rung(stream, clock, within=0.6)

    # At every period it would be sixty times.
    assert len(stream.attended) in {1, 2}


def test_of_too_many_missing_packets_only_the_newest_are_asked_for() -> None:
    asked: list[bytes] = []
    stream = Upstream(
        "video",
        7,
        "high",
        number=0,
        codecs={96: "vp8"},
        clock=SenderClock(),
        ask=asked.append,
        call=lambda _: None,
    )
    for number in range(0, 550, 50):
        stream.take(struct.pack("!BBHLLx", 0x80, 96, number, 0, 7), 1.0)

    stream.attend(2.0)

    assert [rtcp_numbers(one) for one in asked] == [
        {number for number in range(398, 500) if number % 50}
    ]


def rtcp_numbers(packet: bytes) -> set[int]:
    """The sequence numbers that a generic NACK names (RFC 4585 §6.2.1)."""
    named = set()
    for at in range(12, len(packet), 4):
        first, others = struct.unpack_from("!HH", packet, at)
        named |= {first, *(first + 1 + bit for bit in range(16) if others >> bit & 1)}
    return named
