"""`make prove-machine`: everything that scheduling can do, in any order, for minutes.

The state machine of `tests/scheduler/machine` on SQLite and PostgreSQL in turn, each
round with a seed of its own, which is printed; then, with `--guards`, once without each
guard, which must turn it red. `ARGS="--seed 7 --rounds 1"` does one round again.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import SQLAlchemyError

from tests import postgres
from tests.scheduler.machine import stores
from tests.scheduler.machine.guards import ALL
from tests.scheduler.machine.machine import Machine
from tests.scheduler.machine.stores import PostgresqlStore, Store
from tests.scheduler.machine.test_guards import turns_red
from tests.scheduler.machine.test_machine import SHORT
from visitation.database import migrate

RUNS, STEPS = 20, 60


@contextmanager
def opened() -> Iterator[dict[str, Store]]:
    """A place for databases of each kind."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        template = directory / "template.db"
        migrate(f"sqlite:///{template}")
        url = stack.enter_context(postgres.server())
        migrate(url)
        yield {
            "sqlite": stack.enter_context(stores.sqlite(template)),
            "postgresql": PostgresqlStore(url),
        }


def passes(store: Store, seed: int) -> bool:
    """Whether the machine agrees with the model in every run of a round."""

    @hypothesis.seed(seed)
    def machine() -> Machine:
        return Machine(store)

    longer = settings(
        SHORT, derandomize=False, max_examples=RUNS, stateful_step_count=STEPS
    )
    try:
        run_state_machine_as_test(machine, settings=longer)
    except (AssertionError, SQLAlchemyError):
        traceback.print_exc()
        return False
    return True


def unnoticed(places: dict[str, Store]) -> list[str]:
    """The guards whose loss no invariant saw; who saw the others is printed."""
    missed = []
    for name, guard in ALL.items():
        with pytest.MonkeyPatch.context() as patch:
            guard.drop(patch)
            witness = turns_red(guard, places["sqlite"])
        print(f"without «{name}»: {witness[:100] or 'NOTHING SEEN'}", flush=True)
        if not witness:
            missed.append(name)
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=10**6)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--guards", action="store_true")
    given = parser.parse_args()
    began, rounds, failed = time.monotonic(), 0, []
    with opened() as places:
        while rounds < given.rounds and time.monotonic() < began + given.minutes * 60:
            seed = given.seed + rounds
            for kind, store in places.items():
                passed = passes(store, seed)
                print(f"seed {seed} on {kind}: {'ok' if passed else 'RED'}", flush=True)
                failed += [] if passed else [f"{kind} {seed}"]
            rounds += 1
        missed = unnoticed(places) if given.guards else []
    said = {"prove": "machine", "rounds": rounds, "runs": rounds * RUNS * 2}
    print(json.dumps({**said, "failed": failed, "unnoticed": missed}))
    sys.exit(bool(failed or missed))


if __name__ == "__main__":
    main()
