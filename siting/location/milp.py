"""Mixed-integer programs in HiGHS, limited as a search is; Ctrl-C ends one and keeps its plan.

One thread, so that the result does not depend on how many there are. Seconds limit it directly;
work limits its nodes (the root node is always done).
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from siting.location.search import Search

Float64 = npt.NDArray[np.float64]
INFINITY = highspy.kHighsInf
UNITS_PER_ITERATION = 0.1  # of the simplex method
MODEL_TOLERANCE = 1e-6
"""Relative tolerance of what HiGHS proves: its own feasibility tolerance."""


@dataclass(frozen=True)
class Program:
    """Minimise cost @ x with row_lower <= rows @ x <= row_upper and lower <= x <= upper."""

    cost: Float64
    lower: Float64
    upper: Float64
    integer: npt.NDArray[np.bool_]
    rows: csr_array
    row_lower: Float64
    row_upper: Float64


@dataclass(frozen=True)
class Outcome:
    """What HiGHS found: the best x (None without one), a bound on the minimum, duals of a LP."""

    kind: Literal["optimal", "infeasible", "stopped"]
    x: Float64 | None
    bound: float
    duals: Float64 | None = None


def slack(value: float) -> float:
    """What to take off a bound of HiGHS: its tolerance."""
    return MODEL_TOLERANCE * max(1.0, abs(value))


def solve(
    program: Program, search: Search, start: Float64 | None = None, *, interior: bool = False
) -> Outcome:
    """Solve a program within what is left of the search's limits.

    Parameters
    ----------
    program
        What to minimise.
    search
        Its limits hold; the work done is counted on return.
    start
        A feasible x, complete.
    interior
        Solve a linear program by an interior-point method, without crossover: its duals are near
        the optimum, and a bound made of them must be evaluated.
    """
    highs = _load(program)
    if interior:
        highs.setOptionValue("solver", "ipm")
        highs.setOptionValue("run_crossover", "off")
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        highs.setSolution(known)
    if math.isfinite(search.seconds_left()):
        highs.setOptionValue("time_limit", max(0.0, search.seconds_left()))
    if math.isfinite(search.work_left()):
        node = 1.0 + program.rows.nnz / 1e4
        highs.setOptionValue("mip_max_nodes", max(0, int(search.work_left() / node)))
    highs.setOptionValue("mip_rel_gap", 0.0)
    interrupted = _run(highs)
    info = highs.getInfo()
    search.work += UNITS_PER_ITERATION * max(0, info.simplex_iteration_count)
    search.interrupted |= interrupted
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome("infeasible", None, math.inf)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.asarray(highs.getSolution().col_value) if feasible else None
    if x is None and start is not None:
        x = start
    whole = program.integer.any()
    bound = float(info.mip_dual_bound if whole else info.objective_function_value)
    done = status == highspy.HighsModelStatus.kOptimal
    if not done and not whole:
        bound = -math.inf
    duals = None if whole or not feasible else np.asarray(highs.getSolution().row_dual)
    return Outcome("optimal" if done else "stopped", x, bound, duals)


class GrowingProgram:
    """A linear program that rows are added to, each time solved from where it stood."""

    def __init__(self, program: Program) -> None:
        self._highs = _load(program)

    def add(self, rows: csr_array, least: Float64) -> None:
        """Add rows: rows @ x >= least."""
        most = np.full(least.size, INFINITY)
        start, index = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        self._highs.addRows(least.size, least, most, rows.nnz, start, index, rows.data)

    def solve(self, search: Search) -> Outcome:
        """Solve it within what is left of the search's limits.

        Raises
        ------
        LimitReachedError
            The limits of the search, or Ctrl-C, ended it.
        """
        highs = self._highs
        if math.isfinite(search.seconds_left()):
            used = highs.getRunTime()
            highs.setOptionValue("time_limit", used + max(0.0, search.seconds_left()))
        if math.isfinite(search.work_left()):
            most = int(search.work_left() / UNITS_PER_ITERATION)
            highs.setOptionValue("simplex_iteration_limit", min(most, 2**31 - 1))
        search.interrupted |= _run(highs)
        info = highs.getInfo()
        search.spend(UNITS_PER_ITERATION * max(0, info.simplex_iteration_count))
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return Outcome("stopped", None, -math.inf)
        solution = highs.getSolution()
        x, duals = np.asarray(solution.col_value), np.asarray(solution.row_dual)
        return Outcome("optimal", x, float(info.objective_function_value), duals)


class _Quiet(highspy.Highs):
    """HiGHS without the banner that it prints when callbacks are first enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's own name
        self.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own signature
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _load(program: Program) -> Any:
    """Hand the program to HiGHS."""
    highs = _Quiet()  # type: ignore[no-untyped-call]
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_abs_gap", 1e-9)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.cost.size, program.rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.rows.data.astype(float)
    if program.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.integer]
    highs.passModel(lp)
    return highs


def _run(highs: Any) -> bool:
    """Run HiGHS beside this thread, so that Ctrl-C reaches us; True where it was pressed."""
    stop = threading.Event()

    def ask(event: Any) -> None:
        if stop.is_set():
            event.data_in.user_interrupt = True

    highs.cbMipInterrupt.subscribe(ask)
    highs.cbSimplexInterrupt.subscribe(ask)
    thread = threading.Thread(target=highs.run, daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.2)
        except KeyboardInterrupt:
            stop.set()
    return stop.is_set()
