"""What stands in a cell: text, numbers as they are compared, days, times, yes and no.

Pure. Any kind of digit and either calendar is taken. What cannot be read is refused
with the column and a code.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from visitation import jalali, persian
from visitation.imports.report import Row, RowRefused

_FIRST_GREGORIAN_YEAR = 1700
_YEARS = range(1950, 2101)
_UNSEEN_IN_NUMBERS = dict.fromkeys(
    (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
)
_NATIONAL_ID_DIGITS = 10
#: Spreadsheets drop the zeros a national ID begins with.
_FEWEST_DIGITS = 8
_YES = frozenset({"yes", "y", "true", "1", "x", "بله", "بلی", "اری", "هست"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "خیر", "نه", "نیست"})
E = TypeVar("E", bound=StrEnum)


def text(row: Row, name: str, *, longest: int, required: bool = False) -> str:
    """One line of text.

    Raises:
        RowRefused: if it is missing, too long, or has characters nobody can see.
    """
    found = " ".join(row.cell(name).split())
    if required and not found:
        raise RowRefused(name, "cell_missing")
    if len(found) > longest:
        raise RowRefused(name, "cell_too_long")
    hidden = any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in found)
    if hidden or persian.has_bidi_controls(found):
        raise RowRefused(name, "cell_unseen")
    return found


def number(row: Row, name: str, *, required: bool = False, longest: int = 32) -> str:
    """A number or a code: ASCII digits, and without marks nobody sees."""
    plain = persian.to_ascii_digits(row.cell(name)).translate(_UNSEEN_IN_NUMBERS)
    cleaned = Row(number=row.number, cells={name: plain})
    return text(cleaned, name, longest=longest, required=required)


def national_id(row: Row, name: str = "national_id") -> str:
    """Ten ASCII digits, or empty: foreigners have none.

    Raises:
        RowRefused: if the checksum is wrong.
    """
    return _national_id(name, number(row, name, longest=40))


def national_ids(name: str, parts: list[str]) -> list[str]:
    """Each part as a national ID.

    Raises:
        RowRefused: if a checksum is wrong.
    """
    return [_national_id(name, part) for part in parts]


def day(row: Row, name: str, *, required: bool = False) -> date | None:
    """A day, 1405/09/02 or 2026-11-23.

    Raises:
        RowRefused: if it is missing, or no day.
    """
    plain = number(row, name, required=required)
    if not plain:
        return None
    parts = plain.replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, of_month = (int(part) for part in parts)
        if year < _FIRST_GREGORIAN_YEAR:
            found = jalali.to_date(jalali.JalaliDate(year, month, of_month))
        else:
            found = date(year, month, of_month)
    except (ValueError, OverflowError):
        raise RowRefused(name, "cell_no_day") from None
    if found.year not in _YEARS:
        raise RowRefused(name, "cell_no_day")
    return found


def moment(row: Row, on: date, name: str, zone: ZoneInfo) -> datetime:
    """A wall time such as 10:30, on a day in a zone; 24:00 is the next midnight.

    Raises:
        RowRefused: if it is missing, or no time.
    """
    plain = number(row, name, required=True).replace(".", ":")
    hours, _, rest = plain.partition(":")
    minutes = rest.removesuffix(":00") if rest.count(":") else rest
    try:
        if (int(hours), int(minutes or "0")) == (24, 0):
            return midnight(on + timedelta(days=1), zone)
        return datetime.combine(on, time(int(hours), int(minutes or "0")), zone)
    except (ValueError, OverflowError):
        raise RowRefused(name, "cell_no_time") from None


def midnight(on: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day in a zone."""
    return datetime.combine(on, time(0), zone)


def yes(row: Row, name: str) -> bool:
    """Whether a cell says yes; empty says no.

    Raises:
        RowRefused: if it says neither.
    """
    said = persian.fold(row.cell(name))
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise RowRefused(name, "cell_no_yes")


def choice(
    row: Row, name: str, words: Mapping[str, E], *, unless: E | None = None
) -> E:
    """What a word stands for; words are compared folded.

    Raises:
        RowRefused: if the word is not among them.
    """
    said = persian.fold(row.cell(name))
    if not said and unless is not None:
        return unless
    found = words.get(said)
    if found is None:
        raise RowRefused(name, "cell_no_choice" if said else "cell_missing")
    return found


def _national_id(name: str, plain: str) -> str:
    digits = plain.replace("-", "").replace(" ", "")
    if not digits:
        return ""
    if len(digits) >= _FEWEST_DIGITS:
        digits = digits.zfill(_NATIONAL_ID_DIGITS)
    if not persian.is_national_id(digits):
        raise RowRefused(name, "wrong_national_id")
    return digits
