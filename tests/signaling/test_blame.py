"""Whose fault an outage is, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from signaling.blame import Outage, blame
from signaling.reach import Break
from visitation.words import Fault

TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def broken(second: int, *, line: bool = True) -> Break:
    return Break(since=TEN + timedelta(seconds=second), is_line=line)


@pytest.mark.parametrize(
    ("held", "prison", "others", "from_server", "fault"),
    [
        (False, None, broken(0), False, Fault.FAMILY),
        (False, broken(0), None, False, Fault.PRISON),
        (False, broken(0), broken(3), False, Fault.SERVER),
        (False, broken(0), broken(4), False, Fault.PRISON),
        (False, broken(9), broken(4), False, Fault.FAMILY),
        (False, None, broken(0, line=False), False, Fault.UNKNOWN),
        (False, broken(0, line=False), broken(9), False, Fault.FAMILY),
        (False, None, broken(0), True, Fault.SERVER),
        (True, None, broken(0), True, Fault.PRISON),
        (True, None, None, False, Fault.PRISON),
    ],
    ids=[
        "the family's line",
        "the prison's line",
        "both at once",
        "the prison's broke first",
        "the family's broke first",
        "silence on a good line",
        "silence, then the other's line",
        "after the service was away",
        "held, whatever else",
        "held",
    ],
)
def test_every_outage_has_its_fault(
    held: bool,
    prison: Break | None,
    others: Break | None,
    from_server: bool,
    fault: Fault,
) -> None:
    outage = Outage(
        held=held,
        prison=prison,
        others=others,
        theirs=Fault.FAMILY,
        from_server=from_server,
    )

    assert blame(outage) is fault
