from collections.abc import Iterable

import pytest
from aiortc.codecs.h264 import H264Encoder

from signaling.recording.h264 import H264Pictures, size_of
from signaling.recording.pictures import Picture
from signaling.recording.unwrapping import Packet
from tests.signaling.recording.coded import pictures

PREFIX = b"\0\0\0\1"


def units(frame: bytes) -> list[bytes]:
    return list(H264Encoder._split_bitstream(frame))


def coded(size: tuple[int, int] = (320, 240), length: float = 2) -> list[bytes]:
    taken = pictures(length, codec="libx264", size=size, keys=10)
    return [data for _, data in taken]


def packets(frames: Iterable[bytes]) -> list[Packet]:
    sent: list[Packet] = []
    for at, frame in enumerate(frames):
        payloads = H264Encoder._packetize(iter(units(frame)))
        for payload in payloads:
            last = payload is payloads[-1]
            sent.append(Packet(len(sent), 9000 * at, last, payload, at / 10))
    return sent


def put_together(
    given: Iterable[Packet], parameters: tuple[bytes, ...] = ()
) -> list[Picture]:
    whole = H264Pictures(parameters)
    return [picture for each in given for picture in whole.take(each)]


def test_single_units_and_aggregates_become_the_same_units() -> None:
    frames = coded()
    made = put_together(packets(frames))
    assert [units(each.data) for each in made] == [units(each) for each in frames]
    assert [number for number, each in enumerate(made) if each.key] == [0, 10]


def test_fragments_are_joined() -> None:
    frame = PREFIX.join((b"", b"\x67\x42\xc0\x1f" + coded_parameters(), b"\x68\xce"))
    frame += PREFIX + b"\x65" + bytes(each % 251 + 1 for each in range(5000))
    sent = packets([frame])
    assert sum(each.payload[0] & 0x1F == 28 for each in sent) > 2
    (made,) = put_together(sent)
    assert made.data == frame


def coded_parameters() -> bytes:
    """What follows the profile in real parameters of 320 by 240."""
    return next(each for each in units(coded()[0]) if each[0] & 0x1F == 7)[4:]


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_picture_with_a_missing_fragment_is_none(lost: int) -> None:
    frame = coded()[0] + PREFIX + b"\x65" + b"\1" * 5000
    sent = packets([frame])
    left = [
        Packet(each.number, 0, each.marker, each.payload, 0.0, torn=number == lost + 1)
        for number, each in enumerate(sent)
        if number != lost
    ]
    assert put_together(left) == []


def test_a_key_frame_whose_first_slice_is_lost_is_none() -> None:
    slices = [b"\x65" + bytes((number,)) * 100 for number in (1, 2)]
    parameters = tuple(each for each in units(coded()[0]) if each[0] & 0x1F in (7, 8))
    rest = Packet(2, 0, True, slices[1], 0.0, torn=True)
    assert put_together([rest], parameters) == []
    whole = [Packet(1, 0, False, slices[0], 0.0), Packet(2, 0, True, slices[1], 0.0)]
    assert len(put_together(whole, parameters)) == 1


def test_a_key_frame_without_parameters_gets_those_told_before() -> None:
    told = tuple(each for each in units(coded()[0]) if each[0] & 0x1F in (7, 8))
    picture = Packet(1, 0, True, b"\x65\x88\x84", 0.0)
    assert put_together([picture]) == []
    (made,) = put_together([picture], told)
    assert units(made.data) == [*told, b"\x65\x88\x84"]
    assert (made.shape.width, made.shape.height) == (320, 240)


@pytest.mark.parametrize(
    "size", [(320, 240), (640, 360), (1280, 720), (176, 144), (1920, 1080), (426, 240)]
)
def test_the_size_is_read_from_the_parameters(size: tuple[int, int]) -> None:
    frame = coded(size, length=0.1)[0]
    (told,) = (each for each in units(frame) if each[0] & 0x1F == 7)
    assert size_of(told) == size


@pytest.mark.parametrize("length", range(8))
def test_parameters_that_are_cut_off_say_nothing(length: int) -> None:
    told = next(each for each in units(coded()[0]) if each[0] & 0x1F == 7)
    assert size_of(told[:length]) is None


@pytest.mark.parametrize(
    "payload",
    [b"\x7c", b"\x7c\x85", b"\x78\x00", b"\x78\x00\x09a", b"\x1d\x00\x01", b"\0"],
)
def test_what_no_sender_of_ours_sends_makes_no_picture(payload: bytes) -> None:
    assert put_together([Packet(1, 0, True, payload, 0.0)]) == []
