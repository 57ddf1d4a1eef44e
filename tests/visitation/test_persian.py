"""Persian text as people type it."""

import pytest

from visitation import persian


@pytest.mark.parametrize(
    "typed",
    ["۰۹۱۲", "٠٩١٢", "０９１２", "0912", "0۹١２"],
)
def test_any_kind_of_digit_becomes_ascii(typed: str) -> None:
    assert persian.to_ascii_digits(typed) == "0912"


def test_digits_are_written_in_persian() -> None:
    assert persian.to_persian_digits("ساعت 10:30") == "ساعت ۱۰:۳۰"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("علي كريمي", "علی کریمی"),
        ("آمنه", "امنه"),
        ("فاطمة", "فاطمه"),
        ("مؤمن", "مومن"),
        ("می‌خواهم", "میخواهم"),
        ("مُحَمَّد", "محمد"),
        ("حسن  \t رضایی ", "حسن رضایی"),
        ("کـــریم", "کریم"),
        ("Ali", "ALI"),
        ("پلاک ۱۲", "پلاک 12"),
        ("\u202bرضا\u202c", "رضا"),
        ("ﻋﻠﯽ", "علی"),
    ],
)
def test_what_looks_the_same_is_found_the_same(typed: str, meant: str) -> None:
    assert persian.fold(typed) == persian.fold(meant)


def test_different_names_stay_different() -> None:
    assert persian.fold("حسن") != persian.fold("حسین")


def test_folding_twice_changes_nothing() -> None:
    once = persian.fold("مُؤْمِنِي آل‌احمد ۱۲")
    assert persian.fold(once) == once


def test_controls_that_turn_text_round_are_seen() -> None:
    assert persian.has_bidi_controls("رضا\u202e")
    assert not persian.has_bidi_controls("رضا\u200cکریمی")


@pytest.mark.parametrize(
    "number", ["0013542419", "0499370899", "0790419904", "7731689956"]
)
def test_a_right_national_id_is_taken(number: str) -> None:
    assert persian.is_national_id(number)


@pytest.mark.parametrize(
    "number",
    [
        "0013542418",
        "1111111111",
        "0000000000",
        "001354241",
        "00135424190",
        "۰۰۱۳۵۴۲۴۱۹",
        "",
    ],
)
def test_a_wrong_national_id_is_not(number: str) -> None:
    assert not persian.is_national_id(number)


def test_one_wrong_digit_is_always_noticed() -> None:
    right = "0013542419"
    for place in range(10):
        for digit in set("0123456789") - {right[place]}:
            assert not persian.is_national_id(
                right[:place] + digit + right[place + 1 :]
            )
