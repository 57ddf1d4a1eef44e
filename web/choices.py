"""What a warden chooses from on the wall, in the language being spoken."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from visitation.words import ABSENCES, IncidentKind, PauseReason, RemovalReason
from web.i18n import _
from web.labels import label
from web.pages.call import ENDINGS, EXTENSIONS
from web.pages.call_words import REMARKS

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Codes with their words; one button each."""

    endings: tuple[Choice, ...]
    absences: tuple[Choice, ...]
    pauses: tuple[Choice, ...]
    removals: tuple[Choice, ...]
    remarks: tuple[Choice, ...]
    incidents: tuple[Choice, ...]
    extensions: tuple[int, ...] = EXTENSIONS


def choices() -> Choices:
    """All of them."""
    return Choices(
        endings=_labelled(ENDINGS),
        absences=_labelled(ABSENCES),
        pauses=_labelled(PauseReason),
        removals=_labelled(RemovalReason),
        remarks=tuple((code, _(words)) for code, words in REMARKS.items()),
        incidents=_labelled(IncidentKind),
    )


def _labelled(codes: Iterable[StrEnum]) -> tuple[Choice, ...]:
    return tuple((code.value, label(code)) for code in codes)
