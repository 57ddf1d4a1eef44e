"""The best that is possible, from HiGHS: first the most people, then the most waiting.

Two linear programmes, one after the other. Where the answer is not whole the first is
still a bound from above, which is what a comparison needs.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from tests.bench.villages import Crowd


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """At most so many people, at most so much waiting of so many, and its cost."""

    people: float
    waited: float
    seconds: float


def optimum(crowd: Crowd, limit: float) -> Optimum | None:
    """The bound, or None when HiGHS did not finish within a limit of seconds."""
    began = time.perf_counter()
    program, waits = _program(crowd)
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", limit)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    people = -solver.getInfo().objective_function_value
    columns = np.arange(len(waits), dtype=np.int32)
    solver.addRow(
        people - 1e-6, highspy.kHighsInf, len(waits), columns, np.ones(len(waits))
    )
    solver.changeColsCost(len(waits), columns, -waits)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return Optimum(
        people=people,
        waited=-solver.getInfo().objective_function_value,
        seconds=time.perf_counter() - began,
    )


def _program(crowd: Crowd) -> tuple[highspy.HighsLp, np.ndarray]:
    rows: dict[object, int] = {}
    most: list[int] = []
    starts, index, waits = [0], [], []
    for request in crowd.requests:
        for option in request.options:
            own = ("one", request.id)
            for name in {own, *option.takes, *request.needs}:
                if name not in rows:
                    rows[name] = len(rows)
                    most.append(1 if name == own else crowd.capacity.get(name, 1))
                index.append(rows[name])
            starts.append(len(index))
            waits.append(request.waited_days)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(waits), len(rows)
    program.col_cost_ = np.full(len(waits), -1.0)
    program.col_lower_, program.col_upper_ = np.zeros(len(waits)), np.ones(len(waits))
    program.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    program.row_upper_ = np.array(most, float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.array(starts)
    program.a_matrix_.index_ = np.array(index)
    program.a_matrix_.value_ = np.ones(len(index))
    return program, np.array(waits, float)
