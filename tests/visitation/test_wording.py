"""What our messages say, and that it fits."""

import pytest

from visitation import wording
from visitation.wording import WORDINGS, Template
from visitation.words import CANCELLATIONS, Channel, DeclineReason

LINK = "https://visit.example.ir/join"
DAY, TIME, CODE = "چهارشنبه ۳۱ اردیبهشت", "۱۰:۳۰", "۱۲۳۴۵۶"
VARIABLES = {
    "day": DAY,
    "time": TIME,
    "until": "۱۲:۴۵",
    "code": CODE,
    "place": "کانون وکلای اصفهان",
    "why": "مدارک کامل نیست",
    "number": "۱۴۰۵/۱۲",
    "decision": "با مرخصی موافقت شد",
}


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("language", wording.CATALOGUES)
def test_every_text_fits_one_segment_with_its_longest_values(
    template: Template, language: str
) -> None:
    text = wording.longest(template, wording.CATALOGUES[language].text[template])
    assert wording.segments(text) == 1


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("channel", Channel)
def test_every_template_is_said_with_all_it_knows(
    template: Template, language: str, channel: Channel
) -> None:
    known = WORDINGS[template]
    text = wording.render(template, language, VARIABLES, channel=channel)
    assert "{" not in text
    for name in known.limits.keys() - {"code"}:
        assert wording.shorten(VARIABLES[name], known.limits[name]) in text
    assert known.has_code is ("code" in known.limits)


def test_a_code_is_said_twice_digit_by_digit() -> None:
    text = wording.render(Template.SIGN_IN, "fa", VARIABLES, channel=Channel.VOICE)
    assert text == (
        "سلام. کد ورود شما به سامانهٔ ملاقات: یک، دو، سه، چهار، پنج، شش. "
        "دوباره: یک، دو، سه، چهار، پنج، شش. این کد را به کسی نگویید."
    )
    assert wording.said("908", "en") == "nine, zero, eight"


def test_what_was_cancelled_without_a_reason_says_whom_to_call() -> None:
    variables = {"day": "دوشنبه ۲ آذر", "time": TIME}
    assert wording.render(Template.CANCELLED, "fa", variables) == (
        "ملاقات دوشنبه ۲ آذر ۱۰:۳۰ لغو شد: با دفتر تماس بگیرید."
    )


def test_every_reason_given_to_families_has_words_of_its_own() -> None:
    for reason in (*DeclineReason, *CANCELLATIONS):
        assert reason in wording.CATALOGUES["fa"].why


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


def test_a_wiped_code_is_no_row_of_numbers() -> None:
    assert wording.said("••••••", "fa") == "••••••"
