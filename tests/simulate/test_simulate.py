"""A very small country's year, in every world."""

from collections import Counter
from xml.etree import ElementTree as ET

from tests.simulate.__main__ import drawing, figures, row
from tests.simulate.nation import Assumed, Way, Year, lived, quantile

SMALL = Assumed(provinces=1, points=12, weeks=16)


def years() -> dict[Way, Year]:
    return {way: lived(way, SMALL) for way in Way}


def test_the_worlds_differ_only_in_who_is_served() -> None:
    found = years()
    assert len({year.families for year in found.values()}) == 1
    assert len({year.visits for year in found.values()}) > 1
    for year in found.values():
        assert year.first_visits.total() == year.families - year.never
        assert year.waits.total() >= year.visits


def test_a_year_is_the_same_when_lived_again() -> None:
    assert lived(Way.FAIR, SMALL) == lived(Way.FAIR, SMALL)


def test_nobody_waits_as_long_where_places_are_given_fairly() -> None:
    found = years()
    assert max(found[Way.FAIR].waits) < max(found[Way.FIRST_COME].waits)


def test_a_quantile_is_the_least_value_that_covers_the_share() -> None:
    waits = Counter({0: 50, 4: 45, 9: 5})
    assert [quantile(waits, share) for share in (0.5, 0.51, 0.95, 1)] == [0, 4, 4, 9]


def test_the_year_is_told_in_rows_a_line_and_a_chart() -> None:
    found = years()
    told = figures(found)
    assert list(told) == ["bench", "fair", "equally_quick", "first_come"]
    assert "first come, first served" in row(Way.FIRST_COME, found[Way.FIRST_COME], 1)
    chart = ET.fromstring(drawing(found))
    lines = chart.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 3 * 2 + 3
    assert all(len(line.attrib["points"].split()) == SMALL.weeks for line in lines[:6])
