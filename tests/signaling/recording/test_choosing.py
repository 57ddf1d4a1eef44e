from signaling.recording.choosing import Choice, Newest
from signaling.recording.pictures import Picture, Shape
from signaling.recording.sources import Source
from signaling.recording.survey import Course
from signaling.recording.unwrapping import Packet

HIGH = Source(0, "video", "vp8", better=True, rate=90_000)
LOW = Source(1, "video", "vp8", better=False, rate=90_000)
AGAIN = Source(2, "video", "vp8", better=True, rate=90_000)


def picture(at: float, *, key: bool = False) -> Picture:
    return Picture(round(at * 90_000), at, key, Shape("vp8", 2, 2), b"")


def course(source: Source, *spans: tuple[float, float]) -> Course:
    found = Course(source)
    for start, end in spans:
        for tenth in range(round(start * 10), round(end * 10) + 1):
            found.add(Packet(0, 0, marker=False, payload=b"", arrived=tenth / 10))
    return found


def chosen(courses: dict[Source, list[tuple[float, float]]], keys: int = 10) -> str:
    """Who is kept at each second; a key frame every so many tenths of one."""
    went = {each.number: course(each, *spans) for each, spans in courses.items()}
    choice = Choice(went)
    kept: dict[int, str] = {}
    for tenth in range(1200):
        at = tenth / 10
        for source, spans in courses.items():
            if any(start <= at <= end for start, end in spans):
                shown = picture(at, key=tenth % keys == 0)
                if choice.takes(source, shown) and tenth % 10 == 0:
                    kept[tenth // 10] = "hl2"[source.number]
    return "".join(kept.get(second, ".") for second in range(120))


def test_the_larger_one_is_kept_where_both_come() -> None:
    kept = chosen({LOW: [(0, 119)], HIGH: [(15, 119)]})
    assert kept == "l" * 15 + "h" * 105


def test_at_the_beginning_the_larger_is_waited_for() -> None:
    kept = chosen({LOW: [(0, 119)], HIGH: [(0.5, 119)]})
    assert kept == "." + "h" * 119


def test_a_larger_one_that_does_not_last_is_not_waited_for() -> None:
    kept = chosen({LOW: [(0, 119)], HIGH: [(0.5, 8)]})
    assert kept == "l" * 120


def test_when_the_larger_stops_the_smaller_takes_its_place() -> None:
    kept = chosen({HIGH: [(0, 50)], LOW: [(0, 119)]})
    assert kept.rstrip("l") == "h" * 51


def test_a_larger_one_that_flaps_is_left_out() -> None:
    flaps = [(float(start), start + 5.0) for start in range(20, 120, 10)]
    kept = chosen({HIGH: [(0, 10), *flaps], LOW: [(0, 119)]})
    assert kept.rstrip("l") == "h" * 11


def test_a_change_waits_for_a_key_frame() -> None:
    kept = chosen({HIGH: [(0, 50)], LOW: [(0, 119)]}, keys=200)
    assert kept.rstrip("l") == "h" * 51 + "." * 9


def test_the_smaller_is_kept_where_only_it_comes() -> None:
    assert chosen({LOW: [(0, 30)]}).rstrip(".") == "l" * 31


def test_who_comes_back_takes_their_own_place_at_once() -> None:
    kept = chosen({HIGH: [(0, 50)], AGAIN: [(51, 119)]})
    assert kept == "h" * 51 + "2" * 69


def test_the_newest_sound_is_kept() -> None:
    newest = Newest()
    sources = [HIGH, LOW, HIGH, LOW, AGAIN]
    assert [newest.takes(each) for each in sources] == [True, True, False, True, True]


def test_where_one_size_is_kept_at_a_time_each_is_taken_at_once() -> None:
    kept = chosen({LOW: [(0, 2.9), (8, 20.9)], HIGH: [(3, 7.9)], AGAIN: [(21, 30)]})
    assert kept.rstrip(".") == "l" * 3 + "h" * 5 + "l" * 13 + "2" * 10
