"""Whatever the domain refuses, people are told why and what to do."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import scheduler
import signaling
import visitation
from scheduler.proposals import Refusal
from tests.conftest import NOON
from visitation.admission import Denial
from visitation.calls import Denied
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from visitation.lifecycle import IllegalMove, VisitAction, VisitState
from web import i18n, refusals

ROOT = Path(__file__).parents[2]
PACKAGES = ("visitation", "scheduler", "signaling", "web")
#: Answered in other ways: no page, a log line, the socket, or by their own data.
ELSEWHERE = {
    "Active",
    "_Against",
    "Altered",
    "BadOrder",
    "BadSdp",
    "BadSheet",
    "BadSignature",
    "BadTicket",
    "Behind",
    "Broken",
    "Busy",
    "Changed",
    "Closed",
    "Cut",
    "Damaged",
    "DatabaseError",
    "Denied",
    "Encrypted",
    "_Failure",
    "Fault",
    "FinishedBefore",
    "Forged",
    "Gone",
    "HandedIn",
    "Held",
    "Invalid",
    "Malformed",
    "Misconfigured",
    "Missing",
    "NotAllowed",
    "NotAPicture",
    "NotAPng",
    "NotAsWritten",
    "NotFound",
    "NotJoined",
    "NotReady",
    "OptedOut",
    "OrderEnded",
    "Permanent",
    "ProtocolError",
    "Refused",
    "Reordered",
    "RepeatedTooOften",
    "RowRefused",
    "Spent",
    "Spliced",
    "Taken",
    "Tampered",
    "Temporary",
    "TooLateToUndo",
    "TooMany",
    "TooManyDocuments",
    "TooManyOpen",
    "TooSlow",
    "Unfinished",
    "Unfit",
    "Unknown",
    "Unreadable",
    "Unsound",
    "WrongDescription",
}


def invalid_codes() -> Iterator[tuple[str, str]]:
    """Every code that is written out in a `raise Invalid(...)`, and where."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if _is_invalid(node) and len(node.args) == 2:
                    code = node.args[1]
                    if isinstance(code, ast.Constant):
                        yield str(code.value), f"{file.name}:{node.lineno}"


def _is_invalid(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Invalid"
    )


def errors_of(kind: type[VisitationError]) -> Iterator[type[VisitationError]]:
    for child in kind.__subclasses__():
        yield child
        yield from errors_of(child)


def test_every_booking_refusal_has_a_sentence() -> None:
    assert {reason.value for reason in Refusal} - refusals.SENTENCES.keys() == set()


def test_every_invalid_value_has_a_sentence() -> None:
    missing = {c: at for c, at in invalid_codes() if c not in refusals.SENTENCES}

    assert missing == {}


def test_every_error_is_explained_somewhere() -> None:
    for package in (visitation, scheduler, signaling):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)

    explained = {kind.__name__ for kind in refusals.FACTS}
    ours = {
        kind.__name__
        for kind in errors_of(VisitationError)
        if kind.__module__.split(".")[0] in PACKAGES[:3]
    }
    assert ours - explained - ELSEWHERE == set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Invalid("national_id", "wrong_national_id"), ("This is no national ID",)),
        (Denied(Denial.OVER, NOON), ("This visit is over.",)),
        (IllegalMove(VisitState.BOOKED, VisitAction.FINISH), ("The visit is past",)),
        (Invalid("x", "unheard_of"), ("This was refused (unheard_of).",)),
        (NotFound("x"), ()),
        (NotAllowed("x"), ()),
    ],
    ids=repr,
)
def test_an_error_is_said_in_words(
    error: VisitationError, said: tuple[str, ...]
) -> None:
    with i18n.speaking(i18n.load(), "en"):
        sentences = refusals.sentences(error)

    assert len(sentences) == len(said)
    assert all(s.startswith(begin) for s, begin in zip(sentences, said, strict=True))
