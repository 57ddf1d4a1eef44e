"""Two panels of lines as an SVG, drawn by hand: no library, no script, no font."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 880, 400
_LEFT, _TOP, _PANEL, _TALL, _APART = 56, 64, 350, 250, 440
_INK, _FAINT = "#1f2933", "#d5dbe1"
_COLORS: Final = ("#00695c", "#b26a00", "#9c1c5b")
_DASHES: Final = ("", "7 4", "2 3")
_TO_THE_LEFT: Final = 'text-anchor="end"'
_OPENING: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
    'role="img" aria-label="{title}" font-family="sans-serif" '
    f'font-size="13" fill="{_INK}">'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture: a title, and for each name of the legend a value for each week."""

    title: str
    lines: Sequence[Sequence[float]]
    unit: str


def draw(title: str, names: Sequence[str], panels: Sequence[Panel]) -> str:
    """The whole drawing, readable on white and on dark pages alike."""
    parts = [
        _OPENING.format(title=escape(title)),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_LEFT, 26, title, 'font-size="16" font-weight="bold"'),
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _LEFT + number * _APART)
    for number, name in enumerate(names):
        x, y = _LEFT + number * 260, _HEIGHT - 18
        parts += [
            _path([(x, y - 4), (x + 32, y - 4)], number),
            _text(x + 40, y, name),
        ]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, left: int) -> list[str]:
    bottom = _TOP + _TALL
    weeks = max(len(line) for line in panel.lines)
    step = _step(max(max(line) for line in panel.lines))
    top = step * 5
    parts = [
        _text(left, _TOP - 14, panel.title, 'font-weight="bold"'),
        _text(left + _PANEL, bottom + 36, "week", _TO_THE_LEFT),
    ]
    for number in range(6):
        y = bottom - _TALL * number / 5
        parts += [
            f'<path d="M{left} {y:.0f}h{_PANEL}" stroke="{_FAINT}"/>',
            _text(left - 6, y + 4, f"{step * number:g}{panel.unit}", _TO_THE_LEFT),
        ]
    for week in range(0, weeks + 1, 13):
        x = left + _PANEL * week / weeks
        parts.append(_text(x, bottom + 18, str(week), 'text-anchor="middle"'))
    for number, line in enumerate(panel.lines):
        points = [
            (left + _PANEL * (week + 1) / weeks, bottom - _TALL * value / top)
            for week, value in enumerate(line)
        ]
        parts.append(_path(points, number))
    return parts


def _text(x: float, y: float, words: str, how: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {how}>{escape(words)}</text>'


def _path(points: Sequence[tuple[float, float]], number: int) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{told}" fill="none" stroke="{_COLORS[number]}" '
        f'stroke-width="2.5" stroke-dasharray="{_DASHES[number]}"/>'
    )


def _step(most: float) -> float:
    """A fifth of the axis: 1, 2, 4, 5, 10, 20, and so on."""
    size = 1.0
    while True:
        for nice in (1, 2, 4, 5):
            if nice * size * 5 >= most:
                return nice * size
        size *= 10
