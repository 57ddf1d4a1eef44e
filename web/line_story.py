"""How the lines of a visit did, in words and figures, for staff.

Pure but for the reading: figures in the reader's digits, with their units.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import quality
from visitation import lines
from visitation.lines import Line, LineTest
from web import line_signs, present
from web.i18n import N_, _, language, ngettext
from web.line_signs import LineSign

_TENTHS_BELOW = 10
_MINUTE = 60
Unit = Callable[[float], str]
_WELL = LineSign(words=N_("Good line"), kind="good", filled=3)
_WEAK = LineSign(words=N_("Weak line"), kind="warn", filled=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """Somebody's line over the whole call; the sides are seen from their device.

    Attributes:
        sound_only: how long the pictures of the others were not sent to them.
        relayed: the words for it, or empty.
    """

    name: str
    sign: LineSign
    lost_out: str
    lost_in: str
    round_trip: str
    jitter: str
    sent: str
    received: str
    sound_only: str
    reconnects: str
    relayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test of a line before the call."""

    name: str
    at: datetime
    sign: LineSign
    sent: str
    received: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStory:
    """The lines of one visit."""

    rows: tuple[LineRow, ...]
    tests: tuple[TestRow, ...]


async def read(
    session: AsyncSession, *, visit_id: int, names: Mapping[int, str]
) -> LineStory:
    """The lines of a visit, by the names of its participants."""
    records = await lines.of_visit(session, visit_id=visit_id)
    tests = await lines.tests_of_visit(session, visit_id=visit_id)
    return LineStory(
        rows=tuple(_row(one, names.get(one.participant_id, "?")) for one in records),
        tests=tuple(_test(one, names) for one in tests),
    )


def _row(one: Line, name: str) -> LineRow:
    return LineRow(
        name=name,
        sign=_sign(one),
        lost_out=_mean_and_worst(_percent, one.loss_up, one.loss_up_worst),
        lost_in=_mean_and_worst(_percent, one.loss_down, one.loss_down_worst),
        round_trip=_mean_and_worst(_milliseconds, one.round_trip, one.round_trip_worst),
        jitter=_mean_and_worst(_milliseconds, one.jitter, one.jitter_worst),
        sent=_rate(one.rate_up),
        received=_rate(one.rate_down),
        sound_only=_seconds(one.seconds_audio_only),
        reconnects=present.digits(one.reconnects),
        relayed=_("Through a relay") if one.relayed else "",
    )


def _test(one: LineTest, names: Mapping[int, str]) -> TestRow:
    return TestRow(
        name=names.get(one.participant_id or 0, "?"),
        at=one.taken_at,
        sign=line_signs.verdict(one),
        sent=_rate(one.rate_up),
        received=_rate(one.rate_down),
    )


def _sign(one: Line) -> LineSign:
    """Poor by the same table as in the call, over all of it."""
    values = {
        "loss_up": one.loss_up,
        "loss_down": one.loss_down,
        "round_trip": one.round_trip,
        "jitter": one.jitter,
        "audio_only": one.seconds_audio_only / one.seconds if one.seconds else None,
    }
    poor = any((values[limit.name] or 0.0) >= limit.poor for limit in quality.LIMITS)
    found = _WEAK if poor else _WELL
    return LineSign(words=_(found.words), kind=found.kind, filled=found.filled)


def _mean_and_worst(unit: Unit, mean: float | None, worst: float) -> str:
    if mean is None:
        return "–"
    return _("%(mean)s, at worst %(worst)s", mean=unit(mean), worst=unit(worst))


def _percent(share: float) -> str:
    return _number(100 * share)


def _milliseconds(seconds: float) -> str:
    return _number(round(1000 * seconds))


def _rate(bits_per_second: float | None) -> str:
    if bits_per_second is None:
        return "–"
    return _number(round(bits_per_second / 1000))


def _seconds(seconds: float) -> str:
    whole = round(seconds)
    if not whole:
        return "–"
    if whole < _MINUTE:
        text = ngettext("%(num)s second", "%(num)s seconds", whole)
    else:
        text = ngettext("%(num)s minute", "%(num)s minutes", round(whole / _MINUTE))
    return present.digits(text)


def _number(value: float) -> str:
    """With one decimal where that says something."""
    tenths = isinstance(value, float) and 0 < value < _TENTHS_BELOW
    text = f"{value:.1f}" if tenths else f"{value:.0f}"
    digits = present.digits(text)
    return digits.replace(".", "٫") if language() == "fa" else digits
