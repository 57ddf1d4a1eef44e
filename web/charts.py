"""Where the parts of a chart are drawn, in hundredths of its width and height.

Pure: numbers give places. The words of a chart stand beside it in HTML, where they
grow, wrap and turn with the language; a drawing that is read from the right begins at
the right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from web import i18n, present

_WHOLE = 100.0
#: Of a column's room, the part that stays free on either side.
_GAP = 0.12
#: How many ways there are of filling a part.
FILLS = 4
#: Where there is no number, not even none.
UNKNOWN = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A rectangle, how it is filled (0 for plain), and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    fill: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing of a chart: its words, its numbers, and its parts.

    Attributes:
        before: the number of the year before, as text; empty if it is not shown.
    """

    label: str
    value: str
    before: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart and the table under it.

    Attributes:
        name: what it is called in the page, unlike any other there.
        summary: what it shows, in a sentence, for those who hear it.
        compared: whether the year before is shown.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    summary: str = ""
    compared: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not any(
            part.width and part.height for r in self.rows for part in r.parts
        )


#: What something is called, how much there is, and how much there was.
Item = tuple[str, int, int | None]


def bars(name: str, title: str, items: Iterable[Item]) -> Chart:
    """A bar for each thing, and a thinner one for the year before."""
    known = list(items)
    most = max((max(now, before or 0) for _label, now, before in known), default=0)
    rows = [
        Row(
            label=label,
            value=amount(now),
            before="" if before is None else amount(before),
            parts=_bar(now, before, most),
        )
        for label, now, before in known
    ]
    compared = any(before is not None for _label, _now, before in known)
    return Chart(name=name, title=title, rows=tuple(rows), compared=compared)


def columns(name: str, title: str, items: Sequence[Item], summary: str = "") -> Chart:
    """A column for each step of time, and one behind it for the year before."""
    most = max((max(now, before or 0) for _label, now, before in items), default=0)
    room = _WHOLE / max(len(items), 1)
    rows = [
        Row(
            label=label,
            value=amount(now),
            before="" if before is None else amount(before),
            parts=_columns(number * room, room, now, before, most),
        )
        for number, (label, now, before) in enumerate(items)
    ]
    compared = any(before is not None for _label, _now, before in items)
    return Chart(
        name=name, title=title, rows=tuple(rows), summary=summary, compared=compared
    )


def stacked(name: str, title: str, items: Sequence[tuple[str, int]]) -> Chart:
    """One bar that all things share."""
    whole = sum(now for _label, now in items)
    begins, rows = 0.0, []
    for fill, (label, now) in enumerate(items):
        width = _share(now, whole)
        part = Part(
            x=_turned(begins, width), y=0, width=width, height=_WHOLE, fill=fill % FILLS
        )
        rows.append(Row(label=label, value=amount(now), parts=(part,)))
        begins += width
    return Chart(name=name, title=title, rows=tuple(rows))


def without_before(chart: Chart) -> Chart:
    """The same chart where nothing is known of the year before, which is not none."""
    if not chart.compared:
        return chart
    rows = tuple(replace(row, before=UNKNOWN) for row in chart.rows)
    return replace(chart, rows=rows)


def amount(value: int) -> str:
    """A number with its thousands apart."""
    return present.number(f"{value:,}")


def _bar(now: int, before: int | None, most: int) -> tuple[Part, ...]:
    width = _share(now, most)
    own = Part(x=_turned(0, width), y=0, width=width, height=60)
    if before is None:
        return (own,)
    was = _share(before, most)
    return own, Part(x=_turned(0, was), y=66, width=was, height=34, fill=1)


def _columns(
    begins: float, room: float, now: int, before: int | None, most: int
) -> tuple[Part, ...]:
    shown = (now,) if before is None else (before, now)
    width = room * (1 - 2 * _GAP) / len(shown)
    parts = []
    for number, value in enumerate(shown):
        height = _share(value, most)
        x = begins + room * _GAP + number * width
        parts.append(
            Part(
                x=_turned(x, width),
                y=_WHOLE - height,
                width=round(width, 2),
                height=height,
                fill=int(before is not None and number == 0),
            )
        )
    return tuple(parts)


def _share(value: int, whole: int) -> float:
    return round(_WHOLE * value / whole, 2) if whole else 0.0


def _turned(x: float, width: float) -> float:
    """Where something begins that is so far from where reading begins."""
    return round(_WHOLE - x - width if i18n.direction() == "rtl" else x, 2)
