"""The record of a visit, its life, who takes part, and its claims."""

from visitation.visits.allowance import (
    Spent,
    adjust,
    balances,
    entries_of,
    give_back,
    use,
)
from visitation.visits.claims import Taken, release, resources, retime, take
from visitation.visits.codes import NoSuchCode, code_of, find_by_code, issue, wipe
from visitation.visits.covers import (
    NoLongerThere,
    attach,
    cover_by_reference,
    covering,
    covers_between,
    detach,
    free_official,
    holds,
    inside,
    referring,
)
from visitation.visits.ledger import Pages, Quota, quota
from visitation.visits.line import line_up
from visitation.visits.periods import Balance, Period, refunds
from visitation.visits.record import Overtaken, by_reference, move, participants
from visitation.visits.tables import (
    Allowance,
    AllowanceEntry,
    Claim,
    Cover,
    Participant,
    RankedWish,
    Series,
    Visit,
)

__all__ = [
    "Allowance",
    "AllowanceEntry",
    "Balance",
    "Claim",
    "Cover",
    "NoLongerThere",
    "NoSuchCode",
    "Overtaken",
    "Pages",
    "Participant",
    "Period",
    "Quota",
    "RankedWish",
    "Series",
    "Spent",
    "Taken",
    "Visit",
    "adjust",
    "attach",
    "balances",
    "by_reference",
    "code_of",
    "cover_by_reference",
    "covering",
    "covers_between",
    "detach",
    "entries_of",
    "find_by_code",
    "free_official",
    "give_back",
    "holds",
    "inside",
    "issue",
    "line_up",
    "move",
    "participants",
    "quota",
    "referring",
    "refunds",
    "release",
    "resources",
    "retime",
    "take",
    "use",
    "wipe",
]
