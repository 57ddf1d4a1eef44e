"""Which kinds a text may mean, each with how likely that is. Decides nothing.

The numbers are in `weights.json`, learnt by `training` from `sentences.toml`; here they
are only added up. Knows no case and asks nobody.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from visitation.filing.features import grams
from visitation.words import CaseKind

#: Weights are kept as whole hundredths: a small file, the same on any machine.
SCALE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A kind, and how likely it is the one that is meant: 0 to 1."""

    kind: CaseKind
    likely: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """What was learnt.

    Attributes:
        kinds: in the order of all the lists of numbers.
        bias: for each kind, before anything is read.
        weights: of each run of letters: how rare it is, then one number for each kind.
    """

    kinds: Sequence[CaseKind]
    bias: Sequence[int]
    weights: Mapping[str, Sequence[int]]

    def guesses(self, text: str) -> tuple[Guess, ...]:
        """Every kind, the likeliest first."""
        known = [
            self.weights[run] for run in sorted(grams(text)) if run in self.weights
        ]
        length = math.sqrt(sum(rare * rare for rare, *_rest in known)) or 1.0
        sums = [one / SCALE for one in self.bias]
        for rare, *of_kinds in known:
            share = rare / length / SCALE
            sums = [
                one + weight * share for one, weight in zip(sums, of_kinds, strict=True)
            ]
        highest = max(sums)
        powers = [math.exp(one - highest) for one in sums]
        found = [
            Guess(kind=kind, likely=power / sum(powers))
            for kind, power in zip(self.kinds, powers, strict=True)
        ]
        return tuple(sorted(found, key=lambda guess: -guess.likely))


def from_json(told: Mapping[str, Any]) -> Classifier:
    """What was learnt, as `training` writes it."""
    return Classifier(
        kinds=tuple(CaseKind(kind) for kind in told["kinds"]),
        bias=tuple(told["bias"]),
        weights=told["weights"],
    )


def _read() -> Classifier:
    file = resources.files(__package__ or "") / "weights.json"
    return from_json(json.loads(file.read_text("utf-8")))


LEARNT = _read()
