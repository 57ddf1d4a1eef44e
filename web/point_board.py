"""What a clerk sees of a day at a glance: each kiosk now and next, and who comes next.

Pure: the visits of a day and the kiosks give rows. Knows no request.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from visitation import persian
from visitation.lifecycle import VisitState
from visitation.lines import LineTest
from visitation.visits.boards import Seat
from visitation.visits.codes import CODE_DIGITS
from visitation.visits.listed import AHEAD, Listed
from web import line_signs
from web.boards import Row, Sign, row
from web.i18n import _
from web.line_signs import LineSign

#: How many of those who come next a board has room for.
NEXT_UP: Final = 3
#: A kiosk is somebody's from this long before their time.
_SOON: Final = timedelta(minutes=10)
#: The address of a slip as a scanner types it, on whatever keyboard the machine has:
#: letters may come out in another script, figures after the sign come out as figures.
_OF_A_SLIP: Final = re.compile(r"[#＃].*?(\d{6})\D*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskRow:
    """A kiosk now: what goes on there, and which visit follows."""

    seat: Seat
    sign: Sign
    now: Row | None
    following: Row | None
    tested: LineSign | None


def kiosk_rows(
    seats: Iterable[Seat],
    visits: Sequence[Listed],
    tested: dict[int, LineTest],
    *,
    now: datetime,
) -> list[KioskRow]:
    """Each kiosk, in its order."""
    return [_kiosk(seat, visits, tested.get(seat.id), now) for seat in seats]


def next_up(visits: Iterable[Listed], *, now: datetime) -> list[Row]:
    """The families who come next, nearest first."""
    coming = [
        one for one in visits if one.state is VisitState.BOOKED and one.span.end > now
    ]
    coming.sort(key=lambda one: one.span.start)
    return [row(one, now=now) for one in coming[:NEXT_UP]]


def code_in(text: str) -> str:
    """The join code in what was typed or scanned; empty if there is none."""
    plain = persian.to_ascii_digits(text)
    if found := _OF_A_SLIP.search(plain):
        return found[1]
    digits = plain.replace(" ", "").replace("-", "")
    alone = digits.isascii() and digits.isdigit() and len(digits) == CODE_DIGITS
    return digits if alone else ""


def _kiosk(
    seat: Seat, visits: Sequence[Listed], test: LineTest | None, now: datetime
) -> KioskRow:
    here = [
        one
        for one in visits
        if one.kiosk_id == seat.id
        and one.state in AHEAD
        and (one.state is VisitState.LIVE or one.span.end > now)
    ]
    here.sort(key=lambda one: (one.state is not VisitState.LIVE, one.span.start))
    first = here[0] if here and _is_on(here[0], now) else None
    rest = here[1:] if first else here
    return KioskRow(
        seat=seat,
        sign=_sign(seat, first),
        now=row(first, now=now) if first else None,
        following=row(rest[0], now=now) if rest else None,
        tested=line_signs.tested(test, now=now),
    )


def _is_on(one: Listed, now: datetime) -> bool:
    return one.state is VisitState.LIVE or one.span.start - _SOON <= now


def _sign(seat: Seat, first: Listed | None) -> Sign:
    if seat.out_of_order:
        words = _("Out of order: %(reason)s", reason=seat.out_of_order)
        return Sign(words=words, kind="bad")
    if first is None:
        return Sign(words=_("Free"))
    if first.state is VisitState.LIVE:
        return Sign(words=_("In a visit"), kind="good")
    return Sign(words=_("Due now"), kind="calm")
