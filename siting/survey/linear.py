"""One linear program asked many questions: its rows stand, its prices and bounds change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Float64 = npt.NDArray[np.float64]
INFINITY = highspy.kHighsInf
PRIMAL = 4  # HiGHS's strategy: the answer before stays possible when prices change
OPTIMAL = highspy.HighsModelStatus.kOptimal
UNBOUNDED = highspy.HighsModelStatus.kUnbounded


class _Quiet(highspy.Highs):
    """HiGHS without the banner that it prints when callbacks are first enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's own name
        for option in ("output_flag", "log_to_console"):
            self.setOptionValue(option, False)  # noqa: FBT003 - HiGHS's own signature
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def model(matrix: sparse.csr_matrix, right: Float64, least: Float64) -> Any:
    """Model of HiGHS: matrix x = right, x >= least, no prices yet; one thread, primal simplex."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = np.zeros(lp.num_col_)
    lp.col_lower_ = least
    lp.col_upper_ = np.full(lp.num_col_, INFINITY)
    lp.row_lower_ = lp.row_upper_ = right
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    highs = _Quiet()  # type: ignore[no-untyped-call]
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_strategy", PRIMAL)
    highs.passModel(lp)
    return highs
