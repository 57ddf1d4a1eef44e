"""From typed text to values, or to a sentence per field that keeps what was typed."""

from datetime import date, time
from typing import Annotated

import pytest
from pydantic import Field, model_validator

from visitation.errors import Invalid, VisitationError
from visitation.words import Role
from web import forms, i18n
from web.fields import Code, Count, Day, Name, NationalId, Note, Phone, Wall
from web.forms import Fields
from web.i18n import N_

CATALOGUES = i18n.load()


class Booking(Fields):
    name: Name = Field(title=N_("Name"))
    day: Day
    at: Wall | None = None
    count: Annotated[Count, Field(ge=1, le=4)] = 1
    role: Role = Role.CLERK
    loud: bool = False
    sites: tuple[Count, ...] = ()


class Kinds(Fields):
    day: Day | None = None
    wall: Wall | None = None
    count: Count | None = None
    phone: Phone | None = None
    code: Code | None = None
    note: Note | None = None
    name: Name | None = None
    national_id: NationalId | None = None


def parsed(**typed: str) -> forms.Form[Booking]:
    return forms.parse(Booking, typed.items())


def test_what_was_typed_becomes_values() -> None:
    form = forms.parse(
        Booking,
        [
            ("name", "  مریم   رضایی "),
            ("day", "۱۴۰۵/۰۹/۰۲"),
            ("at", "۱۰:۳۰"),
            ("count", "٣"),
            ("role", "warden"),
            ("loud", "on"),
            ("sites", "۱"),
            ("sites", "2"),
            ("foreign", "ignored"),
        ],
    )

    assert form.ok
    assert form.value == Booking(
        name="مریم رضایی",
        day=date(2026, 11, 23),
        at=time(10, 30),
        count=3,
        role=Role.WARDEN,
        loud=True,
        sites=(1, 2),
    )


def test_fields_left_empty_take_their_default() -> None:
    form = parsed(name="Ali", day="2026-11-23", at=" ", count="", role="")

    assert form.value == Booking(name="Ali", day=date(2026, 11, 23))


def test_what_is_wrong_is_said_and_nothing_typed_is_lost() -> None:
    with i18n.speaking(CATALOGUES, "en"):
        form = parsed(day="yesterday", at="25:00", count="9", role="king")

        assert not form.ok
        assert form.errors == {
            "name": "Fill this in.",
            "day": "Give a day such as 1405/09/02, or 2026-11-23.",
            "at": "Give a time such as 10:30.",
            "count": "Give 4 or less.",
            "role": "Choose one from the list.",
        }
        assert form.title("name") == "Name"
    assert (form.text("day"), form.text("count")) == ("yesterday", "9")
    assert form.chosen("role", "king")
    with pytest.raises(ValueError, match="name"):
        _ = form.value


def test_numbers_in_sentences_have_the_readers_digits() -> None:
    with i18n.speaking(CATALOGUES, "fa"):
        form = parsed(name="x", day="1405/9/2", count="9")

    assert form.errors == {"count": "عدد ۴ یا کمتر بنویسید."}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("day", "1405-9-2", date(2026, 11, 23)),
        ("day", "۲۰۲۶-۱۱-۲۳", date(2026, 11, 23)),
        ("day", "1404/12/30", None),
        ("day", "1403/12/30", date(2025, 3, 20)),
        ("day", "2026-02-30", None),
        ("day", "5/9/2", None),
        ("day", "1405/9", None),
        ("wall", "9", time(9)),
        ("wall", "09.05", time(9, 5)),
        ("wall", "24:00", None),
        ("wall", "-1:30", None),
        ("count", "۱٬۲۳۴", 1234),
        ("count", "1.5", None),
        ("count", "1e3", None),
        ("phone", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        ("phone", "0098 912 345 6789", "+989123456789"),
        ("phone", "+44 20 7946 0018", "+442079460018"),
        ("phone", "12345", None),
        ("phone", "call me", None),
        ("code", "۱۲۳ ۴۵۶", "123456"),
        ("code", "12-34-56", "123456"),
        ("code", "12a456", None),
        ("note", "a\r\nb\n", "a\nb"),
        ("note", "x\u202egnp.exe", None),
        ("note", "x\x00y", None),
        ("note", "n" * 2001, None),
        ("name", "a\u2066b", None),
        ("name", "می\u200cخواهم", "می\u200cخواهم"),
        ("name", "n" * 101, None),
        ("national_id", "۰۰۱۳۵۴۲۴۱۹", "0013542419"),
        ("national_id", "0013542418", None),
    ],
)
def test_each_kind_takes_what_it_means(field: str, text: str, value: object) -> None:
    form = forms.parse(Kinds, [(field, text)])

    assert set(form.errors) == (set() if value is not None else {field})
    if value is not None:
        assert getattr(form.value, field) == value


def test_a_form_to_change_something_shows_it_as_it_is_typed() -> None:
    values = {
        "name": "Ali",
        "day": date(2026, 11, 23),
        "at": time(10, 30),
        "count": 3,
        "role": Role.WARDEN,
        "loud": True,
        "sites": (1, 2),
    }
    with i18n.speaking(CATALOGUES, "fa"):
        form = forms.blank(Booking, **values)

    assert (form.text("day"), form.text("at"), form.text("count")) == (
        "۱۴۰۵/۰۹/۰۲",
        "۱۰:۳۰",
        "۳",
    )
    assert form.chosen("role", Role.WARDEN)
    assert form.chosen("loud", "on")
    assert form.chosen("sites", 2)
    assert form.chosen("count", 3)
    assert not form.chosen("sites", 3)
    assert form.ok


def test_a_refusal_stands_in_the_form_by_its_reasons() -> None:
    class Refused(VisitationError):
        reasons = ("no_such_code", "another")

    form = parsed(name="Ali", day="1405/9/2").refused(Refused())

    assert not form.ok
    assert len(form.reasons) == 2
    assert form.text("name") == "Ali"


def test_an_invalid_value_stands_at_its_field() -> None:
    form = parsed(name="Ali", day="1405/9/2")

    assert "name" in form.refused(Invalid("name", "taken")).errors
    assert len(form.refused(Invalid("elsewhere", "taken")).reasons) == 1


def test_a_form_may_judge_fields_together() -> None:
    class Span(Fields):
        first: Count
        last: Count

        @model_validator(mode="after")
        def in_order(self) -> "Span":
            if self.last < self.first:
                raise forms.fault(N_("Choose fewer."))
            return self

    with i18n.speaking(CATALOGUES, "en"):
        form = forms.parse(Span, [("first", "2"), ("last", "1")])

    assert form.reasons == ("Choose fewer.",)
