"""The time that was lost in a visit, given back and owed, in words. Pure."""

from dataclasses import dataclass

from visitation.calls import Losses
from visitation.words import Fault
from web import present
from web.i18n import _, ngettext
from web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What was lost by one cause."""

    cause: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LostTime:
    """What was lost in a visit; `sentence` says what became of it."""

    rows: tuple[Loss, ...]
    sentence: str
    is_owed: bool


def lost_time(losses: Losses) -> LostTime | None:
    """What a visit's page says of lost time; None if nothing was lost."""
    if not losses.seconds:
        return None
    return LostTime(
        rows=tuple(
            Loss(cause=label(fault), length=_length(losses.seconds[fault]))
            for fault in Fault
            if fault in losses.seconds
        ),
        sentence=" ".join(_sentences(losses)),
        is_owed=losses.minutes_owed > 0,
    )


def _sentences(losses: Losses) -> list[str]:
    given, owed = losses.minutes_given_back, losses.minutes_owed
    said = []
    if given:
        said.append(
            ngettext(
                "%(num)s minute was given back at the end.",
                "%(num)s minutes were given back at the end.",
                given,
            )
        )
    if owed:
        said.append(
            ngettext(
                "%(num)s minute is still owed: add it to their next visit.",
                "%(num)s minutes are still owed: add them to their next visit.",
                owed,
            )
        )
    if not said:
        said.append(_("Less than a minute was lost; nothing is owed."))
    return [present.digits(one) for one in said]


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    text = _(
        "%(minutes)s min %(seconds)s s",
        minutes=present.digits(minutes),
        seconds=present.digits(rest),
    )
    return present.isolated(text)
