"""Random walk from fractions to 0 and 1 that keeps every sum of a table of constraints."""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

ZERO = 1e-9


@njit(cache=True, nogil=True)
def walks(start, matrix, hard, orders, chances):
    """Walk once for each row of `chances`.

    Parameters
    ----------
    start
        Fractions from 0 to 1, float64, shape (n,).
    matrix
        Constraints, shape (m, n): `matrix @ x` is kept; the first `hard` to the end, the others
        dropped from the last on, each once nothing can move without breaking it.
    orders
        Order in which variables are taken up, shape (walks, n).
    chances
        Numbers in [0, 1), shape (walks, n): one for each step.

    Returns
    -------
    0 or 1, int8, shape (walks, n); 2 where the hard constraints stop a variable on the way.
    """
    count, n = orders.shape
    ends = np.empty((count, n), np.int8)
    for walk in range(count):
        x = start.copy()
        kept = matrix.shape[0]
        for step in range(n + matrix.shape[0]):
            moved = False
            # so many variables always have a way to move together
            size = 0
            taken = np.empty(kept + 1, np.int64)
            for k in range(n):
                j = orders[walk, k]
                if ZERO < x[j] < 1 - ZERO:
                    taken[size] = j
                    size += 1
                    if size == kept + 1:
                        break
            if size == 0:
                break
            way = kernel_of(matrix[:kept], taken[:size])
            if way.size:
                moved = True
                up, down = np.inf, np.inf
                for k in range(size):
                    j = taken[k]
                    if way[k] > ZERO:
                        up = min(up, (1 - x[j]) / way[k])
                        down = min(down, x[j] / way[k])
                    elif way[k] < -ZERO:
                        up = min(up, -x[j] / way[k])
                        down = min(down, (x[j] - 1) / way[k])
                by = up if chances[walk, step % n] * (up + down) < down else -down
                for k in range(size):
                    x[taken[k]] += by * way[k]
            if not moved:
                if kept == hard:
                    break
                kept -= 1
        for j in range(n):
            ends[walk, j] = 0 if x[j] <= ZERO else (1 if x[j] >= 1 - ZERO else 2)
    return ends


@njit(cache=True, nogil=True)
def kernel_of(matrix, taken):
    """A vector that the columns `taken` of a matrix send to 0; empty where there is only 0."""
    rows, size = matrix.shape[0], taken.size
    work = np.empty((rows, size))
    for i in range(rows):
        for k in range(size):
            work[i, k] = matrix[i, taken[k]]
    pivot = np.full(size, -1, np.int64)
    used = 0
    free = -1
    for k in range(size):
        best, where = ZERO, -1
        for i in range(used, rows):
            if abs(work[i, k]) > best:
                best, where = abs(work[i, k]), i
        if where < 0:
            free = k
            break
        for c in range(size):
            work[used, c], work[where, c] = work[where, c], work[used, c]
        scale = work[used, k]
        for c in range(k, size):
            work[used, c] /= scale
        for i in range(rows):
            if i != used and work[i, k] != 0:
                by = work[i, k]
                for c in range(k, size):
                    work[i, c] -= by * work[used, c]
        pivot[k] = used
        used = used + 1
    if free < 0:
        return np.empty(0)
    way = np.zeros(size)
    way[free] = 1.0
    for k in range(free):
        way[k] = -work[pivot[k], free]
    return way
