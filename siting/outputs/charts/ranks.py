"""How often each site takes each rank."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs.charts.chart import Chart
from siting.outputs.charts.drawing import (
    axes_of,
    ramp,
)
from siting.outputs.theme import ink_on
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme
MOST_SITES = 20  # rows of a chart of sites
RANKS = 10


def rank_acceptability(table: pd.DataFrame, draws: int) -> Chart:
    """How often each site takes each rank, when the weights are drawn at random.

    Parameters
    ----------
    table
        `site,rank,share`; sites in the order of their present rank, a missing pair is never.
    draws
        Weightings drawn.
    """
    every = list(dict.fromkeys(table["site"]))
    sites = every[:MOST_SITES]
    ranks = min(RANKS, len(every))
    wide = table.pivot_table(index="site", columns="rank", values="share", aggfunc="sum")
    shares = wide.reindex(index=sites, columns=range(1, ranks + 1)).fillna(0.0).to_numpy(float)

    order = np.argsort(-shares[:, 0], kind="stable")[:3]
    sentences = [
        t("charts.ranks.one", site=sites[i], share=texts.percent(float(shares[i, 0]), 0))
        for i in order
        if shares[i, 0] > 0
    ]
    readable = pd.DataFrame({t("charts.ranks.site"): sites})
    for r in range(ranks):
        readable[str(r + 1)] = [
            texts.percent(float(v), 0) if v >= 0.005 else "" for v in shares[:, r]
        ]
    return Chart(
        "rank_acceptability",
        t("charts.ranks.title"),
        " ".join([t("charts.ranks.alt", draws=texts.number(draws)), *sentences]),
        table,
        readable,
        partial(_paint_rank_acceptability, ranks=ranks, shares=shares, sites=sites),
        height=22 + 5.2 * len(sites),
    )


def _paint_rank_acceptability(
    figure: Figure, theme: Theme, ranks: int, shares: Any, sites: list[str]
) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap  # noqa: PLC0415 - drawing only

    axes = axes_of(figure)
    bounds = [0, 0.005, 0.05, 0.1, 0.25, 0.5, 1.0001]
    colours = [theme.colours.background, *ramp(theme, len(bounds) - 2)]
    axes.imshow(
        shares,
        cmap=ListedColormap(colours),
        norm=BoundaryNorm(bounds, len(colours)),
        aspect="auto",
    )
    for (i, j), share in np.ndenumerate(shares):
        if share >= 0.005:
            fill = colours[int(np.searchsorted(bounds, share, side="right")) - 1]
            axes.text(
                j,
                i,
                texts.number(100 * share),
                ha="center",
                va="center_baseline",
                fontsize=6.5,
                color=ink_on(fill, theme),
            )
    axes.set_xticks(range(ranks), [str(r + 1) for r in range(ranks)])
    axes.set_yticks(range(len(sites)), sites)
    axes.set_xticks(np.arange(-0.5, ranks), minor=True)
    axes.set_yticks(np.arange(-0.5, len(sites)), minor=True)
    axes.grid(which="minor", color=theme.colours.fine_border, linewidth=0.4)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel(t("charts.ranks.x"))
    for side in axes.spines.values():
        side.set_visible(False)
