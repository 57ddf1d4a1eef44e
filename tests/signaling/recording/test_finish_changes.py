"""Senders that begin anew, change what they send, or come back."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.signaling.recording import coded
from tests.signaling.recording.journals import WALL, Stream, Written
from tests.signaling.recording.played import finished, seen
from tests.signaling.recording.test_finish import SOUND, apart, one


def files_of(directory: Path, written: Written) -> list[dict[str, Any]]:
    written.write(directory / "p-1.journal")
    answer = finished(directory, ("p-1.journal", "p"))
    assert answer["damage"] == []
    files: list[dict[str, Any]] = answer["files"]
    return files


def with_sound(length: float) -> Written:
    written = Written()
    said = Stream(SOUND, "opus")
    written.track(said)
    written.send(said, coded.sound(length))
    return written


def in_their_order(directory: Path, files: list[dict[str, Any]]) -> list[Any]:
    """Each file decoded; together they are without a hole and nothing is twice."""
    found = [seen(directory, each) for each in files]
    claps = [at for each in found for at in each.claps]
    assert claps == pytest.approx([n + 0.05 for n in range(len(claps))], abs=0.03)
    for before, after in pairwise(files):
        ends = before["starts_ms"] + before["duration_ms"]
        assert ends == pytest.approx(after["starts_ms"], abs=120)
    return found


def test_a_new_size_is_a_new_file(tmp_path: Path) -> None:
    written = with_sound(12.5)
    shown = Stream(7, "vp8")
    written.track(shown)
    written.send(shown, coded.pictures(4.5))
    written.send(shown, coded.pictures(4, start=4.5, size=(320, 240)))
    written.send(shown, coded.pictures(4, start=8.5))
    files = files_of(tmp_path, written)
    assert [(f["name"], f["width"], f["height"]) for f in files] == [
        ("p-1.webm.sealed", 160, 120),
        ("p-2.webm.sealed", 320, 240),
        ("p-3.webm.sealed", 160, 120),
    ]
    found = in_their_order(tmp_path, files)
    assert [each.sizes for each in found] == [{(160, 120)}, {(320, 240)}, {(160, 120)}]
    assert sum(len(each.pictures) for each in found) == 125


def test_a_new_codec_is_a_new_file(tmp_path: Path) -> None:
    written = with_sound(8)
    before, after = Stream(7, "vp8"), Stream(7, "h264", start=4.5, number=3)
    written.track(before)
    written.send(before, coded.pictures(4.5))
    written.track(after, 4.5)
    written.send(after, coded.pictures(4, start=4.5, codec="libx264"))
    files = files_of(tmp_path, written)
    assert [(f["name"], f["codec"]) for f in files] == [
        ("p-1.webm.sealed", "vp8"),
        ("p-2.mkv.sealed", "h264"),
    ]
    in_their_order(tmp_path, files)


def test_who_comes_back_with_new_streams_goes_on_in_the_same_file(
    tmp_path: Path,
) -> None:
    written = Written()
    for start, ahead in ((0, 3.0), (10, -200.0)):
        said = Stream(SOUND + start, "opus", ahead=ahead, start=start)
        shown = Stream(7 + start, "vp8", ahead=ahead, start=start)
        for each in (said, shown):
            written.track(each, start)
        written.send(said, coded.sound(8, start=start))
        written.send(shown, coded.pictures(8, start=start))
    found = one(tmp_path, written)
    seconds = [*range(8), *range(10, 18)]
    assert found.claps == pytest.approx([n + 0.05 for n in seconds], abs=0.03)
    assert apart(found) < 0.04


def test_who_comes_back_with_the_same_numbers_begins_anew(tmp_path: Path) -> None:
    written = Written()
    for start, first in ((0, 900), (10, 60_000)):
        said = Stream(SOUND, "opus", start=start, number=first, timestamp=7 * first)
        shown = Stream(7, "vp8", start=start, number=first, timestamp=9 * first)
        for each in (said, shown):
            written.track(each, start)
        written.send(said, coded.sound(8, start=start))
        written.send(shown, coded.pictures(8, start=start))
    found = one(tmp_path, written)
    assert len(found.claps) == len(found.flashes) == 16
    assert apart(found) < 0.04


def test_a_sender_that_jumps_without_a_word_is_followed(tmp_path: Path) -> None:
    written = Written()
    said, shown = Stream(SOUND, "opus"), Stream(7, "vp8")
    for each in (said, shown):
        written.track(each)
    written.send(said, coded.sound(8))
    written.send(shown, coded.pictures(8))
    for each in (said, shown):
        each.number, each.timestamp, each.start = 12_345, 2**31 + 5, 8
    written.send(said, coded.sound(8, start=8))
    written.send(shown, coded.pictures(8, start=8))
    found = one(tmp_path, written)
    assert found.claps == pytest.approx([n + 0.05 for n in range(16)], abs=0.03)
    assert apart(found) < 0.04


def test_of_two_sizes_the_larger_is_kept_while_it_comes(tmp_path: Path) -> None:
    written = with_sound(40)
    high = Stream(7, "vp8", "high")
    low = Stream(8, "vp8", "low")
    for each in (high, low):
        written.track(each)
    written.send(low, coded.pictures(39.5, keys=10, start=0.5))
    written.send(high, coded.pictures(12.5, size=(320, 240), keys=10))
    files = files_of(tmp_path, written)
    assert [f["width"] for f in files] == [320, 160]
    found = in_their_order(tmp_path, files)
    assert files[1]["starts_ms"] == pytest.approx(12_550, abs=10)
    assert len(found[1].pictures) > 270


def test_a_larger_size_that_flaps_makes_no_dozen_of_files(tmp_path: Path) -> None:
    written = with_sound(60)
    high, low = Stream(7, "vp8", "high"), Stream(8, "vp8", "low")
    for each in (high, low):
        written.track(each)
    written.send(low, coded.pictures(60, keys=10))
    for start in range(20, 60, 8):
        written.send(high, coded.pictures(4, size=(320, 240), keys=10, start=start))
    (file,) = files_of(tmp_path, written)
    assert (file["width"], file["picture_gaps"]) == (160, [])


def test_a_recording_that_went_on_in_another_journal_has_one_time(
    tmp_path: Path,
) -> None:
    for number, start in ((1, 0), (2, 30)):
        written = Written(wall=WALL + start)
        said, shown = Stream(SOUND, "opus"), Stream(7, "vp8")
        for each in (said, shown):
            written.track(each)
        written.send(said, coded.sound(5))
        written.send(shown, coded.pictures(5))
        written.write(tmp_path / f"p-{number}.journal")
    answer = finished(tmp_path, ("p-1.journal", "p"), ("p-2.journal", "p"))
    assert [(f["name"], f["starts_ms"]) for f in answer["files"]] == [
        ("p-1.webm.sealed", 50),
        ("p-2.webm.sealed", 30_050),
    ]
    assert answer["seconds"] == 36


def test_two_participants_have_files_on_one_clock(tmp_path: Path) -> None:
    # Their clocks are a day apart and their lines are not alike.
    for whose, ahead, wall_ppm in (("a", 0.0, 50.0), ("b", 86_400.0, -50.0)):
        written = Written()
        said = Stream(SOUND, "opus", ahead=ahead, wall_ppm=wall_ppm)
        written.track(said)
        written.send(said, coded.sound(12))
        written.write(tmp_path / f"{whose}-1.journal")
    answer = finished(tmp_path, ("a-1.journal", "a"), ("b-1.journal", "b"))
    assert answer["participants"] == ["a", "b"]
    first, second = (seen(tmp_path, each) for each in answer["files"])
    assert first.claps == pytest.approx(second.claps, abs=0.03)
