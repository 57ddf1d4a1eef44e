"""How dates, times, numbers and phones are written in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from visitation.timespan import Timespan
from web import i18n, present

TEHRAN = ZoneInfo("Asia/Tehran")
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CATALOGUES = i18n.load()
#: Written ~ here: no line ends at it.
KEPT = str.maketrans("~", "\u00a0")


@pytest.fixture(params=["fa", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with i18n.speaking(CATALOGUES, request.param):
        yield request.param


def test_a_moment(language: str) -> None:
    assert present.moment(MORNING, TEHRAN) == {
        "fa": "دوشنبه ۲~آذر~۱۴۰۵، ساعت ۱۰:۳۰",
        "en": "Monday 23~November~2026 (2~Azar~1405), 10:30",
    }[language].translate(KEPT)


def test_a_span_of_one_day(language: str) -> None:
    span = Timespan(MORNING, MORNING + timedelta(minutes=30))

    assert present.span(span, TEHRAN) == {
        "fa": "دوشنبه ۲~آذر~۱۴۰۵، از ۱۰:۳۰ تا ۱۱:۰۰",
        "en": "Monday 23~November~2026 (2~Azar~1405), 10:30 to 11:00",
    }[language].translate(KEPT)


def test_a_span_over_midnight_names_both_days(language: str) -> None:
    late = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    span = Timespan(late, late + timedelta(hours=1))

    assert present.span(span, TEHRAN) == {
        "fa": "از دوشنبه ۲~آذر~۱۴۰۵، ساعت ۲۳:۳۰ تا سه‌شنبه ۳~آذر~۱۴۰۵، ساعت ۰۰:۳۰",
        "en": (
            "Monday 23~November~2026 (2~Azar~1405), 23:30 to "
            "Tuesday 24~November~2026 (3~Azar~1405), 00:30"
        ),
    }[language].translate(KEPT)


def test_a_weekday_or_a_time_may_stand_on_another_line(language: str) -> None:
    span = Timespan(MORNING, MORNING + timedelta(minutes=30))

    assert (
        present.span(span, TEHRAN).split(" ")
        == {
            "fa": ["دوشنبه", "۲\u00a0آذر\u00a0۱۴۰۵،", "از", "۱۰:۳۰", "تا", "۱۱:۰۰"],
            "en": [
                "Monday",
                "23\u00a0November\u00a02026",
                "(2\u00a0Azar\u00a01405),",
                "10:30",
                "to",
                "11:00",
            ],
        }[language]
    )


def test_the_day_of_an_instant_is_the_day_on_the_wall(language: str) -> None:
    evening = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)

    assert present.day(evening, TEHRAN) == present.day(date(2026, 11, 23), TEHRAN)
    assert (
        present.weekday(evening, TEHRAN) == {"fa": "دوشنبه", "en": "Monday"}[language]
    )
    assert (
        present.short_day(evening, TEHRAN)
        == {
            "fa": "۱۴۰۵/۰۹/۰۲",
            "en": "2026-11-23",
        }[language]
    )


def test_a_month_is_the_one_that_people_here_count_by(language: str) -> None:
    day = date(2026, 11, 23)
    assert (present.month(day), present.day_of_month(day)) == {
        "fa": ("آذر ۱۴۰۵", "۲ آذر"),
        "en": ("Azar 1405", "2 Azar"),
    }[language]


def test_times_and_numbers(language: str) -> None:
    assert present.clock(time(9, 5), TEHRAN) == {"fa": "۰۹:۰۵", "en": "09:05"}[language]
    assert (
        present.minutes(timedelta(seconds=61))
        == {
            "fa": "۲ دقیقه",
            "en": "2 minutes",
        }[language]
    )
    assert present.digits(120) == {"fa": "۱۲۰", "en": "120"}[language]


def test_one_minute_is_singular_in_english() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        assert present.minutes(timedelta(minutes=1)) == "1 minute"


def test_phones_are_kept_from_turning_round(language: str) -> None:
    assert (
        present.phone("+989123456789")
        == {
            "fa": '<bdi dir="ltr">۰۹۱۲ ۳۴۵ ۶۷۸۹</bdi>',
            "en": '<bdi dir="ltr">0912 345 6789</bdi>',
        }[language]
    )
    assert "44" in str(present.phone("+442079460018")) or language == "fa"
    assert present.phone(None) == "–"
    assert present.phone("<odd>") == '<bdi dir="ltr">&lt;odd&gt;</bdi>'


def test_names_cannot_bring_markup() -> None:
    assert present.bdi("<b>Reza</b>") == "<bdi>&lt;b&gt;Reza&lt;/b&gt;</bdi>"


def test_a_sentence_with_names_in_it_reads_as_the_page_does(language: str) -> None:
    said = f"{present.isolated('مریم نوبتی')}, Scheduler"
    way = {"fa": "rtl", "en": "ltr"}[language]
    assert present.bdi(said) == f'<span dir="{way}">{said}</span>'
    assert present.bdi("مریم نوبتی") == "<bdi>مریم نوبتی</bdi>"


def test_several_names_are_told_apart_in_the_language_of_the_page(
    language: str,
) -> None:
    comma = {"fa": "، ", "en": ", "}[language]

    assert (
        present.names(["گل‌بانو دشتی", "<Mina>"])
        == f"<bdi>گل‌بانو دشتی</bdi>{comma}<bdi>&lt;Mina&gt;</bdi>"
    )
    assert present.names([]) == "–"


def test_the_parts_of_a_name_stand_in_the_order_of_the_page() -> None:
    assert (
        present.parted("زاگرس", "کابین ۱") == "\u2068زاگرس\u2069 – \u2068کابین ۱\u2069"
    )
