"""What a publisher has to offer, by what arrives of it and who else takes it."""

from types import SimpleNamespace
from typing import Any

import pytest

from signaling.media.ladder import Layer, Picture
from signaling.media.offered import offer


def layer(bitrate: int, *, live: bool = True) -> SimpleNamespace:
    return SimpleNamespace(bitrate=bitrate, live=lambda now: live)


@pytest.mark.parametrize(
    ("expected", "layers", "others", "offered"),
    [
        ((), {}, (), Picture(high=50_000)),
        (("high", "low"), {}, (), Picture(high=450_000, low=50_000)),
        (("high", "low"), {}, ("low",), Picture(high=450_000, low=50_000)),
        (
            ("high", "low"),
            {"high": layer(700_000), "low": layer(140_000)},
            ("high",),
            Picture(high=450_000, low=140_000),
        ),
        (
            ("high", "low"),
            {"high": layer(700_000), "low": layer(140_000, live=False)},
            ("high",),
            Picture(high=700_000),
        ),
    ],
    ids=["one_layer", "alone", "all_narrow", "beside_a_wide_one", "small_picture"],
)
def test_what_a_publisher_has_to_offer(
    expected: tuple[Layer, ...],
    layers: dict[str, Any],
    others: tuple[Layer, ...],
    offered: Picture,
) -> None:
    viewer = SimpleNamespace(wish="low")
    track = SimpleNamespace(
        expected=frozenset(expected),
        layers=layers,
        outlets=(viewer, *(SimpleNamespace(wish=other) for other in others)),
    )

    assert offer(track, viewer, 0.0) == offered  # type: ignore[arg-type]
