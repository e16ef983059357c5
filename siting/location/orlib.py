"""OR-Library p-median files (Beasley 1985): a graph whose vertices are customers and candidates.

Line 1: vertices, edges, p. Then one undirected edge a line: `i j cost`, vertices from 1. Of a
repeated edge the last line holds. Distances are those of shortest paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Instance:
    """A p-median instance.

    Attributes
    ----------
    distance
        Shortest paths, float64, shape (vertices, vertices), symmetric; infinite between vertices
        that are not connected.
    p
        Sites to choose.
    """

    distance: npt.NDArray[np.float64]
    p: int


def read(path: Path) -> Instance:
    """Read a file.

    Raises
    ------
    InputError
        The file is missing, or not of this format.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    rows = _numbers(path)
    vertices, edges, p = (int(x) for x in rows[:3])
    table = rows[3:]
    if vertices < 1 or edges < 0 or table.size != 3 * edges:
        raise InputError("orlib_edges", file=path, expected=edges, found=table.size / 3)
    table = table.reshape(-1, 3)
    ends, cost = table[:, :2].astype(np.int64) - 1, table[:, 2]
    wrong = ((ends < 0) | (ends >= vertices)).any(axis=1) | ~(cost >= 0) | ~np.isfinite(cost)
    if wrong.any():
        row = int(wrong.argmax())
        shown = " ".join(f"{x:g}" for x in table[row])
        raise InputError("orlib_edge", file=path, row=row + 2, value=shown, vertices=vertices)
    return Instance(_shortest(vertices, ends, cost), p)


def _numbers(path: Path) -> npt.NDArray[np.float64]:
    """Every number of the file."""
    try:
        words = path.read_text(encoding="utf-8").split()
        numbers = np.array(words, dtype=float)
    except ValueError as error:
        raise InputError("orlib_not_numbers", file=path, detail=error) from error
    if numbers.size < 3 or not np.isfinite(numbers[:3]).all() or (numbers[:3] % 1 != 0).any():
        raise InputError("orlib_header", file=path)
    return numbers


def _shortest(
    vertices: int, ends: npt.NDArray[np.int64], cost: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Shortest paths; of edges between the same vertices the last holds, a loop counts nothing."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    _, last = np.unique((low * vertices + high)[::-1], return_index=True)
    kept = ends.shape[0] - 1 - last
    kept = kept[low[kept] != high[kept]]
    graph = csr_array((cost[kept], (low[kept], high[kept])), shape=(vertices, vertices))
    return np.asarray(dijkstra(graph, directed=False))
