import av
import pytest

from signaling.recording import opus

EVERY_CONFIG = [
    *(480, 960, 1920, 2880) * 3,
    *(480, 960) * 2,
    *(120, 240, 480, 960) * 4,
]


@pytest.mark.parametrize("config", range(32))
def test_the_first_byte_says_how_long_a_packet_plays(config: int) -> None:
    toc = config << 3
    length = EVERY_CONFIG[config]
    assert opus.samples(bytes((toc,))) == length
    assert opus.samples(bytes((toc | 1,)) + b"ab") == 2 * length
    assert opus.samples(bytes((toc | 2,)) + b"\1ab") == 2 * length
    assert opus.samples(bytes((toc | 3, 1)) + b"a") == length


@pytest.mark.parametrize("broken", [b"", b"\x1b\x30", b"\xfb", b"\xfb\x00"])
def test_what_breaks_the_rules_plays_nothing(broken: bytes) -> None:
    assert opus.samples(broken) == 0


@pytest.mark.parametrize("config", range(32))
def test_what_is_made_up_lasts_a_unit_in_the_manner_of_what_was_before(
    config: int,
) -> None:
    made = opus.hidden(bytes((config << 3 | 4,)) + b"abc")
    assert opus.samples(made) == opus.UNIT
    assert made[0] & 4
    assert opus.says_nothing(made)


@pytest.mark.parametrize("units", range(1, opus.MOST_SILENT + 1))
def test_silence_is_silent_and_as_long_as_it_says(units: int) -> None:
    packet = opus.silence(units)
    assert opus.samples(packet) == units * opus.UNIT
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = opus.RATE, "stereo"
    frames = decoder.decode(av.Packet(packet))
    assert sum(frame.samples for frame in frames) == units * opus.UNIT
    assert not any(frame.to_ndarray().any() for frame in frames)
