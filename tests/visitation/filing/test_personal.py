"""What is left of a text once it no longer says whom it is about."""

import pytest

from visitation.filing.personal import GONE, without


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("کد ملی ۰۰۱۲۳۴۵۶۷۹ است", f"کد ملی {GONE} است"),
        ("شماره من 0912 345 67 89 است", f"شماره من {GONE} است"),
        ("از ۱۴۰۵/۰۹/۰۲ تا فردا", f"از {GONE} تا فردا"),
        ("پسرم رضا کريمي مریض است", f"پسرم {GONE} {GONE} مریض است"),
        ("رضایی و رضا", f"رضایی و {GONE}"),
        ("به a.b@example.org بنویسید", f"به {GONE} بنویسید"),
        ("نشانی https://example.org/x است", f"نشانی {GONE} است"),
        ("می‌خواهم علی را ببینم", f"میخواهم {GONE} را ببینم"),
        ("", ""),
    ],
)
def test_numbers_addresses_and_names_go(text: str, left: str) -> None:
    assert without(text, ["رضا کریمی", "علی"]) == left


def test_a_short_part_of_a_name_is_too_often_a_word() -> None:
    assert without("ما با او", ["با ما"]) == "ما با او"


def test_a_very_long_text_is_no_trouble() -> None:
    assert without("1 " * 1000 + "x") == f"{GONE} x"
