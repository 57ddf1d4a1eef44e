"""What people are told fits one segment, in their language, whatever is in it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.notices import Recipient, Scene, spoken_day, spoken_time, variables
from visitation import wording
from visitation.messages import Message, text_of
from visitation.visits import Visit
from visitation.wording import WORDINGS, Template
from visitation.words import Attendance, Part

TEHRAN = ZoneInfo("Asia/Tehran")
FOUR_YEARS = [
    datetime(2026, 3, 21, 23, 55, tzinfo=TEHRAN) + timedelta(days=n)
    for n in range(1461)
]
LONGEST_NAME = "دفتر خدمات قضایی و ملاقات تصویری روستای علی‌آباد کتول"


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("template", Template)
def test_the_longest_message_is_one_segment(template: Template, language: str) -> None:
    days = {spoken_day(wall, language) for wall in FOUR_YEARS}
    longest_day = max(days, key=wording.units)
    for place in (LONGEST_NAME, "تلفن خودتان", "your own phone", "at your desk"):
        values = {
            "day": longest_day,
            "time": spoken_time(FOUR_YEARS[0], language),
            "until": spoken_time(FOUR_YEARS[0], language),
            "place": place,
            "code": "888888",
            "why": max(wording.in_language(language).why.values(), key=wording.units),
            "number": "1405/12345",
            "decision": wording.shorten("مرخصی با قرار وثیقه", 16),
        }
        text = wording.render(template, language, values)
        assert wording.segments(text) == 1, (wording.units(text), text)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_no_day_is_ever_cut(language: str) -> None:
    limits = {w.limits["day"] for w in WORDINGS.values() if "day" in w.limits}
    longest = max(wording.units(spoken_day(wall, language)) for wall in FOUR_YEARS)
    assert longest <= min(limits)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("template", Template)
def test_a_message_is_one_segment_even_if_every_value_is_as_long_as_it_may_be(
    template: Template, language: str
) -> None:
    letter = "ه" if language == "fa" else "m"
    values = {name: letter * n for name, n in WORDINGS[template].limits.items()}
    assert wording.segments(wording.render(template, language, values)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fa", "ملاقات سه‌شنبه ۳ آذر ۱۰:۰۰، دفتر سیار شماره. کد ورود: ۴۸۲۹۱۶"),
        ("en", "Visit 24 Nov/3 Azar 10:00, دفتر سیار شماره. Code: 482916"),
    ],
)
def test_a_confirmation_reads(language: str, text: str) -> None:
    visit = _visit()
    to = Recipient(participant_id=1, part=Part.VISITOR, phone="-", language=language)
    scene = Scene(zone=TEHRAN, point="دفتر سیار شماره")
    message = Message(
        template=Template.BOOKED,
        language=language,
        variables=variables(visit, to, scene),
    )
    assert text_of(message, code="482916") == text


@pytest.mark.parametrize(
    ("attendance", "point", "place"),
    [
        (Attendance.DESK, "دفتر", "at your desk"),
        (Attendance.PHONE, "دفتر", "your own phone"),
        (Attendance.DESK, None, "at your desk"),
    ],
)
def test_an_official_is_told_where_from(
    attendance: Attendance, point: str | None, place: str
) -> None:
    visit = _visit(attendance)
    to = Recipient(participant_id=1, part=Part.OFFICIAL, phone="-", language="en")
    values = variables(visit, to, Scene(zone=TEHRAN, point=point))
    assert values == {"day": "24 Nov/3 Azar", "time": "10:00", "place": place}


def _visit(attendance: Attendance | None = None) -> Visit:
    start = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    return Visit(starts_at=start, attendance=attendance)
