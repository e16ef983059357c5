"""Distillations of ELECTRE III, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siting.compiled import njit


@njit(cache=True, nogil=True)
def distil(
    sigma: npt.NDArray[np.float64],
    best: bool,  # noqa: FBT001 - numba's compiled functions take no keywords
) -> npt.NDArray[np.int64]:
    """Number of the distillation that takes each site, from 1.

    Parameters
    ----------
    sigma
        Credibility, shape (sites, sites).
    best
        Whether the best are taken first.
    """
    count = len(sigma)
    taken = np.zeros(count, np.int64)
    left = np.arange(count)
    size, turn = count, 0
    kept = np.empty(count, np.int64)
    quality = np.empty(count, np.int64)
    while size:
        turn += 1
        kept[:size] = left[:size]
        some = size
        level = 0.0
        for a in range(some):
            for b in range(some):
                if a != b:
                    level = max(level, sigma[kept[a], kept[b]])
        while some > 1 and level > 0:
            # the highest credibility that lies more than s(λ) below the level; 0 where none does
            below = level - (0.30 - 0.15 * level)
            level = 0.0
            for a in range(some):
                for b in range(some):
                    value = sigma[kept[a], kept[b]]
                    if a != b and value < below and value > level:
                        level = value
            # how many each one λ-outranks, less how many λ-outrank it
            quality[:some] = 0
            for a in range(some):
                for b in range(some):
                    value = sigma[kept[a], kept[b]]
                    back = sigma[kept[b], kept[a]]
                    if a != b and value > level and value - back > 0.30 - 0.15 * value:
                        quality[a] += 1
                        quality[b] -= 1
            wanted = quality[:some].max() if best else quality[:some].min()
            fits = 0
            for a in range(some):
                if quality[a] == wanted:
                    kept[fits] = kept[a]
                    fits += 1
            some = fits
        for a in range(some):
            taken[kept[a]] = turn
        rest = 0
        for a in range(size):
            if taken[left[a]] == 0:
                left[rest] = left[a]
                rest += 1
        size = rest
    return taken
