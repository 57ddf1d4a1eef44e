from itertools import pairwise
from random import Random

from signaling.recording import opus
from signaling.recording.sound import Piece, Sound

SPOKEN = bytes((0x78,)) + b"spoken" * 5
NOTHING = bytes((0x78,))
UNIT = opus.UNIT


def heard(sound: Sound, *at: float, packet: bytes = SPOKEN) -> list[Piece]:
    return [piece for each in at for piece in sound.take(each, packet)]


def assert_without_holes(pieces: list[Piece]) -> None:
    assert pieces[0].at == 0
    assert all(a.at + a.samples == b.at for a, b in pairwise(pieces))
    assert all(opus.samples(each.packet) == each.samples for each in pieces)


def test_packets_stand_behind_each_other() -> None:
    pieces = heard(Sound(), *(number / 50 for number in range(100)))
    assert [each.packet for each in pieces] == [SPOKEN] * 100
    assert_without_holes(pieces)


def test_jitter_of_clocks_leaves_them_alone() -> None:
    random = Random(3)
    wavering = (number / 50 + 0.012 * random.random() for number in range(500))
    assert len(heard(Sound(), *wavering)) == 500


def test_a_short_hole_is_made_up_by_the_decoder() -> None:
    pieces = heard(Sound(), 0, 0.02, 0.1, 0.12)
    made_up = [each.packet for each in pieces[2:-2]]
    assert made_up == [opus.hidden(SPOKEN)] * 3
    assert_without_holes(pieces)


def test_a_long_hole_is_silent() -> None:
    pieces = heard(Sound(), 0, 60)
    assert pieces[-1].at == 60 * opus.RATE
    assert {each.packet for each in pieces[1:-2]} == {opus.silence(6)}
    assert_without_holes(pieces)


def test_silence_that_was_announced_is_left_to_the_decoder() -> None:
    sound = Sound()
    pieces = heard(sound, 0, 0.4, 0.8, packet=NOTHING)
    assert {each.packet for each in pieces} == {opus.hidden(NOTHING)}
    assert_without_holes(pieces)


def test_what_begins_late_has_silence_before_it() -> None:
    pieces = heard(Sound(), 1.5)
    assert pieces[-1].at == 1.5 * opus.RATE
    assert_without_holes(pieces)


def test_waiting_fills_up_to_that_moment_and_no_further() -> None:
    sound = Sound()
    assert_without_holes(sound.wait(3.01))
    assert sound.played == 3 * opus.RATE
    assert sound.wait(3.01) == []


def test_a_fast_clock_loses_a_packet_now_and_then() -> None:
    sound = Sound()
    fast = 0.02 / (1 + 1000e-6)
    pieces = heard(sound, *(number * fast for number in range(10_000)))
    assert 8 <= sound.dropped <= 10
    assert abs(sound.played / opus.RATE - 10_000 * fast) < 0.05
    assert_without_holes(pieces)


def test_a_slow_clock_gains_one() -> None:
    sound = Sound()
    slow = 0.02 * (1 + 1000e-6)
    pieces = heard(sound, *(number * slow for number in range(10_000)))
    assert 8 <= len(pieces) - 10_000 <= 10
    assert abs(sound.played / opus.RATE - 10_000 * slow) < 0.05
    assert_without_holes(pieces)


def test_what_is_much_too_early_is_one_too_many() -> None:
    sound = Sound()
    heard(sound, 0, 0.02, 0.04)
    assert heard(sound, 0.02) == []
    assert sound.dropped == 1
