"""What each profession may do here, as data. Pure.

A right is looked up in `RIGHTS` alone; whether somebody has a licence in force is for
`rights` to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from visitation.words import CaseKind, Profession, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a licence of one profession gives.

    Attributes:
        relation: what a mandate makes of its holder to the prisoner; None where
            nobody of the profession has clients.
        by_order: whether a mandate names the order of a court.
        visits: whether confidential visits of clients are booked.
        files: the kinds of requests that are filed for clients.
        assists: whether people are helped with their own requests at a point.
        by_roster: whether licences come by a roster alone, and nobody asks for one.
        longest_days: how long a licence is verified for, at most.
    """

    relation: Relation | None = None
    by_order: bool = False
    visits: bool = False
    files: frozenset[CaseKind] = frozenset()
    assists: bool = False
    by_roster: bool = False
    longest_days: int


_A_YEAR = 366

RIGHTS: Mapping[Profession, Rights] = {
    Profession.LAWYER: Rights(
        relation=Relation.LAWYER,
        visits=True,
        files=frozenset(CaseKind),
        longest_days=3 * _A_YEAR,
    ),
    Profession.EXPERT: Rights(
        relation=Relation.EXPERT,
        by_order=True,
        visits=True,
        files=frozenset({CaseKind.MEDICAL, CaseKind.STATUS, CaseKind.OTHER}),
        longest_days=3 * _A_YEAR,
    ),
    Profession.REPRESENTATIVE: Rights(
        relation=Relation.REPRESENTATIVE,
        by_order=True,
        visits=True,
        files=frozenset(
            {
                CaseKind.TRANSFER,
                CaseKind.MEDICAL,
                CaseKind.COMPLAINT,
                CaseKind.STATUS,
                CaseKind.OTHER,
            }
        ),
        longest_days=_A_YEAR,
    ),
    Profession.GRADUATE: Rights(assists=True, by_roster=True, longest_days=_A_YEAR),
}
#: Who asks for a licence by themselves, in the order people read them.
ASKING = tuple(one for one, rights in RIGHTS.items() if not rights.by_roster)


def longest(profession: Profession, on: date) -> date:
    """The last day until which a licence may be verified on a day."""
    return on + timedelta(days=RIGHTS[profession].longest_days)


def as_markdown() -> str:
    """The rights as a table for people."""
    heads = (
        *("profession", "clients", "by a court's order", "confidential visits"),
        *("files for clients", "helps at a point", "licence comes", "days at most"),
    )
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for profession, one in RIGHTS.items():
        cells = (
            profession.value,
            _yes(one.relation is not None),
            _yes(one.by_order),
            _yes(one.visits),
            _kinds(one.files),
            _yes(one.assists),
            "by a roster" if one.by_roster else "when asked for",
            str(one.longest_days),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _yes(value: bool) -> str:
    return "yes" if value else "–"


def _kinds(kinds: frozenset[CaseKind]) -> str:
    if kinds == frozenset(CaseKind):
        return "every kind"
    return ", ".join(kind.value for kind in CaseKind if kind in kinds) or "–"
