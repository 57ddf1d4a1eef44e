"""What people do so that pages come about which no link leads to, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.browser.conftest import PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A form that is sent, and what is typed in it.

    Attributes:
        door: who sends it.
        on: the kind of the page it stands on, the last that was found.
        form: the path of the route it goes to.
        typed: values by name, where the first choice of each field will not do.
        state: what the page is called if it answers at once, without leading on.
        refused: whether it is; a page that answers at once may also be a step.
        then: pages that look different after it, by door and kind.
    """

    door: str
    on: str
    form: str
    typed: Mapping[str, str] = field(default_factory=dict)
    state: str = "step"
    refused: bool = False
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
    _wrong("/sign-in", username="nobody", password=PASSWORD),
    _wrong("/pair", code="00000000"),
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
    Act(door="clerk", on="/clerk/queue", form="/points/{site}/tickets"),
    Act(
        door="administrator",
        on="/holidays/new",
        form="/holidays/new",
        typed={"day": "1405-08-10", "name": "روز آزمایش"},
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
    ),
    *_asking("1009"),
    Act(
        door="shared",
        on="/mine/book/{contact}/times",
        form="/mine/book/{contact}/times",
    ),
    Act(door="shared", on="/mine/held/{hold}", form="/mine/held/{hold}"),
)
