"""What was ordered can be ordered again."""

from signaling.media.workers.wanted import Wanted


def wanted() -> Wanted:
    made = Wanted()
    for name in ("family", "terminal"):
        made.join(name, "visit", privileged=False)
    made.join("other", "another", privileged=True)
    made.seat("terminal", 0, "family")
    made.seat("family", 1, "terminal")
    made.block("family", "video", True)
    return made


def test_a_room_is_told_whole_and_nothing_of_another() -> None:
    assert list(wanted().orders("visit")) == [
        ("join", ["family", "visit", False]),
        ("join", ["terminal", "visit", False]),
        ("block", ["family", "video", True]),
        ("seat", ["family", 1, "terminal"]),
        ("seat", ["terminal", 0, "family"]),
    ]


def test_what_was_taken_back_is_not_told() -> None:
    made = wanted()
    made.block("family", "video", False)
    made.seat("family", 1, None)
    assert list(made.orders("visit")) == [
        ("join", ["family", "visit", False]),
        ("join", ["terminal", "visit", False]),
        ("seat", ["terminal", 0, "family"]),
    ]


def test_who_left_sits_nowhere_and_is_seen_by_nobody() -> None:
    made = wanted()
    made.leave("family")
    assert list(made.orders("visit")) == [("join", ["terminal", "visit", False])]
    assert made.room("family") is None
    made.leave("terminal")
    assert list(made.people("visit")) == []
    assert list(made.people("another")) == ["other"]


def test_who_is_privileged_stays_it_when_told_again() -> None:
    made = wanted()
    assert list(made.orders("another")) == [("join", ["other", "another", True])]
    assert [made.recordable(each) for each in ("family", "other", "nobody")] == [
        True,
        False,
        False,
    ]
