"""What our text messages say, and how many segments that costs.

A template is a key, its variables and a sentence per language; a message is never
free text. Every Persian sentence fits one segment of 70 UCS-2 units with the longest
values its variables may have (3GPP TS 23.038; TS 23.040 for joined segments).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SEGMENT_UNITS = 70
JOINED_SEGMENT_UNITS = 67
GSM_SEGMENT = 160
GSM_JOINED_SEGMENT = 153
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


class Template(StrEnum):
    """The keys of what can be said. Stable: stored with every message."""

    BOOKED = "visit_booked"
    REMINDER_DAY = "visit_reminder_day"
    REMINDER_SOON = "visit_reminder_soon"
    MOVED = "visit_moved"
    CANCELLED = "visit_cancelled"
    WAITLISTED = "visit_waitlisted"
    REQUESTED = "visit_requested"
    DECLINED = "visit_declined"
    EXPIRED = "visit_expired"
    OFFER = "slot_offered"
    OFFICIAL_BOOKED = "official_booked"
    OFFICIAL_MOVED = "official_moved"
    OFFICIAL_CANCELLED = "official_cancelled"
    OFFICIAL_REMINDER_DAY = "official_reminder_day"
    OFFICIAL_REMINDER_SOON = "official_reminder_soon"
    COVER_BOOKED = "cover_booked"
    COVER_CANCELLED = "cover_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One template: the longest each variable may be, and a sentence per language.

    Attributes:
        limits: UTF-16 units per variable; longer values are cut with an ellipsis.
        has_code: whether it says the participant's join code.
        has_link: whether `{link}` is appended where the gateway allows an address.
    """

    limits: Mapping[str, int]
    text: Mapping[str, str]
    has_code: bool = False
    has_link: bool = False


#: Day is «دوشنبه ۲ آذر» at its longest «چهارشنبه ۳۱ اردیبهشت»; time is «۱۰:۳۰».
_DAY, _TIME, _CODE, _PLACE, _WHY = 21, 5, 6, 16, 20

WORDINGS: Mapping[Template, Wording] = {
    Template.BOOKED: Wording(
        limits={"day": _DAY, "time": _TIME, "code": _CODE, "place": _PLACE},
        text={
            "fa": "ملاقات {day} {time}، {place}. کد ورود: {code}",
            "en": "Visit {day} {time}, {place}. Code: {code}",
        },
        has_code=True,
        has_link=True,
    ),
    Template.REMINDER_DAY: Wording(
        limits={"day": _DAY, "time": _TIME, "code": _CODE, "place": _PLACE},
        text={
            "fa": "یادآوری: {day} {time}، {place}. کد: {code}",
            "en": "Reminder: {day} {time}, {place}. Code: {code}",
        },
        has_code=True,
        has_link=True,
    ),
    Template.REMINDER_SOON: Wording(
        limits={"time": _TIME, "code": _CODE, "place": _PLACE},
        text={
            "fa": "ملاقات شما امروز {time}، {place}. کد ورود: {code}",
            "en": "Your visit is today {time}, {place}. Code: {code}",
        },
        has_code=True,
        has_link=True,
    ),
    Template.MOVED: Wording(
        limits={"day": _DAY, "time": _TIME, "code": _CODE, "place": _PLACE},
        text={
            "fa": "وقت تازه: {day} {time}، {place}. کد: {code}",
            "en": "New time: {day} {time}, {place}. Code: {code}",
        },
        has_code=True,
        has_link=True,
    ),
    Template.CANCELLED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "ملاقات {day} {time} لغو شد. با دفتر تماس بگیرید.",
            "en": "Visit {day} {time} is cancelled. Call the office.",
        },
    ),
    Template.WAITLISTED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "ملاقات {day} {time} لغو شد. در نوبت انتظار هستید.",
            "en": "Visit {day} {time} is off. You are on the waiting list.",
        },
    ),
    Template.REQUESTED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "درخواست ملاقات {day} {time} رسید. نتیجه پیامک می‌شود.",
            "en": "You asked for {day} {time}. We will tell you.",
        },
    ),
    Template.DECLINED: Wording(
        limits={"day": _DAY, "time": _TIME, "why": _WHY},
        text={
            "fa": "ملاقات {day} {time} پذیرفته نشد: {why}.",
            "en": "No visit on {day} {time}: {why}.",
        },
    ),
    Template.EXPIRED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "درخواست {day} {time} بی‌پاسخ ماند. دوباره درخواست کنید.",
            "en": "Nobody decided on {day} {time}. Ask again.",
        },
    ),
    Template.OFFER: Wording(
        limits={"day": _DAY, "time": _TIME, "until": _TIME, "code": _CODE},
        text={
            "fa": "نوبت: {day} {time}. تا {until} پاسخ دهید. کد: {code}",
            "en": "Slot {day} {time}. Reply by {until}. Code: {code}",
        },
        has_code=True,
        has_link=True,
    ),
    Template.OFFICIAL_BOOKED: Wording(
        limits={"day": _DAY, "time": _TIME, "place": _PLACE},
        text={
            "fa": "حضور در ملاقات: {day} {time}، {place}",
            "en": "You attend a visit: {day} {time}, {place}",
        },
    ),
    Template.OFFICIAL_MOVED: Wording(
        limits={"day": _DAY, "time": _TIME, "place": _PLACE},
        text={
            "fa": "وقت تازهٔ ملاقات: {day} {time}، {place}",
            "en": "The visit moved: {day} {time}, {place}",
        },
    ),
    Template.OFFICIAL_REMINDER_DAY: Wording(
        limits={"day": _DAY, "time": _TIME, "place": _PLACE},
        text={
            "fa": "یادآوری ملاقات: {day} {time}، {place}",
            "en": "Reminder, you attend: {day} {time}, {place}",
        },
    ),
    Template.OFFICIAL_REMINDER_SOON: Wording(
        limits={"time": _TIME, "place": _PLACE},
        text={
            "fa": "ملاقاتی که در آن هستید امروز {time}، {place}",
            "en": "You attend a visit today {time}, {place}",
        },
    ),
    Template.OFFICIAL_CANCELLED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "ملاقات {day} {time} لغو شد.",
            "en": "The visit on {day} {time} is cancelled.",
        },
    ),
    Template.COVER_BOOKED: Wording(
        limits={"day": _DAY, "time": _TIME, "place": _PLACE},
        text={
            "fa": "حضور در نشست: {day} از {time}، {place}",
            "en": "You attend a session: {day} {time}, {place}",
        },
    ),
    Template.COVER_CANCELLED: Wording(
        limits={"day": _DAY, "time": _TIME},
        text={
            "fa": "حضور شما در نشست {day} {time} لغو شد.",
            "en": "Your session {day} {time} is cancelled.",
        },
    ),
}


def render(template: Template, language: str, variables: Mapping[str, str]) -> str:
    """The text of a message; a language without a sentence falls back to Persian.

    Raises:
        KeyError: if a variable is missing.
    """
    wording = WORDINGS[template]
    values = {
        name: shorten(variables[name], limit) for name, limit in wording.limits.items()
    }
    text = wording.text.get(language, wording.text["fa"]).format_map(values)
    link = variables.get("link") if wording.has_link else None
    return f"{text}\n{link}" if link else text


def shorten(value: str, limit: int) -> str:
    """The value, cut to a number of UTF-16 units with an ellipsis."""
    if units(value) <= limit:
        return value
    cut = value
    while units(cut) > limit - 1:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def segments(text: str) -> int:
    """How many segments the text costs: GSM 7-bit where it fits, else UCS-2."""
    length, single, joined = (
        (len(text), GSM_SEGMENT, GSM_JOINED_SEGMENT)
        if all(c in _GSM for c in text)
        else (units(text), SEGMENT_UNITS, JOINED_SEGMENT_UNITS)
    )
    return 1 if length <= single else -(-length // joined)
