"""How many rows the next batch takes."""

from visitation.imports import Pace
from visitation.imports.pace import HELD


def test_batches_grow_as_long_as_they_are_quick_and_shrink_when_they_are_not() -> None:
    pace = Pace(most=500)
    sizes = [pace.rows]
    for seconds in (0.001, 0.001, HELD, 2 * HELD, 100.0):
        pace.took(pace.rows, seconds)
        sizes.append(pace.rows)
    assert sizes == [50, 100, 200, 200, 100, 25]


def test_a_batch_has_a_limit_and_never_nothing() -> None:
    pace = Pace(most=3)
    assert pace.rows == 3
    pace.took(3, 0.0)
    assert pace.rows == 3
    pace.took(3, 100.0)
    assert pace.rows == 3
