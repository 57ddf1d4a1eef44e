"""What a clerk types or scans, and what a board makes of a day."""

import pytest

from web.point_board import code_in


@pytest.mark.parametrize(
    "text",
    [
        "482916",
        "۴۸۲۹۱۶",
        "٤٨٢٩١٦",
        "482 916",
        "https://visits.example/join#code=482916",
        # A scanner on a machine that was left in Persian.
        "اففحس://visits.example/join#زخیث=۴۸۲۹۱۶",
        "http://visits.example:8080/join#code=482916\t",
    ],
)
def test_a_code_is_read_from_digits_of_any_kind_and_from_a_slip(text: str) -> None:
    assert code_in(text) == "482916"


@pytest.mark.parametrize("text", ["", "زهرا", "48291", "4829161", "09123456789", "#"])
def test_what_is_no_code_is_looked_for_as_a_name(text: str) -> None:
    assert code_in(text) == ""
