"""The bench of slots itself: tiny, and without the clock."""

import json

import pytest

from tests.bench import slots


async def test_the_bench_of_slots_ends_in_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = slots.Plan(sizes=(50, 200), rounds=2)

    told = json.loads(json.dumps(await slots.run(plan)))

    assert list(told) == ["bench", "month_p95_ms", "province_p95_ms", "growth"]
    assert told["bench"] == "slots"
    assert told["month_p95_ms"] > 0
    assert told["province_p95_ms"] > 0
    assert told["growth"] > 0
    assert "sqlite          200" in capsys.readouterr().out


def test_growth_is_told_between_sizes_that_are_asked_as_much() -> None:
    def measured(visits: int, month: float, province: float) -> slots.Measured:
        return slots.Measured(
            database="sqlite",
            visits=visits,
            month_p50=month,
            month_p95=month,
            province_p50=province,
            province_p95=province,
        )

    found = [
        measured(1_000, 1.0, 1.0),
        measured(100_000, 10.0, 10.0),
        measured(1_000_000, 11.0, 12.0),
    ]
    assert slots._growth(found) == pytest.approx(1.2)
