from tests.impair import diary
from tests.impair.diary import Second


def seconds(*counted: tuple[int, int, int], picture: str = "high") -> list[Second]:
    """Seconds with so many samples, samples made up and frames since the beginning."""
    return [
        {
            "at": float(at),
            "people": [
                {
                    "samples": samples,
                    "concealed": concealed,
                    "frames": frames,
                    "freezes": 0,
                    "picture": picture,
                    "height": 180,
                }
            ],
            "legs": {"subscriber": {"rtt": 0.2}},
        }
        for at, (samples, concealed, frames) in enumerate(counted)
    ]


def test_a_second_is_heard_when_less_than_half_of_it_was_made_up() -> None:
    heard = seconds((0, 0, 0), (48, 0, 15), (96, 23, 30), (144, 60, 30), (144, 60, 30))

    assert [m.heard for m in diary.moments(heard)] == [True, True, False, False]
    assert [m.seen for m in diary.moments(heard)] == [True, True, False, False]


def test_a_leg_built_anew_counts_from_nought() -> None:
    (moment,) = diary.moments(seconds((96, 40, 300), (48, 12, 15)))

    assert (moment.concealed, moment.frames) == (0.25, 15)


def test_a_stretch_is_summed_up() -> None:
    summed = diary.summary(seconds((0, 0, 0), (48, 0, 15), (96, 48, 30)))

    assert summed == diary.Summary(
        seconds=2,
        heard=0.5,
        concealed=0.5,
        seen=1.0,
        given_up=0.0,
        freezes=0,
        quality="high",
        height=180,
        rtt=0.2,
    )


def test_what_came_back_stays_for_two_seconds() -> None:
    lived = seconds(
        (0, 0, 0),
        (48, 48, 0),
        (96, 48, 0),
        (144, 96, 0),
        (192, 96, 0),
        (240, 96, 15),
        (288, 96, 30),
    )

    assert diary.back(lived, 0.5, within=10) == (3.5, 4.5)
    assert diary.back(lived, 0.5, within=3) == (None, None)
