"""Which columns the rows of each kind have, and how their headings may be written.

Pure. A heading is compared folded, so any spelling of ی and ک, any case, and `_` for a
space will do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visitation import persian
from visitation.imports.report import BadSheet, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its name, its Persian heading, and whether a file must have it."""

    name: str
    fa: str
    required: bool = False


#: The columns of rows that are no kind of a prison's own system.
Columns = tuple[Column, ...]

_PRISON = Column(name="prison", fa="زندان")
_PROVINCE = Column(name="province", fa="استان")
_NUMBER = Column(name="number", fa="شماره")
_NATIONAL_ID = Column(name="national_id", fa="کد ملی")
_WHO = (_PRISON, _PROVINCE, _NUMBER, _NATIONAL_ID)

COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.PRISONERS: (
        Column(name="prison", fa="زندان", required=True),
        _PROVINCE,
        Column(name="number", fa="شماره", required=True),
        Column(name="name", fa="نام", required=True),
        _NATIONAL_ID,
        Column(name="ward", fa="بند"),
        Column(name="visited_on", fa="آخرین ملاقات"),
    ),
    Kind.TRANSFERS: (
        *_WHO,
        Column(name="to_prison", fa="زندان مقصد", required=True),
        Column(name="to_province", fa="استان مقصد"),
        Column(name="to_number", fa="شماره تازه", required=True),
    ),
    Kind.RELEASES: (
        *_WHO,
        Column(name="released_on", fa="تاریخ آزادی"),
        Column(name="state", fa="وضعیت"),
    ),
    Kind.APPOINTMENTS: (
        *_WHO,
        Column(name="kind", fa="نوع", required=True),
        Column(name="day", fa="روز", required=True),
        Column(name="starts", fa="از ساعت", required=True),
        Column(name="ends", fa="تا ساعت", required=True),
        Column(name="external_id", fa="شناسه"),
        Column(name="cancelled", fa="لغو"),
    ),
    Kind.RESTRICTIONS: (
        *_WHO,
        Column(name="visitor_national_id", fa="کد ملی ملاقات کننده"),
        Column(name="from_day", fa="از روز", required=True),
        Column(name="to_day", fa="تا روز"),
        Column(name="order_number", fa="شماره دستور", required=True),
        Column(name="judge", fa="قاضی", required=True),
        Column(name="reason", fa="علت"),
        Column(name="lifted", fa="رفع"),
    ),
    Kind.VISITS: (
        *_WHO,
        Column(name="visitors", fa="ملاقات کنندگان", required=True),
        Column(name="day", fa="روز", required=True),
        Column(name="time", fa="ساعت", required=True),
        Column(name="terminal", fa="پایانه"),
        Column(name="point", fa="دفتر"),
        Column(name="kiosk", fa="کیوسک"),
        Column(name="kind", fa="نوع"),
        Column(name="key", fa="شناسه"),
        Column(name="note", fa="یادداشت"),
    ),
}


def names_of(
    headings: Iterable[str], kind: Kind | Columns, given: Iterable[str]
) -> list[str]:
    """The columns that headings stand for, in the order of the file.

    Args:
        headings: as they are written.
        kind: what the rows are, or which columns they have.
        given: columns that the file need not have, because they are known otherwise.

    Raises:
        BadSheet: naming every heading that is unknown, repeated or missing.
    """
    columns = COLUMNS[kind] if isinstance(kind, Kind) else kind
    known = {_folded(heading): c.name for c in columns for heading in _both(c)}
    written = list(headings)
    found = [known.get(_folded(heading), "") for heading in written]
    pairs = list(zip(written, found, strict=True))
    unknown = [heading.strip()[:40] for heading, name in pairs if not name]
    if unknown:
        raise BadSheet("unknown_columns", columns=unknown)
    repeated = sorted({name for name in found if found.count(name) > 1})
    if repeated:
        raise BadSheet("repeated_columns", columns=repeated)
    needed = [c.name for c in columns if c.required]
    missing = [name for name in needed if name not in {*found, *given}]
    if not missing and not {"national_id", "number"} & set(found):
        missing = ["number"]
    if missing:
        raise BadSheet("missing_columns", columns=missing)
    return found


def _both(column: Column) -> tuple[str, str]:
    return column.name, column.fa


def _folded(heading: str) -> str:
    # A hyphen, an underscore, a space or a half-space between words: all the same.
    return persian.fold(heading.replace("_", " ").replace("-", " ")).replace(" ", "")
