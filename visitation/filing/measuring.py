"""How often the classifier is right, beside a list of words. Prints; changes nothing.

Ten-fold cross-validation: what is asked was never learnt. `make train ARGS=--report`.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visitation import persian
from visitation.filing import training
from visitation.filing.classifier import Guess, from_json
from visitation.filing.training import Course, Labelled
from visitation.words import CaseKind

FOLDS = 10
#: How sure one may ask it to be.
LEVELS = (0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_KEYWORDS = training.HERE / "keywords.toml"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was meant, what the classifier says, and what the list of words says."""

    meant: CaseKind
    guesses: tuple[Guess, ...]
    by_words: CaseKind

    @property
    def place(self) -> int:
        """Where in the guesses the right kind stands, from 1."""
        return 1 + [guess.kind for guess in self.guesses].index(self.meant)


def answers(
    examples: Sequence[Labelled], *, folds: int = FOLDS, course: Course | None = None
) -> Iterator[Answer]:
    """Each sentence, asked of what was learnt from the other parts."""
    in_turn = len(CaseKind)
    words = keywords()
    for fold in range(folds):
        held = [i // in_turn % folds == fold for i in range(len(examples))]
        known = [one for one, out in zip(examples, held, strict=True) if not out]
        learnt = from_json(training.learn(known, course))
        for one, out in zip(examples, held, strict=True):
            if out:
                found = learnt.guesses(one.text)
                yield Answer(one.kind, found, by_words(one.text, words))


def keywords() -> dict[CaseKind, tuple[str, ...]]:
    """The words of each kind, folded."""
    told = tomllib.loads(_KEYWORDS.read_text("utf-8"))
    return {
        kind: tuple(persian.fold(word) for word in told[kind.value])
        for kind in CaseKind
    }


def by_words(text: str, words: dict[CaseKind, tuple[str, ...]]) -> CaseKind:
    """The kind most of whose words are in a text; other where none is."""
    plain = persian.fold(text)
    counts = {kind: sum(word in plain for word in some) for kind, some in words.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else CaseKind.OTHER


def report(found: Sequence[Answer]) -> Iterator[str]:
    """The figures as tables in Markdown."""
    yield "| kind | sentences | right at once | among two | among three | by words |"
    yield "|---|---:|---:|---:|---:|---:|"
    for kind in CaseKind:
        yield _line(kind.value, [one for one in found if one.meant is kind])
    yield _line("all", found)
    yield ""
    yield "| at least this sure | sentences | right at once | among three |"
    yield "|---:|---:|---:|---:|"
    for level in LEVELS:
        some = [one for one in found if one.guesses[0].likely >= level]
        shares = (len(some) / len(found), _right(some, 1), _right(some, 3))
        yield f"| {level:.2f} | " + " | ".join(f"{one:.1%}" for one in shares) + " |"
    yield ""
    yield "| meant | most often taken for |"
    yield "|---|---|"
    for kind in CaseKind:
        wrong = Counter(
            one.guesses[0].kind.value
            for one in found
            if one.meant is kind and one.place > 1
        )
        said = ", ".join(f"{name} ({count})" for name, count in wrong.most_common(3))
        yield f"| {kind.value} | {said or 'nothing'} |"


def _line(name: str, found: Sequence[Answer]) -> str:
    by_list = sum(one.by_words is one.meant for one in found) / len(found)
    shares = (*(_right(found, most) for most in (1, 2, 3)), by_list)
    written = " | ".join(f"{one:.1%}" for one in shares)
    return f"| {name} | {len(found)} | {written} |"


def _right(found: Sequence[Answer], most: int) -> float:
    return sum(one.place <= most for one in found) / max(1, len(found))


def main() -> None:
    """Measure all sentences."""
    found = list(answers(training.sentences()))
    sys.stdout.writelines(f"{line}\n" for line in report(found))


if __name__ == "__main__":
    main()
