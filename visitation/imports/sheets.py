"""From a CSV or JSON file to rows: byte-order mark, separators, headings, empty lines.

Reads as it goes, so a large CSV takes no memory. Knows UTF-8 and no other encoding, and
nothing of what the cells mean.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO, Any

from visitation.imports.columns import Columns, names_of
from visitation.imports.report import BadSheet, Kind, Row

_SEPARATORS = (",", ";", "\t", "،", "|")
#: More in one cell is a file that forgot to close a quotation mark.
LONGEST_CELL = 2000
#: Not streamed, so bounded; a CSV is not.
LARGEST_JSON = 64 * 1024 * 1024


def rows_of(
    file: IO[bytes], kind: Kind | Columns, *, given: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """The rows of a file from its beginning, CSV or JSON, as its first letter says.

    Args:
        file: open for reading bytes; can seek.
        kind: what the rows are, or which columns they have.
        given: what stands in columns that the file lacks or leaves empty.

    Raises:
        BadSheet: if it cannot be read as rows of that kind.
    """
    given = given or {}
    file.seek(0)
    start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if start[:1] in {b"[", b"{"}:
        return _of_json(file, kind, given)
    return _of_csv(file, kind, given)


def count(file: IO[bytes], kind: Kind | Columns, *, given: Mapping[str, str]) -> int:
    """How many rows a file has; looks at every one of them.

    Raises:
        BadSheet: if it cannot be read to its end, so that nothing need go in by halves.
    """
    return sum(1 for _row in rows_of(file, kind, given=given))


def _of_csv(
    file: IO[bytes], kind: Kind | Columns, given: Mapping[str, str]
) -> Iterator[Row]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _rows(_records(text), kind, given)
    except UnicodeDecodeError:
        raise BadSheet("not_utf8") from None
    finally:
        text.detach()


def _records(text: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """Every line that says something, with its number; the separator is the first's."""
    number = 0
    for first in text:
        number += 1
        if first.strip() and not first.lower().startswith("sep="):
            break
    else:
        raise BadSheet("empty")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], text), delimiter=separator, strict=True)
    number -= 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadSheet("not_csv", row=number) from None
        if any(cell.strip() for cell in cells):
            yield number, cells


def _rows(
    records: Iterable[tuple[int, list[str]]],
    kind: Kind | Columns,
    given: Mapping[str, str],
) -> Iterator[Row]:
    names: list[str] | None = None
    for number, cells in records:
        if names is None:
            names = names_of(_trimmed(cells), kind, given)
            continue
        spilled = any(cell.strip() for cell in cells[len(names) :])
        filled = dict(zip(names, cells, strict=False))
        yield _row(number, filled, given, "too_many_cells" if spilled else "")


def _trimmed(headings: list[str]) -> list[str]:
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    return headings


def _of_json(
    file: IO[bytes], kind: Kind | Columns, given: Mapping[str, str]
) -> Iterator[Row]:
    raw = file.read(LARGEST_JSON + 1)
    if len(raw) > LARGEST_JSON:
        raise BadSheet("json_too_large")
    try:
        read = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadSheet("not_utf8") from None
    except (ValueError, RecursionError):
        raise BadSheet("not_json") from None
    items = read.get("rows") if isinstance(read, dict) else read
    if not isinstance(items, list):
        raise BadSheet("not_json_rows")
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise BadSheet("not_json_rows", row=number)
        headings = [str(name) for name in item]
        names = names_of(headings, kind, given)
        values = [_plain(value, number) for value in item.values()]
        yield _row(number, dict(zip(names, values, strict=True)), given)


def _plain(value: Any, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, (str, int)) for one in value):
        return ",".join(str(one) for one in value)
    raise BadSheet("not_json_rows", row=number)


def _row(
    number: int, cells: Mapping[str, str], given: Mapping[str, str], fault: str = ""
) -> Row:
    if any(len(cell) > LONGEST_CELL for cell in cells.values()):
        return Row(number=number, cells={}, fault="cell_too_long")
    filled = {name: cell for name, cell in cells.items() if cell.strip()}
    return Row(number=number, cells={**given, **filled}, fault=fault)
