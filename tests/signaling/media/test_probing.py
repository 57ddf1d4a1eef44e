import pytest

from signaling.media.probing import Probing


@pytest.mark.parametrize(
    ("known", "hoped", "bits"),
    [(300_000, 500_000, 50_000), (50_000, 500_000, 12_500), (300_000, 0, 0), (5, 4, 0)],
    ids=["as_hoped", "not_too_bold", "nothing_more_to_send", "known_already"],
)
def test_a_train_is_as_long_as_the_hope_and_never_in_the_way(
    known: int, hoped: int, bits: int
) -> None:
    assert Probing().due(known=known, hoped=hoped, now=0.0) == bits


@pytest.mark.parametrize(
    ("later", "found"),
    [(0.1, 500_000), (0.25, 200_000), (0.001, 2_500_000), (-0.3, 2_500_000)],
    ids=["as_hoped", "narrow", "wide", "sooner_than_ever"],
)
def test_a_late_answer_tells_the_width(later: float, found: int) -> None:
    probing = Probing()
    probing.left(50_000, hoped=500_000, now=0.0)

    assert probing.arrived(later) == found


def test_trains_become_rare_where_they_find_nothing_until_the_line_was_gone() -> None:
    probing, now, left = Probing(), 0.0, []
    while now < 200:
        if bits := probing.due(known=100_000, hoped=500_000, now=now):
            probing.left(bits, hoped=500_000, now=now)
            probing.arrived(0.25)
            left.append(now)
        now += 1
    assert left == [0, 4, 12, 28, 60, 120, 180]

    probing.start_afresh()
    assert probing.due(known=100_000, hoped=500_000, now=now)
