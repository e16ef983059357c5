"""Which sites cover each demand, as bits, and demands with the same sites merged."""

from __future__ import annotations

import numpy as np

from siting.compiled import njit


@njit(cache=True, nogil=True)
def pack_points(x, y, site_x, site_y, squared_radius, words):
    """Set bit j of a point where site j is within the radius; words: (words, points), zeroed."""
    for j in range(site_x.size):
        bit = np.uint64(1) << np.uint64(j & 63)
        row = words[j >> 6]
        for i in range(x.size):
            dx = x[i] - site_x[j]
            dy = y[i] - site_y[j]
            row[i] |= bit if dx * dx + dy * dy <= squared_radius else np.uint64(0)


@njit(cache=True, nogil=True)
def pack_rows(covered, words):
    """Set bit j of a demand where covered[j, demand]; words: (words, demands), zeroed."""
    for j in range(covered.shape[0]):
        bit = np.uint64(1) << np.uint64(j & 63)
        row = words[j >> 6]
        for i in range(covered.shape[1]):
            row[i] |= bit if covered[j, i] else np.uint64(0)


@njit(cache=True, nogil=True)
def merge(words, start, slots, groups, n_groups, group_of):
    """Number demands by their bits, in order of first sight, until the groups are full.

    Returns the next demand to treat and the number of groups. `slots` is an open hash table of
    group numbers + 1, its size a power of two and at least twice that of `groups`.
    """
    mask = np.uint64(slots.size - 1)
    n_words = words.shape[0]
    for i in range(start, words.shape[1]):
        key = np.uint64(0)
        for k in range(n_words):
            key = (key ^ words[k, i]) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(32)
        at = key & mask
        while True:
            group = slots[at] - 1
            if group < 0:
                if n_groups == groups.shape[1]:
                    return i, n_groups
                groups[:, n_groups] = words[:, i]
                slots[at] = n_groups + 1
                group_of[i] = n_groups
                n_groups += 1
                break
            same = True
            for k in range(n_words):
                same &= groups[k, group] == words[k, i]
            if same:
                group_of[i] = group
                break
            at = (at + np.uint64(1)) & mask
    return words.shape[1], n_groups


@njit(cache=True, nogil=True)
def contain_none(words):
    """Which sets contain no set before them; a row is the bits of a set, shape (sets, words)."""
    kept = np.ones(len(words), np.bool_)
    for a in range(len(words)):
        for b in range(a):
            if not kept[b]:
                continue  # it contains an earlier one that is kept
            within = True
            for w in range(words.shape[1]):
                if words[b, w] & ~words[a, w]:
                    within = False
                    break
            if within:
                kept[a] = False
                break
    return kept
