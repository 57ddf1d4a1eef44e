import pytest

from signaling.media import layers
from signaling.media.codecs import Codec, common


@pytest.mark.parametrize(
    ("rids", "names"),
    [
        ((), {}),
        (("h",), {"h": "high"}),
        (("h", "l"), {"h": "high", "l": "low"}),
        (("l", "h"), {"h": "high", "l": "low"}),
        (("l", "m", "h"), {"h": "high", "l": "low"}),
        (("best", "worst"), {"best": "high", "worst": "low"}),
        (("q", "h", "f"), {"q": "high", "h": "low"}),
    ],
)
def test_layers_are_named_by_name_or_by_order(
    rids: tuple[str, ...], names: dict[str, layers.Layer]
) -> None:
    assert layers.named(rids) == names


@pytest.mark.parametrize(
    ("receivers", "codec"),
    [
        ([], "vp8"),
        ([{"vp8", "h264"}, {"vp8"}], "vp8"),
        ([{"vp8", "h264"}, {"h264"}], "h264"),
        ([{"vp8"}, {"h264"}], "vp8"),
        ([set()], "vp8"),
    ],
)
def test_a_room_uses_what_all_can_decode(
    receivers: list[set[Codec]], codec: Codec
) -> None:
    assert common([frozenset(each) for each in receivers]) == codec
