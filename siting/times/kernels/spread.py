"""Drawing roads on a grid with the time at every point of them."""

from __future__ import annotations

import numpy as np

from siting.compiled import njit


@njit(cache=True, nogil=True)
def draw(first_vertex, count, x, y, ahead, back, west, south, cell, grid, road):
    """Lower the grid cells that stretches of road pass to the times there, and mark them.

    Parameters
    ----------
    first_vertex
        First vertex of each stretch; the next vertex ends it.
    count
        Points on each stretch, its ends included.
    x, y
        Of every vertex, metres.
    ahead, back
        Times at the two ends of each stretch by either way along it, shape (stretches, 2).
    west, south, cell
        Centre of the grid's first cell, and the side of its cells, metres.
    grid, road
        Written: float32 and bool, shape (rows, columns).
    """
    rows, columns = grid.shape
    for i in range(len(first_vertex)):
        v = first_vertex[i]
        for k in range(count[i]):
            share = k / (count[i] - 1)
            column = round((x[v] + share * (x[v + 1] - x[v]) - west) / cell)
            row = round((y[v] + share * (y[v + 1] - y[v]) - south) / cell)
            if row < 0 or row >= rows or column < 0 or column >= columns:
                continue
            drawn = ahead[i, 0] + share * (ahead[i, 1] - ahead[i, 0])
            other = back[i, 0] + share * (back[i, 1] - back[i, 0])
            road[row, column] = True
            # infinite ends make NaN, which is never smaller
            if drawn < grid[row, column]:
                grid[row, column] = np.float32(drawn)
            if other < grid[row, column]:
                grid[row, column] = np.float32(other)
