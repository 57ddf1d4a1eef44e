"""Journals of made-up senders, finished and decoded again."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.signaling.recording import coded
from tests.signaling.recording.journals import KEY, WALL, Line, Stream, Written
from tests.signaling.recording.played import Seen, distances, finished, plain, seen
from visitation.recordings.sealed import Unsealer

SOUND, PICTURE = 1001, 1002


def apart(found: Seen) -> float:
    """How far sound and picture are apart at the worst second that has both."""
    pairs = distances([found])
    assert len(pairs) > 2
    return max(pairs)


def one(directory: Path, written: Written, **told: float) -> Seen:
    """The only file that comes of a journal, decoded."""
    written.write(directory / "p-1.journal")
    answer = finished(directory, ("p-1.journal", "p"), **told)
    assert answer["damage"] == []
    (file,) = answer["files"]
    return seen(directory, file)


def both(
    length: float = 8, *, line: Line | None = None, codec: str = "vp8", **sound: object
) -> Written:
    written = Written()
    said = Stream(SOUND, "opus", line=line or Line())
    shown = Stream(PICTURE, codec, line=line or Line())
    written.track(said)
    written.track(shown)
    written.send(said, coded.sound(length, **sound))
    encoder = "libx264" if codec == "h264" else "libvpx"
    written.send(shown, coded.pictures(length, codec=encoder))
    return written


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_what_was_clapped_is_heard_and_seen_at_its_second(
    tmp_path: Path, codec: str
) -> None:
    found = one(tmp_path, both(codec=codec))
    assert found.claps == pytest.approx([n + 0.05 for n in range(8)], abs=0.03)
    assert found.flashes == pytest.approx([n + 0.05 for n in range(8)], abs=0.005)
    assert len(found.pictures) == 80
    assert found.sizes == {(160, 120)}
    assert found.duration == pytest.approx(8, abs=0.1)


def test_sequence_numbers_and_timestamps_that_wrap_are_no_hole(tmp_path: Path) -> None:
    # Both wrap within the first seconds: see `Stream`.
    written = both(20)
    numbers = [e[2][2:4] for e in written.lines() if e[1] == 2 and e[2][11] == 0xE9]
    assert numbers[0] > numbers[-1]
    written.write(tmp_path / "p-1.journal")
    answer = finished(tmp_path, ("p-1.journal", "p"))
    assert answer["losses"] == {"p": {}}
    assert [file["gaps"] for file in answer["files"]] == [[]]


def test_a_bad_line_leaves_sound_and_picture_together(tmp_path: Path) -> None:
    line = Line(
        jitter=0.4, loss=0.05, repeated=0.8, twice=0.05, random=Random("bad line")
    )
    found = one(tmp_path, both(30, line=line))
    assert apart(found) < 0.1
    assert len(found.claps) >= 29
    assert len(found.flashes) >= 15


def test_packets_out_of_order_and_twice_are_put_right(tmp_path: Path) -> None:
    line = Line(jitter=0.5, twice=0.3, random=Random("jitter"))
    found = one(tmp_path, both(line=line))
    assert len(found.pictures) == 80
    assert apart(found) < 0.04


def test_silence_that_is_not_sent_takes_its_time(tmp_path: Path) -> None:
    found = one(tmp_path, both(10, dtx=True))
    assert found.claps == pytest.approx([n + 0.05 for n in range(10)], abs=0.03)


def test_a_pause_is_a_gap_and_what_follows_is_in_its_place(tmp_path: Path) -> None:
    written = both(20)
    written.entries = [e for e in written.entries if not 5 < e[0] - 5000 < 12]
    written.write(tmp_path / "p-1.journal")
    answer = finished(tmp_path, ("p-1.journal", "p"))
    (file,) = answer["files"]
    ((start, end),) = file["gaps"]
    assert (start, end) == (pytest.approx(5000, abs=60), pytest.approx(12_000, abs=60))
    found = seen(tmp_path, file)
    assert not [at for at in found.claps + found.flashes if 5.2 < at < 11.9]
    assert [at for at in found.claps if at > 12] == pytest.approx(
        [n + 0.05 for n in range(12, 20)], abs=0.03
    )
    assert apart(found) < 0.04


def test_while_there_is_no_picture_the_file_goes_on(tmp_path: Path) -> None:
    written = Written()
    said, shown = Stream(SOUND, "opus"), Stream(PICTURE, "vp8")
    written.track(said)
    written.track(shown)
    written.send(said, coded.sound(20))
    kept = (t for t in coded.pictures(20, keys=10) if not 4 <= t[0] < 15)
    written.send(shown, kept)
    written.write(tmp_path / "p-1.journal")
    answer = finished(tmp_path, ("p-1.journal", "p"))
    (file,) = answer["files"]
    assert (file["gaps"], file["sound_gaps"]) == ([], [])
    assert file["picture_gaps"] == [[pytest.approx(3950, abs=9), 15_050]]
    found = seen(tmp_path, file)
    assert len(found.claps) == 20
    assert apart(found) < 0.04


def test_who_sends_only_sound_has_a_file_of_sound(tmp_path: Path) -> None:
    written = Written()
    said = Stream(SOUND, "opus", line=Line(jitter=0.02))
    written.track(said)
    written.send(said, coded.sound(15), reports=0)
    written.write(tmp_path / "p-1.journal")
    (file,) = finished(tmp_path, ("p-1.journal", "p"))["files"]
    assert (file["codec"], file["width"], file["height"]) == ("", 0, 0)
    assert seen(tmp_path, file).claps == pytest.approx(
        [n + 0.05 for n in range(15)], abs=0.03
    )


def test_who_sends_only_a_picture_has_silence_to_it(tmp_path: Path) -> None:
    written = Written()
    shown = Stream(PICTURE, "vp8")
    written.track(shown)
    written.send(shown, coded.pictures(8))
    found = one(tmp_path, written)
    assert found.claps == []
    assert found.sound == pytest.approx((0.05, 7.95), abs=0.03)
    assert len(found.flashes) == 8


def test_a_picture_that_comes_late_has_a_file_of_its_own(tmp_path: Path) -> None:
    written = Written()
    said, shown = Stream(SOUND, "opus"), Stream(PICTURE, "vp8", start=15.5)
    written.track(said)
    written.track(shown, 15.5)
    written.send(said, coded.sound(20))
    written.send(shown, coded.pictures(4.5, start=15.5))
    written.write(tmp_path / "p-1.journal")
    files = finished(tmp_path, ("p-1.journal", "p"))["files"]
    assert [(f["name"], f["codec"]) for f in files] == [
        ("p-1.webm.sealed", ""),
        ("p-2.webm.sealed", "vp8"),
    ]
    both_seen = [seen(tmp_path, each) for each in files]
    claps = [at for each in both_seen for at in each.claps]
    assert claps == pytest.approx([n + 0.05 for n in range(20)], abs=0.03)


def test_the_manifest_says_what_was_answered(tmp_path: Path) -> None:
    both(4).write(tmp_path / "p-1.journal")
    answer = finished(tmp_path, ("p-1.journal", "p"), epoch=WALL - 100)
    with (tmp_path / "manifest.sealed").open("rb") as file:
        manifest = json.loads(b"".join(Unsealer(KEY, file).segments()))
    assert manifest == answer
    assert answer["seconds"] == 105
    assert answer["files"][0]["starts_ms"] == 100_050
    assert answer["files"][0]["size_bytes"] == len(plain(tmp_path / "p-1.webm.sealed"))
    assert answer["participants"] == ["p"]


def test_finishing_again_makes_the_same_files(tmp_path: Path) -> None:
    both(4).write(tmp_path / "p-1.journal")
    (tmp_path / "p-7.webm.sealed.part").touch()
    (tmp_path / "p-7.webm.sealed").touch()
    first = finished(tmp_path, ("p-1.journal", "p"))
    assert finished(tmp_path, ("p-1.journal", "p")) == first
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "manifest.sealed",
        "p-1.journal",
        "p-1.webm.sealed",
    ]
