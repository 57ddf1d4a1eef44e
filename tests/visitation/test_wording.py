"""What our messages say, and that it fits."""

import pytest

from visitation import wording
from visitation.wording import WORDINGS, Template

LINK = "https://visit.example.ir/join"
DAY, TIME, CODE = "چهارشنبه ۳۱ اردیبهشت", "۱۰:۳۰", "۱۲۳۴۵۶"
VARIABLES = {
    "day": DAY,
    "time": TIME,
    "until": "۱۲:۴۵",
    "code": CODE,
    "place": "کانون وکلای اصفهان",
    "why": "مدارک کامل نیست",
}


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_template_fits_one_segment_with_its_longest_values(
    template: Template, language: str
) -> None:
    longest = {name: "ی" * limit for name, limit in WORDINGS[template].limits.items()}
    text = wording.render(template, language, longest)
    assert wording.units(text) <= wording.SEGMENT_UNITS
    assert wording.segments(text) == 1


@pytest.mark.parametrize("template", Template)
def test_every_template_is_said_in_both_languages_with_all_it_knows(
    template: Template,
) -> None:
    known = WORDINGS[template]
    assert known.text.keys() >= {"fa", "en"}
    for language in known.text:
        text = wording.render(template, language, VARIABLES)
        assert "{" not in text
        for name in known.limits:
            assert wording.shorten(VARIABLES[name], known.limits[name]) in text
    assert known.has_code is ("code" in known.limits)


def test_a_confirmation_reads_as_people_would_say_it() -> None:
    variables = VARIABLES | {"day": "دوشنبه ۲ آذر", "place": "دفتر سیار"}
    assert wording.render(Template.BOOKED, "fa", variables) == (
        "ملاقات دوشنبه ۲ آذر ۱۰:۳۰، دفتر سیار. کد ورود: ۱۲۳۴۵۶"
    )


def test_a_language_without_a_sentence_gets_persian() -> None:
    assert wording.render(Template.BOOKED, "bal", VARIABLES) == wording.render(
        Template.BOOKED, "fa", VARIABLES
    )


def test_a_link_follows_only_where_the_template_has_a_place_for_it() -> None:
    variables = VARIABLES | {"link": LINK}
    assert wording.render(Template.BOOKED, "fa", variables).endswith(f"\n{LINK}")
    assert LINK not in wording.render(Template.CANCELLED, "fa", variables)


def test_a_missing_variable_is_an_error() -> None:
    with pytest.raises(KeyError, match="code"):
        wording.render(Template.BOOKED, "fa", {"day": DAY, "time": TIME, "place": "-"})


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("دفتر", 4, "دفتر"),
        ("دفتر سیار", 5, "دفتر…"),
        ("دفتر سیار", 6, "دفتر…"),
        ("😀😀😀", 4, "😀…"),
        ("", 3, ""),
    ],
)
def test_what_is_too_long_is_cut_with_an_ellipsis(
    value: str, limit: int, shown: str
) -> None:
    assert wording.shorten(value, limit) == shown
    assert wording.units(wording.shorten(value, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ی" * 70, 1),
        ("ی" * 71, 2),
        ("ی" * 134, 2),
        ("ی" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, count: int) -> None:
    assert wording.segments(text) == count
