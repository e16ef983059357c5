"""A table of road distances cut to some communes, with no way through the others lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Collection


def between(links: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Links between some communes: those of the table, and the ways that lead through others.

    A way that passes through communes that are left out becomes one link, whose numbers add up, so
    that the shortest time between any two of the communes stays what it was in the whole table.

    Parameters
    ----------
    links
        `from_code,to_code,minutes` and more, undirected (`sources.facts.road_distances`).
    codes
        Communes kept.

    Returns
    -------
    Rows of `links`; in those of a way, numbers are sums and texts empty.
    """
    kept = frozenset(codes)
    inside = links["from_code"].isin(kept) & links["to_code"].isin(kept)
    direct = links[inside]
    names = sorted({*links["from_code"], *links["to_code"]})
    place = {name: number for number, name in enumerate(names)}
    rows = {
        (place[a], place[b]): row
        for row, (a, b) in enumerate(zip(links["from_code"], links["to_code"], strict=True))
    }
    rows |= {(b, a): row for (a, b), row in rows.items()}
    minutes = np.maximum(links["minutes"].to_numpy(float), 1e-9)  # nothing stands for no link
    starts, ends = np.array(list(rows)).T
    graph = csr_array(
        (minutes[list(rows.values())], (starts, ends)), shape=(len(names), len(names))
    )
    chosen = [place[name] for name in names if name in kept]
    _, before = dijkstra(graph, indices=chosen, return_predecessors=True)
    ways = []
    for source, steps in zip(chosen, before, strict=True):
        for target in (target_code for target_code in chosen if target_code > source):
            way = _way(source, target, steps, names, kept)
            if way:
                passed = links.iloc[[rows[pair] for pair in way]]
                sums = passed.select_dtypes("number").sum().round(6)
                ways.append({"from_code": names[source], "to_code": names[target], **sums})
    texts = [name for name in links.columns if not pd.api.types.is_numeric_dtype(links[name])]
    joined = pd.DataFrame([dict.fromkeys(texts, "") | way for way in ways], columns=links.columns)
    whole = pd.concat([direct, joined], ignore_index=True) if len(joined) else direct
    return whole.sort_values(["from_code", "to_code"], ignore_index=True)


def _way(
    source: int, target: int, steps: np.ndarray, names: list[str], kept: frozenset[str]
) -> list[tuple[int, int]]:
    """Pairs along a shortest way that has communes between its ends, all of them left out."""
    pairs = []
    here = target
    while here != source:
        previous = int(steps[here])
        if previous < 0 or (previous != source and names[previous] in kept):
            return []
        pairs.append((previous, here))
        here = previous
    return pairs if len(pairs) > 1 else []
