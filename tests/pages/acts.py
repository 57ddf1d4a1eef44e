"""What people do so that pages come about which no link leads to, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.browser.conftest import PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A form that is sent, and what is typed in it.

    Attributes:
        door: who sends it.
        on: the kind of the page it stands on, the last that was found; empty for a page
            that was left open long ago.
        form: the path of the route it goes to, or just the path.
        typed: values by name, where the first choice of each field will not do; names
            of `Stage.marks` in braces.
        state: what the page is called if it answers at once, without leading on.
        refused: whether it is; a page that answers at once may also be a step.
        onward: whether what it leads to is followed; others have been there.
        times: how often it was sent before, and answered otherwise.
        foreign: whether another site's page sends it.
        then: pages that look different after it, by door and kind.
    """

    door: str
    on: str
    form: str
    typed: Mapping[str, str] = field(default_factory=dict)
    state: str = "step"
    refused: bool = False
    onward: bool = True
    times: int = 0
    foreign: bool = False
    then: tuple[tuple[str, str], ...] = ()


def _wrong(on: str, **typed: str) -> Act:
    return Act(door="nobody", on=on, form=on, typed=typed, state="wrong", refused=True)


def _asking(number: str) -> tuple[Act, ...]:
    """A clerk asks for a family, step by step."""
    steps = (("", "/party"), ("/party step", "/days"), ("/days step", "/times"))
    more = (("/times step", "/choose"), ("/choose step", ""))
    return tuple(
        Act(
            door="clerk",
            on=f"/asking{on}",
            form=f"/asking{form}",
            typed={"number": number, "seen": "on"},
        )
        for on, form in (*steps, *more)
    )


def _filing() -> tuple[Act, ...]:
    """A family asks for something in its own words, and has still to hand it in."""
    draft = "/file/{draft}"
    steps = (
        ("/file", "/file", {}),
        (f"{draft}/words", f"{draft}/words", {"words": "پسرم مرخصی می‌خواهد"}),
        (f"{draft}/meant", f"{draft}/choose", {"kind": "furlough"}),
        (f"{draft}/form", f"{draft}/form", {"answer_reason": "family"}),
    )
    return tuple(
        Act(door="early", on=on, form=form, typed=typed) for on, form, typed in steps
    )


def _cases() -> tuple[Act, ...]:
    """A warden writes a request down; an official reads back what becomes of one."""
    steps = (
        ("", {"number": "1012"}, "kinds"),
        (" kinds", {"kind": "medical"}, "fields"),
        (" fields", {"answer_what": "doctor", "step": "check"}, "check"),
        (" check", {"step": "send"}, "step"),
    )
    written = tuple(
        Act(
            door="warden",
            on=f"/cases/new{on}",
            form="/cases/new",
            typed=typed,
            state=state,
        )
        for on, typed, state in steps
    )
    decide, order = "/cases/{case}/decide", "/cases/{case}/order"
    said = {"text": "بررسی شد.", "step": "read"}
    return (
        *written,
        Act(
            door="official",
            on=f"{decide} ?outcome",
            form=decide,
            typed=said,
            state="read",
        ),
        Act(door="official", on=order, form=order, typed=said, state="read"),
    )


_PHONE = "+989120009999"
_NUMBER = {"number": "1012"}

#: Each leads to pages that are kept, and on from there.
ACTS = (
    Act(door="scheduler", on="/staff", form="/look", typed={"text": "کوهستانی"}),
    Act(door="administrator", on="/staff", form="/look", typed={"text": "هیچ‌کس"}),
    Act(
        door="nobody",
        on="/sign-in/phone",
        form="/sign-in/phone",
        typed={"phone": _PHONE},
    ),
    _wrong("/sign-in/phone/code", code="000000"),
    _wrong("/join", code="000000", phone="0000"),
    _wrong("/offer", code="000000", phone="0000"),
    _wrong("/file/code", code="000000", phone="0000"),
    _wrong("/track", code="0000000000"),
    Act(
        door="nobody",
        on="/track",
        form="/track",
        typed={"code": "{tracking}"},
        state="stands",
    ),
    *_filing(),
    *_cases(),
    _wrong("/sign-in", username="nobody", password=PASSWORD),
    _wrong("/pair", code="00000000"),
    # Before another code is issued for the station, which ends this one.
    Act(
        door="nobody",
        on="/pair",
        form="/pair",
        typed={"code": "{taken}"},
        state="taken",
        refused=True,
    ),
    Act(
        door="phone",
        on="/mine/book/{contact}/times",
        form="/mine/book/{contact}/times",
    ),
    Act(door="phone", on="/mine/held/{hold}", form="/mine/held/{hold}"),
    Act(
        door="phone",
        on="/mine/people/new",
        form="/mine/people/new",
        typed={"prisoner": "یوسف رودباری"},
        then=(("scheduler", "/links"),),
    ),
    Act(
        door="lawyer",
        on="/mine/clients/{mandate}/book/times",
        form="/mine/clients/{mandate}/book/times",
    ),
    Act(
        door="lawyer",
        on="/mine/clients/{mandate}/file/{kind}",
        form="/mine/clients/{mandate}/file/{kind}",
        typed={"words": "وکیل هنوز پرونده را ندیده است."},
        state="filed",
    ),
    Act(door="clerk", on="/clerk/queue", form="/points/{site}/tickets"),
    Act(
        door="clerk",
        on="/services",
        form="/points/{site}/services",
        typed={"kind": "sana", "people": "2"},
    ),
    Act(
        door="administrator",
        on="/webhooks",
        form="/webhooks",
        typed={"label": "سامانهٔ پرونده‌ها", "address": "https://receiver.example/"},
        state="secret",
    ),
    Act(
        door="administrator",
        on="/holidays/new",
        form="/holidays/new",
        typed={"day": "1405-08-10", "name": "روز آزمایش"},
    ),
    Act(
        door="administrator",
        on="/templates/{template}/end",
        form="/templates/{template}/end",
        typed={"last_day": "1405-08-10"},
    ),
    Act(
        door="administrator",
        on="/sites/{site}/grants",
        form="/sites/{site}/grants",
        typed={"reason": "راه بسته است"},
    ),
    Act(
        door="administrator",
        on="/accounts/{account}/tokens",
        form="/accounts/{account}/tokens",
        typed={"label": "گزارش", "days": "30"},
        state="token",
        then=(("administrator", "/accounts/{account}/tokens"),),
    ),
    Act(
        door="administrator",
        on="/stations/{station}",
        form="/stations/{station}/pairing-code",
        state="code",
    ),
    Act(
        door="scheduler",
        on="/booking ?place,prisoner,slot",
        form="/booking/check",
    ),
    Act(door="scheduler", on="/booking/check step", form="/booking"),
    Act(door="scheduler", on="/waiting/new", form="/waiting/find", typed=_NUMBER),
    Act(door="clerk", on="/clerk", form="/clerk/{visit}/code", state="code"),
    Act(
        door="scheduler",
        on="/call-list",
        form="/call-list/{ring}/words",
        state="words",
    ),
    *_asking("1012"),
    Act(
        door="nobody",
        on="/offer",
        form="/offer",
        typed={"code": "{offer}", "phone": "{asked}"},
        state="found",
    ),
    Act(
        door="kiosk",
        on="/station/operator",
        form="/station/operator",
        typed={"number": "{operator}"},
        state="opened",
    ),
    Act(
        door="auditor",
        on="/recordings/{recording}",
        form="/recordings/{recording}/check",
        state="checked",
    ),
    Act(
        door="auditor",
        on="/recordings/{recording}",
        form="/recordings/{recording}/ask",
        typed={"reason": "case"},
    ),
    Act(
        door="administrator",
        on="/retention",
        form="/retention",
        typed={"chat_lines": "30"},
    ),
    Act(
        door="scheduler",
        on="",
        form="/visits/{regretted}/again",
        state="refused",
        refused=True,
    ),
    Act(
        door="back",
        on="",
        form="/sign-in/kept?to=/holidays/new",
        typed={"name": "روز آزمایش"},
        state="kept",
        refused=True,
    ),
    Act(
        door="back",
        on="/sign-in/kept kept",
        form="/sign-in",
        typed={"username": "scheduler", "password": PASSWORD},
        state="again",
        onward=False,
    ),
    Act(
        door="elsewhere",
        on="",
        form="/station/operator",
        typed={"number": "000000"},
        state="too often",
        refused=True,
        times=10,
    ),
    Act(
        door="nobody",
        on="",
        form="/sign-in",
        state="foreign",
        refused=True,
        foreign=True,
    ),
    # From here on the prison looks at what families ask for.
    Act(
        door="administrator",
        on="/sites/{site}/policy",
        form="/sites/{site}/policy",
        typed={"approval": "required"},
    ),
    Act(
        door="administrator",
        on="/sites/{site}/policy step",
        form="/sites/{site}/policy",
        typed={"step": "save"},
        then=(("phone", "/mine/visits/{part}/move"),),
    ),
    *_asking("1009"),
    Act(
        door="shared",
        on="/mine/book/{contact}/times",
        form="/mine/book/{contact}/times",
    ),
    Act(door="shared", on="/mine/held/{hold}", form="/mine/held/{hold}"),
)
