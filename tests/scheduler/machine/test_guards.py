"""The test of the test: without any one guard the machine turns red, and soon."""

import traceback
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import DatabaseError

from scheduler import rules
from tests.scheduler.machine import stores
from tests.scheduler.machine.guards import ALL, RULES, Guard
from tests.scheduler.machine.machine import Machine
from tests.scheduler.machine.stores import Store
from tests.scheduler.machine.test_machine import SHORT

#: In so many runs of so many steps.
RUNS, STEPS = 60, 40
#: A few of them in each `make test`; `make prove-machine ARGS=--guards` drops all.
SOME = (
    "claims are written",
    "a closure claims",
    "a cover claims",
    "a cancellation releases",
    "a family visit is counted",
    "a cancellation discards messages",
    "holds are swept",
    "those_kept_apart_do_not_meet",
    "nobody_is_barred",
    "kiosk_is_there",
)
HERE = Path(__file__).parent


def turns_red(guard: Guard, store: Store) -> str:
    """What was found amiss; empty if nothing."""
    looking = settings(SHORT, max_examples=RUNS, stateful_step_count=STEPS)

    def machine() -> Machine:
        return Machine(
            store, twists=guard.twists, changes=guard.changes, without=guard.without
        )

    try:
        run_state_machine_as_test(machine, settings=looking)
    except (AssertionError, DatabaseError) as error:
        return witness(error)
    return ""


def witness(error: BaseException) -> str:
    """The invariant or the act that saw it, of the machine's own functions."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one.name for one in frames if Path(one.filename).parent == HERE]
    seen = [name for name in own if name not in {"same", "turns_red"}]
    return f"{seen[-1]}: {error}"


def test_every_rule_can_be_dropped() -> None:
    assert {rule.__name__ for rule in rules.RULES} == set(RULES)


@pytest.mark.parametrize("name", SOME)
def test_the_machine_turns_red_without(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_template: Path,
) -> None:
    guard = ALL[name]
    guard.drop(monkeypatch)
    with stores.sqlite(sqlite_template) as store:
        assert turns_red(guard, store)
