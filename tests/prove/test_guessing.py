"""The proof of guessing in small: as many kinds of strangers, fewer guesses."""

import random
from pathlib import Path

import pytest

from tests.prove import guessing
from tests.prove.guessing import Size
from tests.prove.timing import mann_whitney

SMALL = Size(codes=220, guesses=130, addresses=20, people=40, each=3, resends=5)


async def test_strangers_find_nothing_and_a_village_comes_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await guessing.proved(tmp_path, SMALL, seed=1)

    assert (found["hits"], found["shut_out"]) == (0, 0)
    assert found["sign_in_compared"] == guessing.CHECKS_A_DAY
    assert "found a family's slip        26 guesses,     10 looked at" in (
        capsys.readouterr().out
    )


def test_times_that_differ_are_told_apart_and_others_are_not() -> None:
    luck = random.Random(1)
    one, other = ([luck.gauss(0.3, 0.01) for _ in range(60)] for _ in "ab")

    assert mann_whitney(one, other) > 0.05
    assert mann_whitney(one, [value + 0.02 for value in other]) < 0.001
