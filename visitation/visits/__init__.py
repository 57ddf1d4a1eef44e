"""The record of a visit, its life, who takes part, and its claims."""

from visitation.visits.claims import Taken, release, resources, retime, take
from visitation.visits.codes import NoSuchCode, code_of, find_by_code, issue, wipe
from visitation.visits.line import line_up
from visitation.visits.record import Overtaken, by_reference, move, participants
from visitation.visits.tables import Claim, Participant, Visit

__all__ = [
    "Claim",
    "NoSuchCode",
    "Overtaken",
    "Participant",
    "Taken",
    "Visit",
    "by_reference",
    "code_of",
    "find_by_code",
    "issue",
    "line_up",
    "move",
    "participants",
    "release",
    "resources",
    "retime",
    "take",
    "wipe",
]
