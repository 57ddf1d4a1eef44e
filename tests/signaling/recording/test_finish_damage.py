"""Journals that are not as they were written, and senders that send nonsense."""

import random
import struct
from pathlib import Path
from typing import Any

import pytest

from signaling.media.recording import journal
from tests.signaling.recording.journals import KEY, TYPES, Stream, recorded
from tests.signaling.recording.played import finished, seen
from visitation.recordings.sealed import Purpose, Sealer, new_header

NAME = "p-1.journal"


@pytest.fixture(scope="module")
def whole() -> tuple[bytes, list[int]]:
    """A journal of ten seconds, and where its segments begin."""
    made = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    path = made / "whole.journal"
    starts = recorded(10).write(path)
    content = path.read_bytes()
    path.unlink()
    return content, starts


def answer_to(directory: Path, content: bytes) -> dict[str, Any]:
    (directory / NAME).write_bytes(content)
    return finished(directory, (NAME, "p"))


@pytest.mark.parametrize("segment", [1, 4, 11])
@pytest.mark.parametrize("rest", [0, 5, 400])
def test_what_a_crash_left_is_used_to_the_last_whole_segment(
    tmp_path: Path, whole: tuple[bytes, list[int]], segment: int, rest: int
) -> None:
    content, starts = whole
    answer = answer_to(tmp_path, content[: starts[segment] + rest])
    assert answer["damage"] == [{"journal": NAME, "segment": segment, "how": "cut"}]
    (file,) = answer["files"]
    # A segment has half a second; what was taken is here 50 ms later.
    assert file["duration_ms"] == pytest.approx(segment * 500 - 50, abs=70)
    assert len(seen(tmp_path, file).claps) >= segment // 2


@pytest.mark.parametrize(
    ("how", "change"),
    [
        ("altered", lambda of: [*of[:8], of[8][:90] + b"?" + of[8][91:], *of[9:]]),
        ("missing", lambda of: [*of[:8], *of[9:]]),
        ("reordered", lambda of: [*of[:8], of[9], of[8], *of[10:]]),
    ],
)
def test_up_to_where_it_was_changed_it_is_used_and_what_was_done_is_named(
    tmp_path: Path, whole: tuple[bytes, list[int]], how: str, change: Any
) -> None:
    content, starts = whole
    pieces = [content[a:b] for a, b in zip([0, *starts], starts, strict=False)]
    # The header is the first piece, so segment 7 is the ninth.
    answer = answer_to(tmp_path, b"".join(change(pieces)))
    assert answer["damage"] == [{"journal": NAME, "segment": 7, "how": how}]
    (file,) = answer["files"]
    assert file["duration_ms"] == pytest.approx(3450, abs=70)


def test_a_segment_of_another_journal_is_named(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    content, starts = whole
    recorded(10).write(tmp_path / "other-one.journal")
    other = (tmp_path / "other-one.journal").read_bytes()
    spliced = content[: starts[7]] + other[starts[7] : starts[8]] + content[starts[8] :]
    answer = answer_to(tmp_path, spliced)
    assert answer["damage"] == [{"journal": NAME, "segment": 7, "how": "spliced"}]


@pytest.mark.parametrize("content", [b"", b"VSF1", b"no journal" * 100])
def test_of_what_is_no_journal_nothing_is_used(tmp_path: Path, content: bytes) -> None:
    answer = answer_to(tmp_path, content)
    assert (answer["files"], answer["seconds"]) == ([], 0)
    assert [each["journal"] for each in answer["damage"]] == [NAME]


def test_one_bad_journal_is_not_the_others_fault(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    (tmp_path / "a-1.journal").write_bytes(b"nonsense" * 20)
    (tmp_path / "b-1.journal").write_bytes(whole[0])
    answer = finished(
        tmp_path, ("a-1.journal", "a"), ("b-1.journal", "b"), ("c-1.journal", "c")
    )
    assert [each["name"] for each in answer["files"]] == ["b-1.webm.sealed"]
    assert [(each["journal"], each["how"]) for each in answer["damage"]] == [
        ("a-1.journal", "altered"),
        ("c-1.journal", "gone"),
    ]


def test_lines_that_are_none_of_ours_end_a_journal(tmp_path: Path) -> None:
    sealer = Sealer(KEY, header := new_header(Purpose.JOURNAL, bytes(16)))
    good = recorded(2).segments()
    parts = [sealer.seal(good[0]), sealer.seal(struct.pack("!BLQ", 9, 2, 0) + b"{}")]
    answer = answer_to(
        tmp_path, b"".join((header, *parts, sealer.seal(b"", last=True)))
    )
    assert [each["how"] for each in answer["damage"]] == ["malformed"]
    assert len(answer["files"]) == 1


@pytest.mark.parametrize("codec", ["vp8", "h264", "opus"])
@pytest.mark.parametrize("seed", range(3))
def test_a_sender_of_nonsense_spoils_nothing_of_others(
    tmp_path: Path, codec: str, seed: int
) -> None:
    draw = random.Random(seed)
    written = recorded(6)
    strange = Stream(9, codec, "low")
    written.track(strange)
    for number in range(400):
        payload = draw.randbytes(draw.randrange(1, 60))
        if draw.random() < 0.3:
            payload = draw.choice(STARTS) + payload
        at = number / 70
        if draw.random() < 0.05:
            strange.timestamp = draw.randrange(2**32)
        if draw.random() < 0.05:
            strange.number = draw.randrange(2**16)
        written.packet(strange, at, payload, marker=draw.random() < 0.5)
        if draw.random() < 0.05:
            body = journal.report(9, draw.randrange(2**64), draw.randrange(2**32))
            written._add(at, journal.REPORT, body)
    written.write(tmp_path / NAME)
    answer = finished(tmp_path, (NAME, "p"))
    assert answer["damage"] == []
    assert answer["seconds"] <= 8
    if codec != "opus":
        claps = [at for each in answer["files"] for at in seen(tmp_path, each).claps]
        assert len(claps) >= 5


#: What key frames begin with: of VP8, of H264 as fragments, and of parameters.
STARTS = (
    b"\x10\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00",
    b"\x7c\x85\x88",
    b"\x67\x42\xc0\x1f\x8c\x8d\x40\x50\x1e\xd0\x0f\x08\x84\x6a",
    b"\x68\xce\x3c\x80",
    b"\x65\x88\x84\x00",
)


def test_packets_of_no_track_and_cut_off_ones_are_left_out(tmp_path: Path) -> None:
    written = recorded(4)
    head = struct.pack("!BBHLL", 0x80, TYPES["opus"], 1, 1, 77)
    long = struct.pack("!BBHLL", 0x9F, TYPES["opus"], 70, 1, 1)
    padded = struct.pack("!BBHLL", 0xA0, TYPES["opus"], 71, 1, 1) + b"\xff"
    other = struct.pack("!BBHLL", 0x80, 13, 72, 1, 1) + b"noise"
    for packet in (head + b"x", long, padded, other):
        written._add(1.0, journal.PACKET, packet)
    written._add(1.0, journal.REPORT, journal.report(77, 1, 1))
    written.write(tmp_path / NAME)
    answer = finished(tmp_path, (NAME, "p"))
    assert answer["losses"] == {"p": {}}
    assert len(seen(tmp_path, answer["files"][0]).claps) == 4
