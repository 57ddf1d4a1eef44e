"""`make simulate`: a country's year, with fair allocation and without.

Prints the table, draws `docs/fair-allocation.svg`, and ends with one line of JSON.
`ARGS="--provinces 2 --points 160 --chart /tmp/chart.svg"` is quicker.
"""

import argparse
import json
import time
from itertools import accumulate
from pathlib import Path

from tests.simulate.chart import Panel, draw
from tests.simulate.nation import Assumed, Way, Year, lived, quantile

CHART = Path(__file__).parents[2] / "docs" / "fair-allocation.svg"


def row(way: Way, year: Year, seconds: float) -> str:
    """One line of the table."""
    return (
        f"{way:28s} {year.families:9,d} {year.families - year.never:9,d} "
        f"{year.visits:11,d} {quantile(year.waits, 0.5):7d} "
        f"{quantile(year.waits, 0.95):7d} {max(year.waits):8d} {seconds:7.0f}"
    )


def drawing(years: dict[Way, Year]) -> str:
    """The chart of the year."""
    weeks = range(len(next(iter(years.values())).in_line))
    met = [
        [
            100 * share / year.families
            for share in accumulate(year.first_visits[week] for week in weeks)
        ]
        for year in years.values()
    ]
    waiting = [
        [float(max(year.in_line[week])) for week in weeks] for year in years.values()
    ]
    return draw(
        "A year of mobile offices in 2,500 points",
        [str(way) for way in years],
        [
            Panel(title="Families that have met in the year", lines=met, unit="%"),
            Panel(title="Weeks that the longest in line waits", lines=waiting, unit=""),
        ],
    )


def figures(years: dict[Way, Year]) -> dict[str, object]:
    """The last line."""
    told: dict[str, object] = {"bench": "simulate"}
    for way, year in years.items():
        told[way.name.lower()] = {
            "families_served": year.families - year.never,
            "visits": year.visits,
            "median_weeks": quantile(year.waits, 0.5),
            "p95_weeks": quantile(year.waits, 0.95),
            "longest_weeks": max(year.waits),
        }
    return told


def main() -> None:
    """Live the year in each of the worlds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provinces", type=int, default=31)
    parser.add_argument("--points", type=int, default=2_500)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--chart", type=Path, default=CHART)
    asked = parser.parse_args()
    assumed = Assumed(provinces=asked.provinces, points=asked.points, weeks=asked.weeks)
    print(
        f"{'waits in weeks':28s} {'families':>9s} {'have met':>9s} {'visits':>11s} "
        f"{'median':>7s} {'p95':>7s} {'longest':>8s} {'seconds':>7s}"
    )
    years = {}
    for way in Way:
        began = time.perf_counter()
        years[way] = lived(way, assumed)
        print(row(way, years[way], time.perf_counter() - began), flush=True)
    asked.chart.write_text(drawing(years))
    print(f"drawn: {asked.chart}")
    print(json.dumps(figures(years)))


if __name__ == "__main__":
    main()
