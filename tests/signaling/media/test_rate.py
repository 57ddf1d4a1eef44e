import pytest

from signaling.media import rate

BOUNDS = rate.Bounds(floor=100, start=500, cap=1000)


@pytest.mark.parametrize(
    ("estimate", "loss", "following"),
    [
        (500, 0.0, 575),
        (500, 0.05, 500),
        (500, 0.5, 375),
        (950, 0.0, 1000),
        (110, 1.0, 100),
    ],
    ids=["clean_rises", "some_holds", "lossy_gives_way", "capped", "floored"],
)
def test_the_estimate_follows_the_loss(
    estimate: int, loss: float, following: int
) -> None:
    assert rate.next_estimate(estimate, loss=loss, bounds=BOUNDS) == following


@pytest.mark.parametrize(
    ("receivers", "permitted"),
    [((), 500), ((700,), 500), ((300, 400), 300), ((20, 400), 100)],
    ids=["nobody_said", "wide", "narrowest", "floor"],
)
def test_the_narrowest_receiver_decides(
    receivers: tuple[int, ...], permitted: int
) -> None:
    assert rate.permitted(500, receivers, bounds=BOUNDS) == permitted
