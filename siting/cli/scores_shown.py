"""What `siting score` shows: the ranking with its robustness, who agrees, what to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from siting import texts
from siting.cli.terminal import PIPED_WIDTH, print_line
from siting.study.stages import score_tables
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    from siting.study.stages.scores import Compared

NAME_WIDTH = 24


def show(compared: Compared, folder: Path) -> None:
    """Print compared candidates."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(_ranking(compared))
    for line in score_tables.sentences(compared):
        print_line(line)
    if len(compared.stability):
        console.print(_stability(compared))
    console.print(_views(compared))
    for line in [*score_tables.agreement(compared), *score_tables.notes(compared)]:
        print_line(line)
    print_line(t("cli_score.hypothesis"))
    print_line(t("cli_score.written", folder=folder))


def _ranking(compared: Compared) -> Table:
    title = t(
        "cli_score.ranking",
        method=t(f"scores.methods.{compared.method}"),
        weights=compared.weighed.name,
    )
    table = Table(title=title, title_justify="left")
    table.add_column(t("cli_score.rank"), justify="right")
    table.add_column(t("cli_score.site"), overflow="fold", min_width=NAME_WIDTH)
    for key in ("score", "band"):
        table.add_column(t(f"cli_score.{key}"), justify="right")
    for key in compared.draws:
        table.add_column(t("cli_score.first", which=score_tables.label(key)), justify="right")
    table.add_column(t("cli_score.mean_rank"), justify="right")
    ranked = compared.ranking
    free = next(iter(compared.draws.values()))
    for i in np.argsort(ranked.rank):
        shares = [texts.percent(draw.acceptability[i, 0], 0) for draw in compared.draws.values()]
        table.add_row(
            str(ranked.rank[i]),
            str(compared.sites["name"].iloc[i]),
            texts.number(ranked.score[i], 1),
            f"{texts.number(ranked.low[i], 1)} … {texts.number(ranked.high[i], 1)}",
            *shares,
            texts.number(free.mean_rank[i], 1),
        )
    return table


def _stability(compared: Compared) -> Table:
    """Interval of each weight in which the first site stays first."""
    table = Table(title=t("cli_score.stability"), title_justify="left")
    for key in ("criterion", "weight", "low", "high", "beyond"):
        left = key in ("criterion", "beyond")
        table.add_column(t(f"cli_score.{key}"), justify="left" if left else "right")
    names = {criterion.id: score_tables.name_of(criterion) for criterion in compared.criteria}
    sites = dict(zip(compared.sites["site_id"], compared.sites["name"], strict=True))
    for row in compared.stability.to_dict("records"):
        if np.isnan(row["first_low"]):
            continue
        ends = [sites[row[key]] for key in ("below_site", "above_site") if row[key]]
        table.add_row(
            names[row["criterion"]],
            texts.percent(row["weight"], 0),
            texts.percent(row["first_low"], 1),
            texts.percent(row["first_high"], 1),
            ", ".join(dict.fromkeys(ends)),
        )
    return table


def _views(compared: Compared) -> Table:
    """Who comes first, second and third for whom."""
    table = Table(title=t("cli_score.views"), title_justify="left")
    for key in ("whose", "status", "one", "two", "three"):
        table.add_column(t(f"cli_score.{key}"))
    for view in compared.views:
        best = np.argsort(compared.view_ranks[view.key].rank)[: score_tables.TOP]
        sites = [str(compared.sites["name"].iloc[i]) for i in best]
        sites += [""] * (score_tables.TOP - len(sites))
        table.add_row(view.name, t(f"scores.kinds.{view.kind}"), *sites)
    return table
