"""A catalogue that cannot be used is refused by name, with every reason."""

import tomllib
from importlib import resources
from typing import Any

import pytest

from visitation import wording
from visitation.wording import Template, WrongCatalogue
from visitation.wording.catalogue import read

FA = wording.CATALOGUES["fa"]


def written() -> dict[str, Any]:
    file = resources.files("visitation.wording") / "fa.toml"
    return tomllib.loads(file.read_text("utf-8"))


def test_another_language_is_added_by_a_file() -> None:
    content = written()
    content["digits"] = "٠١٢٣٤٥٦٧٨٩"
    added = read("ar", content, like=FA)
    assert (added.language, added.digits[4]) == ("ar", "٤")
    assert added.text == FA.text


@pytest.mark.parametrize(
    ("part", "key", "value", "fault"),
    [
        ("text", "visit_ready", None, "text.visit_ready is missing"),
        ("text", "visit_gone", "{day}", "unknown template visit_gone"),
        ("text", "sign_in_code", "{name}", "text.sign_in_code does not say ['code']"),
        (
            "text",
            "sign_in_code",
            "ی" * 65 + "{code}",
            "text.sign_in_code is too long: 71",
        ),
        ("text", "official_cancelled", "m" * 150 + "{day}{time}", "too long: 176"),
        (
            "spoken",
            "sign_in_code",
            "{code}",
            "spoken.sign_in_code does not say its code",
        ),
        (
            "spoken",
            "sign_in_code",
            "ی" * 300 + "{code}{code}",
            "sign_in_code is too long",
        ),
        ("why", "ask", None, "why.ask is missing"),
        ("why", "ask", "ی" * 21, "why.ask is longer than 20"),
        ("decisions", "denied", None, "decisions.denied is missing"),
        ("decisions", "denied", "ی" * 17, "decisions.denied is longer than 16"),
        ("places", "desk", None, "places.desk is missing"),
        ("days", "weekdays", ["شنبه"], "weekdays are 1, not 7"),
        ("days", "form", "{year}", "days.form"),
    ],
)
def test_a_wrong_catalogue_is_refused_by_name(
    part: str, key: str, value: object, fault: str
) -> None:
    content = written()
    content[part][key] = value
    if value is None:
        del content[part][key]
    with pytest.raises(WrongCatalogue) as refused:
        read("ku", content, like=FA)
    assert str(refused.value).startswith("ku: ")
    assert fault in str(refused.value)


def test_every_fault_is_named_at_once() -> None:
    content = written()
    del content["text"]["visit_ready"], content["spoken"]["visit_recall"]
    with pytest.raises(WrongCatalogue, match=r"visit_ready.*visit_recall"):
        read("ku", content, like=FA)


def test_a_text_in_the_short_alphabet_may_be_longer() -> None:
    content = written()
    content["text"]["official_cancelled"] = "m" * 130 + "{day}{time}"
    found = read("en", content, like=FA)
    assert (
        wording.segments(
            wording.longest(
                Template.OFFICIAL_CANCELLED, found.text["official_cancelled"]
            )
        )
        == 1
    )
