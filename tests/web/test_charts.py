"""Charts: where their parts are drawn, from whichever side one reads."""

from web import charts, i18n
from web.charts import Part
from web.statistics_map import PLACES, Tile, tiles

CATALOGUES = i18n.load()


def test_a_bar_begins_where_reading_begins() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        english = charts.bars("a", "A", [("one", 10, None), ("two", 5, None)])
    with i18n.speaking(CATALOGUES, "fa"):
        persian = charts.bars("a", "A", [("one", 10, None), ("two", 5, None)])

    assert [row.parts[0] for row in english.rows] == [
        Part(x=0, y=0, width=100, height=60),
        Part(x=0, y=0, width=50, height=60),
    ]
    assert [row.parts[0].x for row in persian.rows] == [0, 50]
    assert [row.value for row in persian.rows] == ["۱۰", "۵"]


def test_the_year_before_is_hatched_and_to_the_same_scale() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        chart = charts.columns("a", "A", [("one", 10, 20)])

    before, now = chart.rows[0].parts
    assert (before.fill, before.height) == (1, 100)
    assert (now.fill, now.height, now.y) == (0, 50, 50)


def test_the_parts_of_one_bar_are_the_whole() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        chart = charts.stacked("a", "A", [("one", 3), ("two", 1)])

    assert [(row.parts[0].x, row.parts[0].width) for row in chart.rows] == [
        (0, 75),
        (75, 25),
    ]


def test_nothing_is_drawn_of_nothing() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        assert charts.stacked("a", "A", [("one", 0)]).is_empty
        assert charts.bars("a", "A", []).is_empty


def test_every_province_has_a_place_of_its_own() -> None:
    assert len(PLACES) == 31
    assert len(set(PLACES.values())) == 31


def test_the_more_the_darker_and_who_has_no_place_comes_last() -> None:
    found = tiles([("زاگرس", 1, "1"), ("قم", 8, "8"), ("اردبيل", 0, "0")])

    assert found == [
        Tile(name="اردبيل", value="0", row=1, column=3, shade=0),
        Tile(name="قم", value="8", row=4, column=4, shade=4),
        Tile(name="زاگرس", value="1", row=0, column=0, shade=1),
    ]
