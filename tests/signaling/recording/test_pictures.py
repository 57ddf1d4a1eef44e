from collections.abc import Iterable
from itertools import chain

import pytest
from aiortc.codecs.vpx import Vp8Encoder

from signaling.recording.pictures import Picture, Shape
from signaling.recording.unwrapping import Packet
from signaling.recording.vp8 import Vp8Pictures
from tests.signaling.recording.coded import pictures


def packets(frames: Iterable[bytes]) -> list[list[Packet]]:
    """One list for each frame."""
    number, sent = 0, []
    for at, frame in enumerate(frames):
        payloads = Vp8Encoder._packetize(frame, at)
        sent.append([])
        for payload in payloads:
            number += 1
            last = payload is payloads[-1]
            sent[-1].append(Packet(number, 9000 * at, last, payload, at / 10))
    return sent


def without(sent: list[list[Packet]], *lost: int) -> list[Packet]:
    """What is left when packets of these numbers are missing, marked as in order."""
    left: list[Packet] = []
    torn = False
    for each in chain(*sent):
        if each.number in lost:
            torn = True
            continue
        fields = (each.number, each.timestamp, each.marker, each.payload, each.arrived)
        left.append(Packet(*fields, torn=torn))
        torn = False
    return left


def put_together(given: Iterable[Packet]) -> tuple[list[Picture], int]:
    whole = Vp8Pictures()
    made = [picture for each in given for picture in whole.take(each)]
    return made, whole.dropped


@pytest.fixture(scope="module")
def frames() -> list[bytes]:
    """Three groups of ten; key frames take several packets."""
    noisy = pictures(3, size=(1280, 720), keys=10, white=lambda at: at % 0.2 < 0.1)
    return [data for _, data in noisy]


def test_whole_pictures_come_out_as_they_went_in(frames: list[bytes]) -> None:
    made, dropped = put_together(chain(*packets(frames)))
    assert [each.data for each in made] == frames
    assert [number for number, each in enumerate(made) if each.key] == [0, 10, 20]
    assert {each.shape for each in made} == {Shape("vp8", 1280, 720)}
    assert dropped == 0


def test_after_a_loss_nothing_is_shown_until_the_next_key_frame(
    frames: list[bytes],
) -> None:
    sent = packets(frames)
    assert len(sent[0]) > 1
    made, dropped = put_together(without(sent, sent[3][0].number))
    assert [each.data for each in made] == frames[:3] + frames[10:]
    assert dropped >= 6


@pytest.mark.parametrize("which", [0, -1])
def test_a_key_frame_with_a_hole_is_none(frames: list[bytes], which: int) -> None:
    sent = packets(frames)
    made, _ = put_together(without(sent, sent[10][which].number))
    assert [each.data for each in made] == frames[:10] + frames[20:]


def test_bytes_that_only_try_the_line_tear_nothing(frames: list[bytes]) -> None:
    sent = list(chain(*packets(frames[:10])))
    for at in (len(sent), 2, 1):
        sent.insert(at, Packet(0, sent[at - 1].timestamp, False, b"", 0.0))
    made, dropped = put_together(sent)
    assert ([each.data for each in made], dropped) == (frames[:10], 0)


def test_an_end_that_is_not_marked_is_seen_by_the_next_beginning(
    frames: list[bytes],
) -> None:
    unmarked = [
        Packet(each.number, each.timestamp, False, each.payload, each.arrived)
        for each in chain(*packets(frames[:5]))
    ]
    made, _ = put_together(unmarked)
    assert [each.data for each in made] == frames[:4]


@pytest.mark.parametrize("payload", [b"\x90", b"\x90\x80", b"\x90\xff\xff", b"\x10"])
def test_a_descriptor_that_is_cut_off_makes_no_picture(payload: bytes) -> None:
    assert put_together([Packet(1, 0, True, payload, 0.0)]) == ([], 1)


def test_what_only_looks_like_a_key_frame_is_none() -> None:
    lie = Packet(1, 0, True, b"\x10" + bytes(20), 0.0)
    assert put_together([lie]) == ([], 1)


def test_a_picture_without_end_takes_no_more_than_a_picture() -> None:
    whole = Vp8Pictures()
    for number in range(5000):
        head = b"\x10" if number == 0 else b"\x00"
        whole.take(Packet(number, 0, False, head + bytes(1100), 0.0))
    assert sum(map(len, whole._parts)) <= 4 * 2**20
    assert whole.take(Packet(5000, 0, True, b"\0\0", 0.0)) == []
