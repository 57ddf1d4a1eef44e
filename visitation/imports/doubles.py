"""Rows of one file that say the same thing twice, in whatever spelling.

Keeps digests of what it saw, not the rows: a hundred thousand take a few megabytes.
"""

import hashlib
from collections.abc import Mapping

from visitation import persian
from visitation.imports import cells
from visitation.imports.report import Kind, Row, RowRefused

#: What, beside the prisoner, tells two rows of a kind apart.
_ALSO: Mapping[Kind | None, tuple[str, ...]] = {
    Kind.APPOINTMENTS: ("kind", "day", "starts", "external_id"),
    Kind.RESTRICTIONS: ("visitor_national_id", "order_number"),
    Kind.VISITS: ("day", "time", "key"),
}


class Doubles:
    """What the rows of a file have named so far."""

    def __init__(self, kind: Kind | None = None) -> None:
        self._also = _ALSO.get(kind, ())
        self._seen: dict[bytes, int] = {}

    def earlier(self, row: Row) -> int | None:
        """The row before this one that names the same, if any; remembers this one."""
        keys = [self._digest(row, key) for key in _names(row)]
        found = [self._seen[key] for key in keys if key in self._seen]
        for key in keys:
            self._seen.setdefault(key, row.number)
        return min(found) if found else None

    def _digest(self, row: Row, who: str) -> bytes:
        parts = (who, *(_plain(row.cell(name)) for name in self._also))
        return hashlib.blake2b(
            "\x1f".join(parts).encode(errors="surrogatepass"), digest_size=12
        ).digest()


def _names(row: Row) -> list[str]:
    """What the row calls the prisoner: by national ID, and by prison and number."""
    names = []
    try:
        if national_id := cells.national_id(row):
            names.append(f"id:{national_id}")
    except RowRefused:
        pass
    if number := _plain(row.cell("number")):
        place = f"{_plain(row.cell('prison'))}:{_plain(row.cell('province'))}"
        names.append(f"at:{place}:{number}")
    return names


def _plain(text: str) -> str:
    return persian.fold(text).replace(" ", "")
