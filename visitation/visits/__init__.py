"""The record of a visit, its life, who takes part, and its claims."""

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
from visitation.visits.line import line_up
from visitation.visits.record import Overtaken, by_reference, move, participants
from visitation.visits.tables import (
    Claim,
    Cover,
    Participant,
    RankedWish,
    Series,
    Visit,
)

__all__ = [
    "Claim",
    "Cover",
    "NoLongerThere",
    "NoSuchCode",
    "Overtaken",
    "Participant",
    "RankedWish",
    "Series",
    "Taken",
    "Visit",
    "attach",
    "by_reference",
    "code_of",
    "cover_by_reference",
    "covering",
    "covers_between",
    "detach",
    "find_by_code",
    "free_official",
    "holds",
    "inside",
    "issue",
    "line_up",
    "move",
    "participants",
    "referring",
    "release",
    "resources",
    "retime",
    "take",
    "wipe",
]
