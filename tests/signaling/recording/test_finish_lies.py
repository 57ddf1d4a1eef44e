"""Journals of a worker that lies: used as far as it goes, and never without a bound."""

import resource
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from signaling.media.recording import journal
from signaling.media.recording.journal import Line, Malformed, Packet, Report
from signaling.recording.assembling import Assembly
from signaling.recording.orders import Journal, Order, written
from signaling.recording.sources import heard
from signaling.recording.survey import look_through
from signaling.recording.unsealing import believed
from tests.signaling.recording import coded
from tests.signaling.recording.journals import KEY, TYPES, WALL, Stream, Written
from tests.signaling.recording.played import finished

SECOND = 1_000_000


def track(at: int, ssrc: int = 1) -> journal.TrackBegins:
    return journal.TrackBegins(
        at=at,
        ssrc=ssrc,
        kind="audio",
        codec="opus",
        layer="high",
        clock_rate=48_000,
        payload_type=111,
    )


def sound(at: int, number: int = 1, ssrc: int = 1) -> Packet:
    head = struct.pack("!BBHLL", 0x80, 111, number & 0xFFFF, 960 * number, ssrc)
    return Packet(at=at, packet=head + b"\xf8\xff\xfe")


def how_many(said: Iterable[Line]) -> int:
    count = 0
    with pytest.raises(Malformed):
        for _ in believed(said):
            count += 1
    return count


def test_beyond_twelve_hours_and_back_in_time_nothing_is_believed() -> None:
    hours = 12 * 3600 * SECOND
    assert how_many([track(5), sound(6), sound(hours), sound(hours + 6)]) == 3
    assert how_many([track(5 * SECOND), sound(3 * SECOND)]) == 1


def test_streams_without_end_are_not_believed() -> None:
    assert how_many(track(1, ssrc) for ssrc in range(10_000)) == 5000


def test_of_reports_without_end_only_so_many_are_kept() -> None:
    report = Report(at=1, ssrc=1, ntp=1, timestamp=1)
    assert sum(1 for _ in believed(report for _ in range(500_000))) == 400_000


def test_a_report_of_long_before_is_believed() -> None:
    said: list[Line] = [track(9 * SECOND), Report(at=1, ssrc=1, ntp=1, timestamp=1)]
    assert list(believed(said)) == said


def test_what_comes_all_at_the_same_moment_does_not_wait_for_the_end() -> None:
    asked = 0

    def flood() -> Iterator[Line]:
        nonlocal asked
        yield track(SECOND)
        for number in range(300_000):
            asked += 1
            yield sound(SECOND, number)

    survey = look_through(heard([track(SECOND), sound(SECOND)]))
    next(Assembly(survey).run(heard(flood())))
    assert asked < 250_000


def test_of_streams_that_take_turns_without_end_few_are_waited_for() -> None:
    def turns() -> Iterator[Line]:
        for ssrc in range(400):
            yield track(SECOND, ssrc)
            yield sound(SECOND, ssrc=ssrc)

    assembly = Assembly(look_through(heard(turns())))
    assert len(list(assembly.run(heard(turns())))) == 400
    assert len(assembly._streams) == 16


def test_stops_without_end_are_counted_to_a_thousand() -> None:
    stops: list[Line] = [
        track(0),
        *(sound(3 * SECOND * each, each) for each in range(3000)),
    ]
    survey = look_through(heard(stops))
    spans = survey.courses[0].spans
    assert (len(spans), spans[-1][1]) == (1000, 3.0 * 2999)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (journal.TRACK, {"ssrc": [1]}),
        (journal.TRACK, {"clock_rate": 0}),
        (journal.TRACK, {"parameters": {}}),
    ],
)
def test_a_lie_ends_its_own_journal_alone(
    tmp_path: Path, kind: int, body: dict[str, object]
) -> None:
    honest, lies = Written(), Written()
    for each in (honest, lies):
        said = Stream(1, "opus")
        each.track(said)
        each.send(said, coded.sound(4))
    told = {
        "ssrc": 1,
        "kind": "audio",
        "codec": "opus",
        "layer": "high",
        "clock_rate": 48_000,
        "payload_type": TYPES["opus"],
    }
    lies._add(2.0, kind, journal.track(**{**told, **body}))  # type: ignore[arg-type]
    honest.write(tmp_path / "a-1.journal")
    lies.write(tmp_path / "b-1.journal")
    answer = finished(tmp_path, ("a-1.journal", "a"), ("b-1.journal", "b"))
    lengths = {each["participant"]: each["duration_ms"] for each in answer["files"]}
    assert lengths == {
        "a": pytest.approx(4000, abs=70),
        "b": pytest.approx(1950, abs=70),
    }
    assert [(each["journal"], each["how"]) for each in answer["damage"]] == [
        ("b-1.journal", "malformed")
    ]


def test_whoever_finishes_leaves_no_core_and_takes_no_more_than_its_part(
    tmp_path: Path,
) -> None:
    order = Order(
        directory=tmp_path,
        key=KEY,
        journals=(Journal("a-1.journal", "a"),),
        epoch=WALL,
    )
    done = subprocess.run(
        [sys.executable, "-c", LIMITS],
        input=written(order).encode(),
        capture_output=True,
        check=True,
    )
    core, memory, dumpable = done.stdout.decode().splitlines()[-1].split()
    assert (core, dumpable) == ("0", "0")
    assert 0 < int(memory) < 8 * 2**30
    assert resource.getrlimit(resource.RLIMIT_AS) != (int(memory), int(memory))


LIMITS = """
import ctypes, resource
from signaling.recording import finish
finish.main()
limits = [resource.getrlimit(each)[0] for each in
          (resource.RLIMIT_CORE, resource.RLIMIT_AS)]
print()
print(*limits, ctypes.CDLL(None).prctl(3))
"""
