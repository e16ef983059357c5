"""Compiled distillation against one written from the definition."""

from __future__ import annotations

import numpy as np
import pytest

from siting.ranking import outranking


def margin(level):
    return 0.30 - 0.15 * level


def plainly(sigma, *, best):
    """Number of the distillation that takes each site, by sets and pairs (Roy 1978)."""
    left, taken, turn = set(range(len(sigma))), {}, 0
    while left:
        turn += 1
        kept = set(left)
        level = max((sigma[a, b] for a in kept for b in kept if a != b), default=0.0)
        while len(kept) > 1 and level > 0:
            pairs = [(a, b) for a in kept for b in kept if a != b]
            lower = [sigma[a, b] for a, b in pairs if sigma[a, b] < level - margin(level)]
            level = max(lower, default=0.0)
            quality = dict.fromkeys(kept, 0)
            for a, b in pairs:
                if sigma[a, b] > level and sigma[a, b] - sigma[b, a] > margin(sigma[a, b]):
                    quality[a] += 1
                    quality[b] -= 1
            wanted = (max if best else min)(quality.values())
            kept = {a for a in kept if quality[a] == wanted}
        taken |= dict.fromkeys(kept, turn)
        left -= kept
    return [taken[a] for a in range(len(sigma))]


@pytest.mark.parametrize("seed", range(60))
def test_ranks_are_those_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 14))
    coarse = rng.integers(0, 6, (count, count)) / 5
    sigma = coarse if seed % 2 else rng.random((count, count))
    np.fill_diagonal(sigma, 1.0)
    down, up = outranking.electre_ranks(sigma)
    assert down.tolist() == plainly(sigma, best=True)
    last = plainly(sigma, best=False)
    assert up.tolist() == [max(last) + 1 - one for one in last]
