"""The machine's short form, on both databases; `make prove-machine` is the long one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.scheduler.machine import stores
from tests.scheduler.machine.machine import Machine
from tests.scheduler.machine.stores import PostgresqlStore, SqliteStore, Store

SHORT = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


#: PostgreSQL takes longer to be emptied, and to answer.
RUNS = {"sqlite": 20, "postgresql": 8}


@pytest.fixture(params=RUNS)
def store(request: pytest.FixtureRequest, sqlite_template: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        with stores.sqlite(sqlite_template) as store:
            yield store
    else:
        yield PostgresqlStore(request.getfixturevalue("_migrated_postgresql"))


def test_any_order_of_steps_agrees_with_the_model(
    store: Store,
) -> None:
    kind = "sqlite" if isinstance(store, SqliteStore) else "postgresql"
    short = settings(SHORT, max_examples=RUNS[kind])
    run_state_machine_as_test(lambda: Machine(store), settings=short)
