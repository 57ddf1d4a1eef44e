"""How dates, times, numbers and phones are written for people.

Pure: an instant, a zone and the language being spoken give text. Two calendars in
English, one in Persian. Knows no rows and no requests.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

import phonenumbers
from markupsafe import Markup, escape

from visitation import jalali, persian
from visitation.timespan import Timespan
from web import i18n
from web.i18n import _, ngettext

#: First strong isolate: what follows is read by itself.
_ISOLATE = "\u2068"
#: Day, month and year stay on one line; a weekday may stand on the line before.
_KEPT = "\u00a0"
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def digits(value: object) -> str:
    """A number or code in the digits of the language being spoken."""
    text = str(value)
    return persian.to_persian_digits(text) if i18n.language() == "fa" else text


def day(value: date, zone: tzinfo, *, weekday: bool = True) -> str:
    """A day in words: «دوشنبه ۲ آذر ۱۴۰۵», or "Monday 23 November 2026 (2 Azar 1405)".

    Of an instant, the day that it is in the zone.
    """
    value = local_day(value, zone)
    at = jalali.from_date(value)
    if i18n.language() == "fa":
        text = _kept(at.day, jalali.MONTHS_FA[at.month - 1], at.year)
        name = jalali.WEEKDAYS_FA[value.weekday()]
        return digits(f"{name} {text}" if weekday else text)
    text = _kept(value.day, _MONTHS_EN[value.month - 1], value.year)
    solar = _kept(at.day, jalali.MONTHS_EN[at.month - 1], at.year)
    name = jalali.WEEKDAYS_EN[value.weekday()]
    return f"{name} {text} ({solar})" if weekday else f"{text} ({solar})"


def _kept(day: int, month: str, year: int) -> str:
    return _KEPT.join((str(day), month, str(year)))


def short_day(value: date, zone: tzinfo) -> str:
    """A day as it is typed into a form: «۱۴۰۵/۰۹/۰۲», or "2026-11-23"."""
    value = local_day(value, zone)
    if i18n.language() == "fa":
        return digits(jalali.from_date(value))
    return value.isoformat()


def number(text: str) -> str:
    """A number with its marks, as the reader's language writes them."""
    if i18n.language() != "fa":
        return text
    return digits(text).translate(str.maketrans(",.", "٬٫"))


def month(value: date) -> str:
    """The solar month that a day is in: «آذر ۱۴۰۵», or "Azar 1405"."""
    return digits(f"{_month_name(value)} {jalali.from_date(value).year}")


def day_of_month(value: date) -> str:
    """A day within its solar month: «۲ آذر», or "2 Azar"."""
    return digits(f"{jalali.from_date(value).day} {_month_name(value)}")


def _month_name(value: date) -> str:
    names = jalali.MONTHS_FA if i18n.language() == "fa" else jalali.MONTHS_EN
    return names[jalali.from_date(value).month - 1]


def weekday(value: date, zone: tzinfo) -> str:
    """The day's name."""
    return weekday_name(local_day(value, zone).weekday())


def weekday_name(weekday: int) -> str:
    """The name of a `date.weekday()`."""
    names = jalali.WEEKDAYS_FA if i18n.language() == "fa" else jalali.WEEKDAYS_EN
    return names[weekday]


def local_day(value: date, zone: tzinfo) -> date:
    """The day on the wall: of an instant in the zone, of a date itself."""
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value


def clock(value: datetime | time, zone: tzinfo) -> str:
    """The wall time of an instant, «۱۰:۳۰»; a wall time stays as it is."""
    wall = value.astimezone(zone) if isinstance(value, datetime) else value
    return digits(f"{wall:%H:%M}")


def moment(value: datetime, zone: tzinfo) -> str:
    """Day and wall time of an instant: «دوشنبه ۲ آذر ۱۴۰۵، ساعت ۱۰:۳۰»."""
    return _("%(day)s, %(time)s", day=day(value, zone), time=clock(value, zone))


def hours(span: Timespan, zone: tzinfo) -> str:
    """A span's wall times, in words so that no direction can turn them round."""
    return _(
        "%(start)s to %(end)s",
        start=clock(span.start, zone),
        end=clock(span.end, zone),
    )


def span(value: Timespan, zone: tzinfo) -> str:
    """Day and wall times: «دوشنبه ۲ آذر ۱۴۰۵، از ۱۰:۰۰ تا ۱۰:۳۰»."""
    if local_day(value.start, zone) != local_day(value.end, zone):
        return _(
            "%(start)s to %(end)s",
            start=moment(value.start, zone),
            end=moment(value.end, zone),
        )
    return _(
        "%(day)s, %(hours)s",
        day=day(value.start, zone),
        hours=hours(value, zone),
    )


def minutes(value: timedelta) -> str:
    """A length in whole minutes, rounded up: «۳۰ دقیقه»."""
    count = -int(-value.total_seconds() // 60)
    text = ngettext("%(num)s minute", "%(num)s minutes", count)
    return digits(text)


def phone(value: str | None) -> Markup:
    """An E.164 number as people write it, safe inside any direction of text.

    Iranian numbers in their national form, others with their country code.
    """
    if not value:
        return Markup("–")
    return Markup('<bdi dir="ltr">{}</bdi>').format(typed_phone(value))


def typed_phone(value: str) -> str:
    """The same number as it is typed into a form; an empty one stays empty."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return digits(value)
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 98  # noqa: PLR2004 - Iran
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return digits(phonenumbers.format_number(number, form))


def bdi(value: object) -> Markup:
    """A name or code that cannot disturb the text around it.

    A sentence of ours with names in it is read in the direction of the page.
    """
    if _ISOLATE in str(value):
        way = i18n.direction()
        return Markup('<span dir="{}">{}</span>').format(way, escape(value))
    return Markup("<bdi>{}</bdi>").format(escape(value))


def names(values: Iterable[object]) -> Markup:
    """Several names, none of which can disturb another; a dash if there are none."""
    return escape(_(", ")).join(bdi(one) for one in values) or Markup("–")


def parted(*values: object) -> str:
    """A name in parts, the widest first: province – site, or site – seat."""
    return " – ".join(isolated(one) for one in values)


def isolated(value: object) -> str:
    """A name by itself where no markup may stand, such as in the choices of a list."""
    return f"{_ISOLATE}{value}\u2069"
