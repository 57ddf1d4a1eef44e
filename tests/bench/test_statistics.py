"""The bench of statistics itself: tiny, and without the clock."""

import json

import pytest

from tests.bench import statistics


async def test_the_bench_of_statistics_ends_in_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = json.loads(json.dumps(await statistics.run(2_000, 1)))

    assert list(told) == ["bench", "p95_ms", "ratio_raw"]
    assert told["bench"] == "statistics"
    assert min(told["p95_ms"], told["ratio_raw"]) > 0
    said = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert [row[:2] for row in said if row[0] in statistics.KINDS] == [
        ["sqlite", "200"],
        ["postgresql", "2000"],
    ]
