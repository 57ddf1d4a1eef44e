"""The kinds of thing people type, and what each becomes.

Any kind of digit is taken everywhere. A kind refuses with a code; `forms` has the
sentences. Use them as annotations of a `forms.Fields` class.
"""

from collections.abc import Container
from datetime import date, time
from typing import Annotated

import phonenumbers
from phonenumbers import PhoneNumberType
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from visitation import jalali, persian

#: Years under this are of the Solar Hijri calendar.
_FIRST_GREGORIAN_YEAR = 1700
#: Long before anybody's birth, long after any visit.
_YEARS = range(1850, 2201)
#: Of some countries nobody can tell.
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _clean(text: str) -> str:
    if persian.has_bidi_controls(text) or any(_is_control(c) for c in text):
        raise PydanticCustomError("unseen", "characters that cannot be seen")
    return text


def _is_control(character: str) -> bool:
    return character not in "\n\t" and not (character >= " " and character != "\x7f")


def _day(typed: object) -> object:
    if not isinstance(typed, str):
        return typed
    parts = persian.to_ascii_digits(typed).strip().replace("/", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        if year < _FIRST_GREGORIAN_YEAR:
            found = jalali.to_date(jalali.JalaliDate(year, month, day))
        else:
            found = date(year, month, day)
    except ValueError:
        raise PydanticCustomError("day", "not a day") from None
    # Pages count days on from here, in a calendar that ends a little later.
    if found.year not in _YEARS:
        raise PydanticCustomError("day", "not a day")
    return found


def _wall(typed: object) -> object:
    if not isinstance(typed, str):
        return typed
    plain = persian.to_ascii_digits(typed).strip().replace(".", ":")
    hours, _, minutes = plain.partition(":")
    try:
        return time(int(hours), int(minutes or "0"))
    except ValueError:
        raise PydanticCustomError("wall", "not a time") from None


def _count(typed: object) -> object:
    if not isinstance(typed, str):
        return typed
    plain = persian.to_ascii_digits(typed).strip().replace("٬", "")
    try:
        return int(plain)
    except ValueError:
        raise PydanticCustomError("count", "not a whole number") from None


def _phone(typed: str) -> str:
    try:
        number = phonenumbers.parse(persian.to_ascii_digits(typed), "IR")
    except phonenumbers.NumberParseException:
        raise PydanticCustomError("phone", "not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise PydanticCustomError("phone", "not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(phone: str, regions: Container[str]) -> bool:
    """Whether an E.164 number is a mobile phone of one of the countries."""
    number = phonenumbers.parse(phone)
    mobile = phonenumbers.number_type(number) in _MOBILE
    return mobile and phonenumbers.region_code_for_number(number) in regions


def _code(typed: str) -> str:
    plain = "".join(persian.to_ascii_digits(typed).replace("-", " ").split())
    if not plain.isascii() or not plain.isdigit():
        raise PydanticCustomError("code", "not a code")
    return plain


def _username(typed: str) -> str:
    plain = persian.to_ascii_digits(typed).strip().casefold()
    if not plain.isascii() or not plain.replace(".", "").replace("-", "").isalnum():
        raise PydanticCustomError("username", "not a username")
    return plain


def _national_id(typed: str) -> str:
    plain = "".join(persian.to_ascii_digits(typed).split()).zfill(10)
    if not persian.is_national_id(plain):
        raise PydanticCustomError("national_id", "not a national ID")
    return plain


#: A person's or a place's name: one line.
Name = Annotated[
    str,
    BeforeValidator(_one_line),
    AfterValidator(_clean),
    StringConstraints(min_length=1, max_length=100),
]
#: One line of anything.
Line = Annotated[
    str,
    BeforeValidator(_one_line),
    AfterValidator(_clean),
    StringConstraints(max_length=200),
]
#: Several lines.
Note = Annotated[
    str,
    BeforeValidator(_trimmed),
    AfterValidator(_clean),
    StringConstraints(max_length=2000),
]
#: A password, exactly as typed.
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]
#: A day, «۱۴۰۵/۰۹/۰۲» or 2026-11-23.
Day = Annotated[date, BeforeValidator(_day)]
#: A wall time, «۱۰:۳۰».
Wall = Annotated[time, BeforeValidator(_wall)]
#: A whole number; narrow it with `Field(ge=…, le=…)`.
Count = Annotated[int, BeforeValidator(_count)]
#: A phone number; becomes E.164. A number without a country is Iranian.
Phone = Annotated[str, StringConstraints(max_length=30), AfterValidator(_phone)]
#: A code of digits, spaces and dashes left out.
Code = Annotated[str, StringConstraints(max_length=32), AfterValidator(_code)]
#: A staff login name: ASCII letters, digits, dots and dashes; case does not matter.
Username = Annotated[str, StringConstraints(max_length=64), AfterValidator(_username)]
#: An Iranian national ID with a right checksum: ten ASCII digits.
NationalId = Annotated[
    str, StringConstraints(max_length=32), AfterValidator(_national_id)
]
