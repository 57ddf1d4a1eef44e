"""What every step of the machine goes through: done, compared, and the tables read."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import create_engine, pool

from scheduler.means import Means
from scheduler.timetable import TIMETABLE, Job
from tests.fakes import seeded_keyring
from tests.remembering import opened
from tests.scheduler.fakes import FakeGateway
from tests.scheduler.machine import ground, invariants, sweeping, tables
from tests.scheduler.machine.acts import Act, Hands, declined
from tests.scheduler.machine.changing import latest
from tests.scheduler.machine.ground import MINUTE
from tests.scheduler.machine.model import Model, Refusal
from tests.scheduler.machine.stores import Store
from visitation.errors import VisitationError

Answer = tuple[Any, Refusal | None]


class Running(RuleBasedStateMachine):
    """One database, one model, and a clock; what is done is `Machine`'s."""

    def __init__(
        self,
        store: Store,
        *,
        twists: tuple[str, ...] = (),
        changes: tuple[str, ...] = (),
        without: str = "",
    ) -> None:
        super().__init__()
        self.focus = {"twists": twists, "changes": changes}
        self.left_out = sweeping.LEFT_OUT | {without}
        self.runner = asyncio.Runner()
        self.database = opened(store.fresh())
        url = self.database.url
        if not self.database.is_sqlite:
            url = url.set(drivername="postgresql+psycopg")
        self.engine = create_engine(url, poolclass=pool.StaticPool)
        self.keyring = seeded_keyring()
        self.means = Means(
            clock=lambda: self.model.now,
            keyring=self.keyring,
            gateways=(FakeGateway(),),
            node="here",
            randomness=lambda: 1.0,
        )
        self.swept = False
        self.model = Model(
            ground=self.runner.run(self._build()), now=ground.NOON, **self.focus
        )

    async def _build(self) -> ground.Ground:
        async with self.database.write() as session:
            return await ground.build(session)

    async def _done(self, act: Act) -> Answer:
        """What an act gave, or how it was declined."""
        try:
            async with self.database.write() as session:
                by = self.model.ground.by
                hands = Hands(
                    session=session, keyring=self.keyring, by=by, model=self.model
                )
                return await act.do(hands), None
        except VisitationError as error:
            return None, declined(error)

    def perform(self, act: Act) -> bool:
        """Do it, and hold the answer against the model's; whether it was done."""
        expected = act.expect(self.model)
        note(f"{act} -> {expected}")
        self.swept = False
        result, refused = self.runner.run(self._done(act))
        assert refused == expected, f"{act}: {refused}, not {expected}"
        if refused is None:
            act.record(self.model, result)
        return refused is None

    def at_once(self, first: Act, second: Act) -> None:
        """Two at the same moment: the answers are as if one had been first."""

        async def both() -> list[Answer]:
            return await asyncio.gather(self._done(first), self._done(second))

        note(f"{first} races {second}")
        self.swept = False
        answers = self.runner.run(both())
        for order in ((0, 1), (1, 0)):
            trial = deepcopy(self.model)
            if _fits(trial, (first, second), answers, order):
                self.model = trial
                return
        raise AssertionError(f"neither was first: {answers}")

    def _in(self, state: str, pick: int) -> int:
        """Mostly a visit in that state; any at times, or where there is none."""
        rows = self.model.meetings
        there = [one for one in rows if rows[one].state == state]
        return latest((pick % 6 and there) or rows, pick // 6)

    @rule(minutes=st.sampled_from((1, 6, 11, 45, 130, 600, 1440)))
    def wait(self, minutes: int) -> None:
        """Time passes, and nobody sweeps: sweeps may be late."""
        self.swept = False
        self.model.now += minutes * MINUTE

    @precondition(lambda self: self.model.holding())
    @rule(before=st.sampled_from((30, 90, 150)))
    def wait_for_a_visit(self, before: int) -> None:
        self.swept = False
        starts = [one.ask.start for one in self.model.holding().values()]
        self.model.now = max(self.model.now, min(starts) - before * MINUTE)

    @rule(minutes=st.sampled_from((0, 1, 11, 45, 130, 1440)))
    def sweep(self, minutes: int) -> None:
        self.model.now += minutes * MINUTE
        self.model.close_ranks()
        for job in TIMETABLE:
            self._run(job)
            if job.name == "lapse_offers":
                sweeping.expired(self.model)
            if job.name == "offer_freed":
                sweeping.offered(self.model, self._tables())
        sweeping.settled(self.model)
        # What the sweeps themselves changed is reviewed at the next turn.
        self.model.close_ranks()
        for job in TIMETABLE:
            if job.name in sweeping.REVIEW:
                self._run(job)
        self.swept = True

    def _run(self, job: Job) -> None:
        if job.name in self.left_out:
            return
        now = self.model.now
        self.runner.run(job.sweep(self.database, now=now, means=self.means))

    def _tables(self) -> tables.Tables:
        with self.engine.connect() as connection:
            return tables.read(connection)

    @invariant()
    def holds(self) -> None:
        found = self._tables()
        for one in invariants.ALWAYS:
            one(self.model, found)
        for one in invariants.AFTER_SWEEPS if self.swept else ():
            one(self.model, found)

    def teardown(self) -> None:
        self.engine.dispose()
        self.runner.run(self.database.close())
        self.runner.close()


def _fits(
    model: Model,
    acts: Sequence[Act],
    answers: Sequence[Answer],
    order: Sequence[int],
) -> bool:
    """Whether the answers are those of one after the other."""
    for turn in order:
        expected, (result, refused) = acts[turn].expect(model), answers[turn]
        if (expected is None) != (refused is None):
            return False
        if refused is None:
            acts[turn].record(model, result)
        elif refused[0] not in {expected[0], "Overtaken"}:
            return False
    return True
