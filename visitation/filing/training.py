"""Learning the weights from labelled sentences: the same file gives the same bytes.

Multinomial logistic regression by plain gradient steps, in a fixed order and without
any randomness. `make train` writes `weights.json`; `measuring` says how good it is.
"""

import hashlib
import json
import math
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from visitation.filing.features import grams
from visitation.words import CaseKind

HERE = Path(__file__).parent
SENTENCES, WEIGHTS = HERE / "sentences.toml", HERE / "weights.json"
#: As `classifier.SCALE`, which needs the weights before it can be read.
SCALE = 100
_KINDS = tuple(CaseKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it is learnt.

    Attributes:
        rounds: how often all sentences are read.
        step: how far one sentence moves the weights at first; less with each round.
        decay: how much of a weight is lost at each step that touches it.
        seldom: runs of letters in fewer sentences than this are left out.
    """

    rounds: int = 12
    step: float = 2.0
    decay: float = 0.0003
    seldom: int = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, and what it asks for."""

    text: str
    kind: CaseKind


#: A run's weights with its share of the sentence.
_Row = tuple[list[tuple[list[float], float]], int]


def sentences(file: Path = SENTENCES) -> list[Labelled]:
    """All sentences, a kind after the other in turns.

    Raises:
        ValueError: if a kind has none, or there is one that is no kind.
    """
    told = tomllib.loads(file.read_text("utf-8"))
    if set(told) != {kind.value for kind in _KINDS}:
        raise ValueError(f"{file.name}: a list for each kind, and no other")
    turns = zip_longest(*(told[kind.value] for kind in _KINDS))
    return [
        Labelled(text, kind)
        for turn in turns
        for kind, text in zip(_KINDS, turn, strict=True)
        if text is not None
    ]


def learn(examples: Sequence[Labelled], course: Course | None = None) -> dict[str, Any]:
    """The weights, as they are written to the file."""
    course = course or Course()
    read = [(grams(one.text), _KINDS.index(one.kind)) for one in examples]
    rarity = _rarity([runs for runs, _kind in read], course.seldom)
    weights = {run: [0.0] * len(_KINDS) for run in rarity}
    rows = [_row(runs, kind, rarity, weights) for runs, kind in read]
    bias = [0.0] * len(_KINDS)
    for round_ in range(course.rounds):
        step = course.step / (1 + round_ / 10)
        for row in rows:
            _move(row, bias, step=step, keep=1 - step * course.decay)
    return {
        "kinds": [kind.value for kind in _KINDS],
        "bias": _whole(bias),
        "weights": {
            run: [round(rarity[run] * SCALE), *_whole(weights[run])]
            for run in sorted(weights)
        },
    }


def written(learnt: Mapping[str, Any], source: bytes) -> str:
    """The file: one run of letters a line, and which sentences it was learnt from."""
    runs = ",\n".join(
        f"{json.dumps(run, ensure_ascii=False)}:{json.dumps(of, separators=_TIGHT)}"
        for run, of in learnt["weights"].items()
    )
    head = {
        "sentences": hashlib.sha256(source).hexdigest(),
        "kinds": learnt["kinds"],
        "bias": learnt["bias"],
    }
    return f'{json.dumps(head)[:-1]}, "weights": {{\n{runs}\n}}}}\n'


_TIGHT = (",", ":")


def _rarity(read: Sequence[frozenset[str]], seldom: int) -> dict[str, float]:
    """Of each run of letters that is not seldom: the less usual, the more it says."""
    counted = Counter(run for runs in read for run in runs)
    return {
        run: round(math.log(len(read) / count), 2)
        for run, count in sorted(counted.items())
        if count >= seldom
    }


def _row(
    runs: frozenset[str],
    kind: int,
    rarity: Mapping[str, float],
    weights: Mapping[str, list[float]],
) -> _Row:
    known = sorted(run for run in runs if run in rarity)
    length = math.sqrt(sum(rarity[run] ** 2 for run in known)) or 1.0
    return [(weights[run], rarity[run] / length) for run in known], kind


def _move(row: _Row, bias: list[float], *, step: float, keep: float) -> None:
    """One step: what was likelier than it should be loses, what was less gains."""
    known, kind = row
    sums = list(bias)
    for of_kinds, share in known:
        sums = [
            one + weight * share for one, weight in zip(sums, of_kinds, strict=True)
        ]
    highest = max(sums)
    powers = [math.exp(one - highest) for one in sums]
    total = sum(powers)
    moves = [-step * power / total for power in powers]
    moves[kind] += step
    # A start that leans to no kind is best: people ask for anything.
    bias[:] = [one + move / 10 for one, move in zip(bias, moves, strict=True)]
    for of_kinds, share in known:
        of_kinds[:] = [
            weight * keep + move * share
            for weight, move in zip(of_kinds, moves, strict=True)
        ]


def _whole(numbers: Sequence[float]) -> list[int]:
    return [round(one * SCALE) for one in numbers]


def main() -> None:
    """Learn from all sentences, and write the file."""
    text = written(learn(sentences()), SENTENCES.read_bytes())
    WEIGHTS.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{WEIGHTS.name}: {len(text.encode())} bytes\n")


if __name__ == "__main__":
    main()
