"""Where a family stands in line and why, and why a plan gives it nothing, in words."""

from web import present, refusals
from web.i18n import N_, _, ngettext

#: Why a plan gives a family nothing, where no booking rule is the reason.
_UNPLACED = {
    "no_option": N_("Nothing free fits the days and places. Ask for others."),
    "taken": N_("All that would fit goes to families who have waited longer."),
    "gone": N_("The family had left the line by then."),
}


#: Why a re-planned day has nothing for a family, where it is not said as in a plan.
_NOWHERE = {
    "no_option": N_(
        "Nothing free fits. Allow a later last day, a longer way, or their own phone."
    ),
}
#: Why a family cannot even wait in line for what it lost.
_NOT_IN_LINE = {
    "already_waiting": N_(
        "The family waits in line already, and keeps its place there."
    ),
    "not_approved": N_(
        "It cannot wait in line: a visitor is no approved contact any more."
    ),
    "prisoner_released": N_("It cannot wait in line: the prisoner was released."),
}


def waits(days: int, *, met: bool) -> str:
    """How long a family has waited, in words."""
    count = present.digits(days)
    if not days:
        return _("The last visit was today") if met else _("No visit yet; new in line")
    if met:
        return ngettext(
            "%(count)s day since the last visit",
            "%(count)s days since the last visit",
            days,
            count=count,
        )
    return ngettext(
        "No visit yet; on the list for %(count)s day",
        "No visit yet; on the list for %(count)s days",
        days,
        count=count,
    )


def standing(place: int, days: int, *, met: bool) -> str:
    """Where a family stands in line, and why there, in words."""
    return _(
        "Place %(place)s in line, %(waits)s",
        place=present.digits(place),
        waits=waits(days, met=met),
    )


def unplaced(code: str) -> str:
    """Why a plan gives a family nothing; empty where it gives something."""
    if not code:
        return ""
    return _(_UNPLACED[code]) if code in _UNPLACED else refusals.sentence(code)


def nowhere(code: str) -> str:
    """Why a re-planned day gives a family no new place."""
    return _(_NOWHERE[code]) if code in _NOWHERE else unplaced(code)


def not_in_line(code: str) -> str:
    """Why a family that lost its place cannot wait in line for another."""
    known = _NOT_IN_LINE.get(code)
    return _(known) if known else refusals.sentence(code)
