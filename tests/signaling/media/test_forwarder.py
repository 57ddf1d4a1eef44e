import struct

from signaling.media.engine import LegConnected, TrackStarted
from tests.signaling.media.client import OPUS, VP8, audio, video
from tests.signaling.media.conftest import Stage, until


def numbers(packets: list[bytes]) -> list[int]:
    return [int.from_bytes(packet[2:4], "big") for packet in packets]


def of_kind(packets: list[bytes], payload_type: int) -> list[bytes]:
    return [packet for packet in packets if packet[1] & 0x7F == payload_type]


async def test_what_one_publishes_the_other_receives(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")

    for number in range(5):
        family.send(audio(number + 40_000))
        family.send(video(number + 50_000, key=number == 0, picture=number))
    await until(lambda: len(terminal.packets) == 10)

    heard, seen = of_kind(terminal.packets, OPUS), of_kind(terminal.packets, VP8)
    assert numbers(heard) == list(range(numbers(heard)[0], numbers(heard)[0] + 5))
    assert numbers(heard)[0] < 32_768
    assert [packet[12:] for packet in heard] == [b"\xfcsound"] * 5
    assert [p[12:] for p in seen] == [
        video(n + 50_000, key=n == 0, picture=n)[12:] for n in range(5)
    ]
    times = [struct.unpack_from("!L", packet, 4)[0] for packet in seen]
    assert [(t - times[0]) % 2**32 for t in times] == [n * 3000 for n in range(5)]
    assert len({packet[8:12] for packet in terminal.packets}) == 2
    assert stage.events == [
        LegConnected(participant="family", target="publisher"),
        LegConnected(participant="terminal", target="subscriber"),
        TrackStarted(participant="family", kind="audio"),
        TrackStarted(participant="family", kind="video"),
    ]
