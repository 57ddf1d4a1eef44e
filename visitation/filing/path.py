"""The guided path to a kind: questions and their options, as `path.toml` tells them.

Knows ids only; words, pictures and voices belong to whoever shows it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from visitation.words import CaseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to press.

    Attributes:
        to: the question it leads to; empty where it leads to none.
        kind: what is asked for then; None where that is not yet known.
        words: whether it leads to where one says it in one's own words.
    """

    name: str
    picture: str
    to: str = ""
    kind: CaseKind | None = None
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; `voice` names the sentence that says it, and its options, aloud."""

    name: str
    voice: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """All questions by name, and the one it begins with."""

    first: str
    questions: Mapping[str, Question]

    def before(self, name: str) -> str:
        """The question that leads to this one; empty for the first."""
        return next(
            (
                question.name
                for question in self.questions.values()
                for option in question.options
                if option.to == name
            ),
            "",
        )

    def to_kind(self, kind: CaseKind) -> str:
        """The question whose option asks for this kind; the first if none does."""
        return next(
            (
                question.name
                for question in self.questions.values()
                for option in question.options
                if option.kind is kind
            ),
            self.first,
        )

    def walks(self) -> Iterator[tuple[Option, ...]]:
        """Every way from the first question to an end.

        Raises:
            ValueError: if a way comes back to where it was.
        """
        yield from self._onward(self.first, ())

    def _onward(
        self, name: str, came: tuple[Option, ...]
    ) -> Iterator[tuple[Option, ...]]:
        if len(came) > len(self.questions):
            raise ValueError(f"{name}: goes round in a circle")
        for option in self.questions[name].options:
            way = (*came, option)
            if option.to:
                yield from self._onward(option.to, way)
            else:
                yield way


def read(told: Mapping[str, Any]) -> Path:
    """The path, as the file tells it.

    Raises:
        ValueError: if an option leads nowhere, or to several things.
    """
    questions = {
        name: Question(
            name=name,
            voice=told[name]["voice"],
            options=tuple(_option(name, one) for one in told[name]["options"]),
        )
        for name in told
        if name != "first"
    }
    return Path(first=told["first"], questions=questions)


def _option(question: str, told: Mapping[str, Any]) -> Option:
    if sum(key in told for key in ("to", "kind", "words")) != 1:
        raise ValueError(f"{question}.{told['name']}: leads to one thing")
    kind = CaseKind(told["kind"]) if "kind" in told else None
    return Option(**{**told, "kind": kind})


def _load() -> Path:
    file = resources.files(__package__ or "") / "path.toml"
    return read(tomllib.loads(file.read_text("utf-8")))


PATH = _load()
