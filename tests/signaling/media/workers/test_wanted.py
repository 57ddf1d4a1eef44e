"""What was ordered can be ordered again."""

from signaling.media.workers.wanted import Wanted


def wanted() -> Wanted:
    made = Wanted()
    for name in ("family", "terminal"):
        made.join(name, "visit")
    made.join("other", "another")
    made.seat("terminal", 0, "family")
    made.seat("family", 1, "terminal")
    made.block("family", "video", True)
    return made


def test_a_room_is_told_whole_and_nothing_of_another() -> None:
    assert list(wanted().orders("visit")) == [
        ("join", ["family", "visit"]),
        ("join", ["terminal", "visit"]),
        ("block", ["family", "video", True]),
        ("seat", ["family", 1, "terminal"]),
        ("seat", ["terminal", 0, "family"]),
    ]


def test_what_was_taken_back_is_not_told() -> None:
    made = wanted()
    made.block("family", "video", False)
    made.seat("family", 1, None)
    assert list(made.orders("visit")) == [
        ("join", ["family", "visit"]),
        ("join", ["terminal", "visit"]),
        ("seat", ["terminal", 0, "family"]),
    ]


def test_who_left_sits_nowhere_and_is_seen_by_nobody() -> None:
    made = wanted()
    made.leave("family")
    assert list(made.orders("visit")) == [("join", ["terminal", "visit"])]
    assert made.room("family") is None
    made.leave("terminal")
    assert list(made.people("visit")) == []
    assert list(made.people("another")) == ["other"]
