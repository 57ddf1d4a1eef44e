"""Where each province of Iran stands on a map of tiles, and how dark its tile is.

Rows count from the north, columns from the west. A province that is not here, in a
demonstration or another country, is shown beside the map.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visitation.persian import fold

_ROWS = (
    ("آذربایجان غربی", "آذربایجان شرقی", "اردبیل", "", "", "", ""),
    (
        "کردستان",
        "زنجان",
        "گیلان",
        "مازندران",
        "گلستان",
        "خراسان شمالی",
        "خراسان رضوی",
    ),
    ("کرمانشاه", "همدان", "قزوین", "البرز", "تهران", "سمنان", ""),
    ("ایلام", "لرستان", "مرکزی", "قم", "اصفهان", "یزد", "خراسان جنوبی"),
    (
        "",
        "خوزستان",
        "چهارمحال و بختیاری",
        "کهگیلویه و بویراحمد",
        "فارس",
        "کرمان",
        "سیستان و بلوچستان",
    ),
    ("", "", "", "بوشهر", "", "هرمزگان", ""),
)


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")


#: Row and column of a province, by its name as it is compared.
PLACES: Mapping[str, tuple[int, int]] = {
    _plain(name): (row, column)
    for row, names in enumerate(_ROWS, 1)
    for column, name in enumerate(names, 1)
    if name
}
#: How many shades there are beside none.
SHADES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A province on the map; its row is 0 where it has no place there."""

    name: str
    value: str
    row: int
    column: int
    shade: int


def tiles(provinces: Iterable[tuple[str, int | None, str]]) -> list[Tile]:
    """The tiles of provinces: each has a name, how much there is, and that as text.

    How much is None where it is not told.
    """
    known = list(provinces)
    most = max((much or 0 for _name, much, _text in known), default=0)
    found = []
    for name, much, text in known:
        row, column = PLACES.get(_plain(name), (0, 0))
        # Counted up, so that the least that there is differs from nothing.
        shade = -(-(much or 0) * SHADES // most) if most else 0
        found.append(Tile(name=name, value=text, row=row, column=column, shade=shade))
    return sorted(found, key=lambda one: (one.row == 0, one.row, one.column))
