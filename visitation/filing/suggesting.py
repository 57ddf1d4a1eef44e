"""Which kinds are offered for somebody's own words, and how sure that is.

Offers two or three; whoever wrote them confirms one, or none. Where nothing is sure
enough, nothing is offered, and a clerk sorts it. Routes, and never decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from visitation.filing.classifier import LEARNT, Guess
from visitation.words import CaseKind

#: How many are offered, however sure the first one is, and at most.
LEAST, MOST = 2, 3
#: Below this the surest is right four times in ten: docs/classifier.md has the figures.
SURE_ENOUGH = 0.3
#: A third that is less likely than this is not worth a look.
_WORTH_A_LOOK = 0.05


class Confidence(StrEnum):
    """How sure it is, in words rather than figures."""

    HIGH = "high"
    FAIR = "fair"
    LOW = "low"


#: From how likely on it is called so; measured: right in 96 and 85 of a hundred.
LEVELS = ((0.7, Confidence.HIGH), (0.4, Confidence.FAIR), (0.0, Confidence.LOW))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A kind that may be meant.

    Attributes:
        tenths: how likely it is, for a bar of ten; one at least.
    """

    kind: CaseKind
    confidence: Confidence
    tenths: int


def suggest(text: str) -> tuple[Suggestion, ...]:
    """What a text may ask for, the likeliest first; nothing where it is not sure."""
    return offered(LEARNT.guesses(text))


def offered(guesses: Sequence[Guess]) -> tuple[Suggestion, ...]:
    """What is offered of all guesses: no `other`, which is always there beside them."""
    known = [one for one in guesses if one.kind is not CaseKind.OTHER]
    if not known or known[0].likely < SURE_ENOUGH:
        return ()
    return tuple(
        _suggestion(one)
        for place, one in enumerate(known[:MOST])
        if place < LEAST or one.likely >= _WORTH_A_LOOK
    )


def _suggestion(guess: Guess) -> Suggestion:
    return Suggestion(
        kind=guess.kind,
        confidence=next(name for least, name in LEVELS if guess.likely >= least),
        tenths=max(1, round(guess.likely * 10)),
    )
