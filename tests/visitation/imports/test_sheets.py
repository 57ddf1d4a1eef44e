"""Files as people and programs really make them."""

import io

import pytest

from tests.visitation.imports.bringing import file
from visitation import imports
from visitation.imports import BadSheet, Doubles, Kind, Row

WHO = {"prison": "3", "number": "12", "name": "علی"}


def rows(*lines: str, kind: Kind = Kind.PRISONERS, **given: str) -> list[Row]:
    return list(imports.rows_of(file(*lines), kind, given=given))


def refusal(content: bytes, kind: Kind = Kind.PRISONERS) -> BadSheet:
    with pytest.raises(BadSheet) as caught:
        list(imports.rows_of(io.BytesIO(content), kind))
    return caught.value


@pytest.mark.parametrize(
    "lines",
    [
        ("prison,number,name", "3,12,علی"),
        ("\ufeffprison,number,name", "3,12,علی"),
        ("prison;number;name", "3;12;علی"),
        ("sep=;", "prison;number;name", "3;12;علی"),
        ("Prison\tNumber\tName\r", "3\t12\tعلی\r"),
        ("زندان,شماره,نام,,", "3,12,علی,,"),
        ("name,number,prison", '"علی",12,"3"'),
        ('[{"prison": 3, "number": "12", "name": "علی"}]',),
        ('{"rows": [{"prison": "3", "number": 12, "name": "علی"}]}',),
    ],
)
def test_however_a_file_is_written_its_rows_are_the_same(lines: tuple[str]) -> None:
    assert [row.cells for row in rows(*lines)] == [WHO]


def test_empty_lines_are_skipped_and_counted() -> None:
    found = rows("prison,number,name", "", "3,12,علی", ",,", "3,13,رضا", "")

    assert [(row.number, row.cell("number")) for row in found] == [(3, "12"), (5, "13")]


def test_what_is_known_otherwise_fills_what_is_empty() -> None:
    found = rows("number,name,national_id", "12,علی,", prison="7")

    assert [row.cells for row in found] == [WHO | {"prison": "7"}]


def test_a_row_with_too_much_in_it_is_refused_alone() -> None:
    found = rows("prison,number,name", "3,12,علی,کریمی", "3,13,رضا")

    assert [row.fault for row in found] == ["too_many_cells", ""]


@pytest.mark.parametrize(
    ("headings", "reason", "columns"),
    [
        ("prison,number", "missing_columns", ("name",)),
        ("", "empty", ()),
        ("prison,number,name,shoe size", "unknown_columns", ("shoe size",)),
        ("prison,number,name,نام", "repeated_columns", ("name",)),
    ],
)
def test_wrong_columns_are_named(
    headings: str, reason: str, columns: tuple[str, ...]
) -> None:
    found = refusal(headings.encode())

    assert (found.reason, found.columns) == (reason, columns)


def test_a_file_names_people_by_a_number_or_an_id() -> None:
    found = refusal(b"prison,released_on", Kind.RELEASES)

    assert (found.reason, found.columns) == ("missing_columns", ("number",))


@pytest.mark.parametrize(
    ("content", "reason", "row"),
    [
        ("prison,number,name\n3,12,علي".encode("cp1256"), "not_utf8", None),
        ("prison,number,name\n3,12,علی".encode("utf-16"), "not_utf8", None),
        (b'prison,number,name\n3,12,"never closed', "not_csv", 2),
        (b"[1, 2]", "not_json_rows", 1),
        (b"{}", "not_json_rows", None),
        (b"[{]", "not_json", None),
        (b"[" * 100_000, "not_json", None),
        (b'[{"prison": {"id": 3}, "number": "1", "name": "x"}]', "not_json_rows", 1),
    ],
)
def test_what_is_no_such_file_is_said(
    content: bytes, reason: str, row: int | None
) -> None:
    found = refusal(content)

    assert (found.reason, found.row) == (reason, row)


def test_counting_looks_at_every_row_before_any_goes_in() -> None:
    assert imports.count(file("number,name", "1,علی"), Kind.PRISONERS, given=WHO) == 1
    with pytest.raises(BadSheet):
        imports.count(
            io.BytesIO(b"number,name\n" + b"1,x\n" * 5000 + b"1,\xff"),
            Kind.PRISONERS,
            given=WHO,
        )


def test_the_same_person_in_two_spellings_is_found_in_one_file() -> None:
    doubles = Doubles(Kind.PRISONERS)
    found = rows(
        "prison,number,name,national_id",
        "زندان مرکزي,12,علی,",
        "زندان‌مرکزی,۱۲,علي,",
        "زندان مرکزی,13,علی,0013542419",
        "زندان مرکزی,14,علی,۱۳۵۴۲۴۱۹",
        "زندان مرکزی,15,علی,",
    )

    assert [doubles.earlier(row) for row in found] == [None, 2, None, 4, None]
