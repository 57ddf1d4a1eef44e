"""Requests that are followed until there is an answer.

A verb that reads better with its room's name is in its module: `acts.take`,
`orders.make`, `boards.listed`, `reading.history`.
"""

from visitation.cases import (
    acts,
    after,
    background,
    boards,
    documents,
    due,
    erasing,
    files,
    kinds,
    lifecycle,
    orders,
    telling,
    tracking,
    untold,
    written,
)
from visitation.cases.boards import Board, Listed, Wanted, of_prisoner
from visitation.cases.deciders import may_decide
from visitation.cases.kinds import KINDS, Kind, checked
from visitation.cases.lifecycle import CASE, DECIDING, MAY_CASE, IllegalStep
from visitation.cases.ordered import OrderListed, orders_by, orders_for
from visitation.cases.raising import Raised, raise_case
from visitation.cases.reading import (
    Done,
    Ordered,
    Reader,
    by_reference,
    by_tracking,
    history,
    of_visitor,
    orders_of,
)
from visitation.cases.refusing import (
    Changed,
    Closed,
    OpenAlready,
    OrderEnded,
    RepeatedTooOften,
    SameJudge,
    TooManyDocuments,
    TooManyOpen,
)
from visitation.cases.tables import Case, CaseDocument, CaseOrder, CaseStep

__all__ = [
    "CASE",
    "DECIDING",
    "KINDS",
    "MAY_CASE",
    "Board",
    "Case",
    "CaseDocument",
    "CaseOrder",
    "CaseStep",
    "Changed",
    "Closed",
    "Done",
    "IllegalStep",
    "Kind",
    "Listed",
    "OpenAlready",
    "OrderEnded",
    "OrderListed",
    "Ordered",
    "Raised",
    "Reader",
    "RepeatedTooOften",
    "SameJudge",
    "TooManyDocuments",
    "TooManyOpen",
    "Wanted",
    "acts",
    "after",
    "background",
    "boards",
    "by_reference",
    "by_tracking",
    "checked",
    "documents",
    "due",
    "erasing",
    "files",
    "history",
    "kinds",
    "lifecycle",
    "may_decide",
    "of_prisoner",
    "of_visitor",
    "orders",
    "orders_by",
    "orders_for",
    "orders_of",
    "raise_case",
    "telling",
    "tracking",
    "untold",
    "written",
]
