"""Prepared texts for what officials write, filled with names, to be gone over and sent.

Where something is still to be said stands an ellipsis; nothing is sent with one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from visitation.cases.after import WISHES
from visitation.rulings.words import RulingKind
from visitation.words import CaseKind
from web.i18n import N_, _
from web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A text as it is kept; `text` is a message id."""

    code: str
    kind: RulingKind
    about: CaseKind
    title: str
    text: str


#: What is made of a request, in the words people read.
RULING_LABELS: Mapping[StrEnum, str] = {
    RulingKind.GRANTED: N_("Agree"),
    RulingKind.DENIED: N_("Do not agree"),
    RulingKind.REFERRED: N_("Pass on"),
    RulingKind.NOTED: N_("Only note"),
}
#: The same once it is done, and the kind of tag that shows it.
RULING_SIGNS: Mapping[StrEnum, tuple[str, str]] = {
    RulingKind.GRANTED: (N_("Agreed to"), "good"),
    RulingKind.DENIED: (N_("Not agreed to"), "bad"),
    RulingKind.REFERRED: (N_("Passed on"), "warn"),
    RulingKind.NOTED: (N_("Noted"), "plain"),
}

PREPARED: tuple[Prepared, ...] = (
    Prepared(
        code="furlough_granted",
        kind=RulingKind.GRANTED,
        about=CaseKind.FURLOUGH,
        title=N_("Leave is granted"),
        text=N_(
            "Leave of … days from … is granted to %(prisoner)s. The "
            "prison tells the family when to come."
        ),
    ),
    Prepared(
        code="medical_granted",
        kind=RulingKind.GRANTED,
        about=CaseKind.MEDICAL,
        title=N_("A doctor sees the prisoner"),
        text=N_("A doctor is to see %(prisoner)s by …."),
    ),
    Prepared(
        code="transfer_granted",
        kind=RulingKind.GRANTED,
        about=CaseKind.TRANSFER,
        title=N_("The transfer is agreed to"),
        text=N_("The transfer of %(prisoner)s to … is agreed to."),
    ),
    Prepared(
        code="visit_granted",
        kind=RulingKind.GRANTED,
        about=CaseKind.VISIT,
        title=N_("Another visit is agreed to"),
        text=N_("Another visit of %(visitor)s with %(prisoner)s is agreed to."),
    ),
    Prepared(
        code="furlough_denied",
        kind=RulingKind.DENIED,
        about=CaseKind.FURLOUGH,
        title=N_("No leave for now"),
        text=N_(
            "No leave is granted to %(prisoner)s for now, because …. It may be "
            "asked for again from …."
        ),
    ),
    Prepared(
        code="release_denied",
        kind=RulingKind.DENIED,
        about=CaseKind.RELEASE,
        title=N_("Not yet time for early release"),
        text=N_(
            "It is too early to release %(prisoner)s. The time for asking comes on …."
        ),
    ),
    Prepared(
        code="transfer_denied",
        kind=RulingKind.DENIED,
        about=CaseKind.TRANSFER,
        title=N_("No transfer for now"),
        text=N_("For now %(prisoner)s stays in this prison, because …."),
    ),
    Prepared(
        code="release_referred",
        kind=RulingKind.REFERRED,
        about=CaseKind.RELEASE,
        title=N_("To the court, with support"),
        text=N_(
            "The request of %(prisoner)s for early release goes to the court, with the "
            "support of this office."
        ),
    ),
    Prepared(
        code="medical_referred",
        kind=RulingKind.REFERRED,
        about=CaseKind.MEDICAL,
        title=N_("To the prison's clinic"),
        text=N_(
            "The prison's clinic is asked to examine %(prisoner)s and to answer by …."
        ),
    ),
    Prepared(
        code="furlough_referred",
        kind=RulingKind.REFERRED,
        about=CaseKind.FURLOUGH,
        title=N_("To the prison's council"),
        text=N_(
            "The prison's council is asked to decide on leave for %(prisoner)s by …."
        ),
    ),
    Prepared(
        code="heard",
        kind=RulingKind.NOTED,
        about=CaseKind.OTHER,
        title=N_("Heard, nothing to decide"),
        text=N_("Heard: %(visitor)s and %(prisoner)s. Nothing is to be decided."),
    ),
    Prepared(
        code="papers",
        kind=RulingKind.NOTED,
        about=CaseKind.OTHER,
        title=N_("Papers are still to come"),
        text=N_("To be brought by %(visitor)s: …."),
    ),
)
_BY_CODE = {one.code: one for one in PREPARED}


def prepared(code: str) -> Prepared | None:
    """The text of a code, if there is one."""
    return _BY_CODE.get(code)


def fitting(about: CaseKind | None) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The texts by what is made of a request: its code, its words, code and title.

    What is about the request comes alone, with what fits anything; without a request
    all come.
    """
    known = {about, CaseKind.OTHER} if about is not None else set(WISHES)
    return [
        (
            kind.value,
            _(RULING_LABELS[kind]),
            [
                (one.code, _(one.title))
                for one in PREPARED
                if one.kind is kind and one.about in known
            ],
        )
        for kind in RulingKind
    ]


def filled(one: Prepared, *, prisoner: str, visitors: Iterable[str]) -> str:
    """The text with the names of a visit, as it is offered to be gone over."""
    and_ = _(" and ")
    return _(one.text, prisoner=prisoner, visitor=and_.join(visitors) or "…")


def kinds() -> list[tuple[str, str]]:
    """What can be made of a request, to choose from."""
    return [(kind.value, _(words)) for kind, words in RULING_LABELS.items()]


def sign(kind: RulingKind, *, answered: bool = False) -> tuple[str, str]:
    """What was made of it, in words, and the kind of tag."""
    words, shown = RULING_SIGNS[kind]
    if answered and kind is RulingKind.REFERRED:
        return _("Passed on, and answered"), "calm"
    return _(words), shown


def abouts() -> list[tuple[str, str]]:
    """What a request may be about, to choose from."""
    return [(kind.value, label(kind)) for kind in WISHES]
