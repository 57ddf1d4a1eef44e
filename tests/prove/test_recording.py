"""The proof of recordings, for one minute."""

from pathlib import Path

import pytest

from tests.prove import recording


@pytest.mark.parametrize("seed", [1, 20])
def test_sound_and_picture_stay_together(tmp_path: Path, seed: int) -> None:
    found = recording.together(60, tmp_path, seed)
    assert found.claps >= found.made
    assert found.compared > 20
    assert found.apart < recording.WORST
    assert found.off < recording.WORST
