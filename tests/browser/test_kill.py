"""kill -9 in mid-call, once; `make prove-kill` does it ten times and holds the time."""

from pathlib import Path

import pytest

from tests.prove import kill

pytestmark = pytest.mark.browser


async def test_people_meet_again_after_the_service_and_a_worker_were_killed(
    tmp_path: Path,
) -> None:
    found = await kill.measured(1, tmp_path)
    assert {name: [set(one) for one in lapses] for name, lapses in found.items()} == {
        "worker": [{"media"}],
        "service": [{"ready", "socket", "media"}],
    }


def test_an_interruption_ends_when_both_sound_and_picture_go_on() -> None:
    before = [(9.6 + 0.2 * n, 10 * n, 3 * n) for n in range(3)]
    frozen = [(10.2 + 0.2 * n, 20, 6) for n in range(10)]
    sound = [(12.2, 30, 6), (12.4, 40, 6)]
    picture = [(12.6, 50, 9)]
    assert kill.back_at(before, 10.0) is None
    assert kill.back_at([*before, *frozen, *sound], 10.0) is None
    assert kill.back_at([*before, *frozen, *sound, *picture], 10.0) == 12.6


def test_an_interruption_that_is_too_short_to_see_shows_in_what_is_counted() -> None:
    noted = [(9.8, 40, 12), (10.0, 50, 15), (10.2, 0, 0), (10.4, 8, 0), (10.6, 18, 2)]
    assert kill.back_at(noted, 9.9) == 10.6
    assert kill.back_at([*noted[:2], (10.2, 60, 18), (10.4, 70, 21)], 9.9) is None


def test_a_promise_that_was_not_kept_is_named() -> None:
    found = {
        "worker": [{"media": 2.9}],
        "service": [{"socket": 4.0, "media": 9.0}, {"socket": 6.0, "media": 9.9}],
    }
    assert kill.missed(found) == ["service: socket after 6.0 s, promised 5.0 s"]
