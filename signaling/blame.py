"""Whose fault it is that one side of a visit does not hear the other. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from signaling.reach import Break
from visitation.words import Fault

#: What breaks on both sides within so long has one cause, and it is in the middle.
AT_ONCE: Final = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What is wrong just now.

    Attributes:
        held: nobody supervises a visit that has to be watched.
        prison: what keeps the prisoner from the others.
        others: what keeps the others from the prisoner.
        theirs: whose fault it is if it is the others'.
        from_server: it began as a fault of the service, not long ago.
    """

    held: bool
    prison: Break | None
    others: Break | None
    theirs: Fault
    from_server: bool

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What is broken on either side."""
        return tuple(one for one in (self.prison, self.others) if one is not None)


def _nobody_watches(outage: Outage) -> Fault | None:
    return Fault.PRISON if outage.held else None


def _service_was_away(outage: Outage) -> Fault | None:
    return Fault.SERVER if outage.from_server else None


def _nothing_but_silence(outage: Outage) -> Fault | None:
    return None if any(one.is_line for one in outage.breaks) else Fault.UNKNOWN


def _both_at_once(outage: Outage) -> Fault | None:
    if outage.prison is None or outage.others is None:
        return None
    apart = abs(outage.prison.since - outage.others.since)
    return Fault.SERVER if apart <= AT_ONCE else None


def _whoever_broke_first(outage: Outage) -> Fault | None:
    sides = ((outage.prison, Fault.PRISON), (outage.others, outage.theirs))
    lines = [(one.since, fault) for one, fault in sides if one and one.is_line]
    return min(lines)[1] if lines else None


#: The first that knows decides.
RULES: Final[tuple[Callable[[Outage], Fault | None], ...]] = (
    _nobody_watches,
    _service_was_away,
    _nothing_but_silence,
    _both_at_once,
    _whoever_broke_first,
)


def blame(outage: Outage) -> Fault:
    """Whose fault an outage is."""
    found = (fault for rule in RULES if (fault := rule(outage)))
    return next(found, Fault.UNKNOWN)
