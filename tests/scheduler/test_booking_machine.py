"""Any order of booking, moving, cancelling, closing and lifting agrees with a model.

The model is a dictionary of who holds which quanta; the service must answer as it does
and its claims must be exactly the model's after every step.
"""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from scheduler import booking, closures
from scheduler.booking import Refused
from scheduler.closures import AlreadyClosed, Occupied
from tests import make
from tests.conftest import NOON
from tests.fakes import seeded_keyring
from tests.scheduler.test_booking import BY, TEN
from visitation import visits
from visitation.database import Database
from visitation.places import Closure
from visitation.timespan import QUANTUM, Timespan
from visitation.visits import Claim, claims
from visitation.words import Outcome, VisitKind

TURNOVER = timedelta(minutes=5)
SEATS = st.integers(0, 1)
STARTS = st.integers(0, 24)
LENGTHS = st.integers(1, 6)


def span(start: int, length: int) -> Timespan:
    return Timespan(TEN + start * QUANTUM, TEN + (start + length) * QUANTUM)


class Bookings(RuleBasedStateMachine):
    """What may be done, each with the answer that the model expects."""

    template: Path
    booked = Bundle("booked")
    shut = Bundle("shut")

    @initialize()
    def begin(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.directory / "visits.db")
        self.runner = asyncio.Runner()
        self.database = Database(f"sqlite:///{self.directory / 'visits.db'}")
        self.keyring = seeded_keyring()
        self.model: dict[str, set[tuple[str, int]]] = {}
        self.pair_of: dict[str, int] = {}
        self.runner.run(self._people())

    async def _people(self) -> None:
        async with self.database.write() as session:
            self.prison = await make.prison(session)
            await make.policy(session, self.prison, visits_per_week=14)
            self.terminals = [
                (await make.terminal(session, self.prison)).id for _ in "ab"
            ]
            self.pairs = []
            for _ in "ab":
                prisoner = await make.prisoner(session, self.prison)
                visitor = await make.visitor(session)
                await make.contact(session, prisoner, visitor)
                self.pairs.append((prisoner.id, visitor.id))

    def _wanted(self, terminal: int, pair: int, when: Timespan) -> set[tuple[str, int]]:
        prisoner_id, visitor_id = self.pairs[pair]
        names = visits.resources(
            terminal_id=self.terminals[terminal],
            prisoner_id=prisoner_id,
            visitor_ids=[visitor_id],
        )
        return set(claims.needed(names, when, TURNOVER))

    def _free(self, wanted: set[tuple[str, int]], but: str = "") -> bool:
        held = (rows for owner, rows in self.model.items() if owner != but)
        return all(wanted.isdisjoint(rows) for rows in held)

    @rule(target=booked, terminal=SEATS, pair=SEATS, start=STARTS, length=LENGTHS)
    def book(self, terminal: int, pair: int, start: int, length: int) -> str:
        when = span(start, length)

        async def act() -> str:
            async with self.database.write() as session:
                visit = await booking.book(
                    session,
                    prison_id=self.prison.id,
                    terminal_id=self.terminals[terminal],
                    span=when,
                    kind=VisitKind.FAMILY,
                    prisoner_id=self.pairs[pair][0],
                    visitor_ids=[self.pairs[pair][1]],
                    keyring=self.keyring,
                    by=BY,
                    now=NOON,
                    override_reason="machine",
                )
                return visit.reference

        wanted = self._wanted(terminal, pair, when)
        if not self._free(wanted):
            with pytest.raises(Refused):
                self.runner.run(act())
            return ""
        reference = self.runner.run(act())
        self.model[reference] = wanted
        self.pair_of[reference] = pair
        return reference

    @rule(reference=booked, terminal=SEATS, start=STARTS, length=LENGTHS)
    def move(self, reference: str, terminal: int, start: int, length: int) -> None:
        if reference not in self.model:
            return
        when = span(start, length)

        async def act() -> None:
            async with self.database.write() as session:
                await booking.move(
                    session,
                    visit=await visits.by_reference(session, reference),
                    terminal_id=self.terminals[terminal],
                    span=when,
                    kiosk_id=None,
                    by=BY,
                    now=NOON,
                    override_reason="machine",
                )

        wanted = self._wanted(terminal, self.pair_of[reference], when)
        if not self._free(wanted, but=reference):
            with pytest.raises(Refused):
                self.runner.run(act())
            return
        self.runner.run(act())
        self.model[reference] = wanted

    @rule(reference=consumes(booked))
    def cancel(self, reference: str) -> None:
        if reference not in self.model:
            return

        async def act() -> None:
            async with self.database.write() as session:
                await booking.cancel(
                    session,
                    visit=await visits.by_reference(session, reference),
                    outcome=Outcome.CANCELLED_BY_FAMILY,
                    reason="machine",
                    by=BY,
                    now=NOON,
                )

        self.runner.run(act())
        del self.model[reference]

    @rule(target=shut, terminal=SEATS, start=STARTS, length=LENGTHS)
    def close(self, terminal: int, start: int, length: int) -> int:
        station_id, when = self.terminals[terminal], span(start, length)

        async def act() -> int:
            async with self.database.write() as session:
                closure = await closures.close(
                    session,
                    site_id=self.prison.id,
                    station_id=station_id,
                    span=when,
                    reason="machine",
                    by=BY,
                    now=NOON,
                )
                return closure.id

        wanted = {(f"terminal:{station_id}", q) for q in when.quanta()}
        if not self._free(wanted):
            with pytest.raises((Occupied, AlreadyClosed)):
                self.runner.run(act())
            return 0
        closure_id = self.runner.run(act())
        self.model[f"closure:{closure_id}"] = wanted
        return closure_id

    @rule(closure_id=consumes(shut))
    def lift(self, closure_id: int) -> None:
        if not closure_id:
            return

        async def act() -> None:
            async with self.database.write() as session:
                closure = await session.get_one(Closure, closure_id)
                await closures.lift(session, closure, by=BY, now=NOON)

        self.runner.run(act())
        del self.model[f"closure:{closure_id}"]

    @invariant()
    def claims_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return

        async def read() -> list[tuple[str, int]]:
            async with self.database.read() as session:
                rows = (await session.exec(select(Claim))).all()
                return sorted((row.resource, row.quantum) for row in rows)

        held = sorted(row for rows in self.model.values() for row in rows)
        assert self.runner.run(read()) == held

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.database.close())
            self.runner.close()
            shutil.rmtree(self.directory)


def test_any_order_of_changes_agrees_with_the_model(sqlite_template: Path) -> None:
    Bookings.template = sqlite_template
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
