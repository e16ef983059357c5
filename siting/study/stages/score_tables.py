"""The tables of compared candidates, and the sentences that they support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.atomic_files import replacing_all
from siting.outputs.tables import write_csv
from siting.ranking import outranking, robustness
from siting.study.stages.weights import AHEAD
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from siting.ranking.definition import Criterion
    from siting.ranking.scales import Float64
    from siting.ranking.scores import Scores
    from siting.ranking.smaa import Smaa
    from siting.study.stages.scores import Compared

TOP = 3
CERTAIN = 0.9995  # a share from which "in all weightings" is said


def write(compared: Compared, folder: Path) -> Path:
    """Write every table into a folder; all of them, or none.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing_all(folder) as part:
        for name, table in tables(compared).items():
            write_csv(part / f"{name}.csv", table)
    return folder


def tables(compared: Compared) -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "scores": compared.scores.table(),
        "contributions": contributions(compared),
        "robustness": robust(compared),
        "rank_acceptability": acceptability(compared),
        "central_weights": central(compared),
        "weight_stability": compared.stability,
        "dominance": dominance(compared),
        "missing_values": compared.missing,
        "weightings": weightings(compared),
        "views": views(compared),
        "agreement": compared.pairs,
        "assumption_sensitivity": compared.assumptions,
        "use": compared.use,
    }


def name_of(criterion: Criterion) -> str:
    """A criterion's name in the current language."""
    return t(f"criteria.{criterion.name}.name", number=criterion.number)


def fewer(scores: Scores, site: int, criterion: int) -> str:
    """Tell a small count of persons as « fewer than »; empty for a value that may be told."""
    if not scores.of.small[site, criterion]:
        return ""
    return t("page.small_count", fewest=scores.of.fewest)


def contributions(compared: Compared) -> pd.DataFrame:
    """What each criterion brings to each site's score.

    `contribution` sums to the score for a weighted sum and for PROMETHEE; other methods do not add
    up, and it is empty.
    """
    brought = _brought(compared)
    places = compared.scale.of
    normal = compared.scale(places.corner(0.5))
    rows = []
    for i in np.argsort(compared.ranking.rank):
        for j, criterion in enumerate(compared.criteria):
            definition, known = criterion.definition, bool(places.known[i, j])
            rows.append(
                {
                    "site_id": str(places.sites[i]),
                    "rank": int(compared.ranking.rank[i]),
                    "criterion": criterion.id,
                    "name": name_of(criterion),
                    "families": " ".join(definition.families),
                    "weight": float(compared.weighed.weights[j]),
                    "raw": float(places.raw[i, j]),
                    "unit": t(f"criteria.{criterion.name}.unit"),
                    "better": definition.better,
                    "normalised": float(normal[i, j]) if known else np.nan,
                    "contribution": float(brought[i, j]),
                    "known": known,
                    "source": t(f"criteria.{criterion.name}.source"),
                    "how": t(f"criteria.{criterion.name}.how", number=criterion.number),
                    "asked_by": ", ".join(
                        t(f"scores.asked_by.{who}") for who in definition.asked_by
                    ),
                }
            )
    return pd.DataFrame(rows)


def _brought(compared: Compared) -> Float64:
    """Contributions out of 100, NaN where the method does not add up or the value is unknown."""
    values, share = compared.scale.of, compared.weighed.weights
    if compared.method == "promethee":
        filled = values.filled(share)
        brought: Float64 = 100 * share * outranking.flows(filled, filled, compared.thresholds)
        return brought
    if compared.method != "sum" or (compared.scale.name != "min_max" and not values.known.all()):
        return np.full(values.raw.shape, np.nan)
    certain = values.known @ share
    part = np.divide(
        share, certain[:, None], out=np.zeros(values.raw.shape), where=certain[:, None] > 0
    )
    return np.where(values.known, 100 * part * compared.scale(values.corner(0.5)), np.nan)


def robust(compared: Compared) -> pd.DataFrame:
    """How each site fares under all weightings of each kind, one row a site and a kind."""
    ids, rank = compared.scale.of.sites, compared.ranking.rank
    dominated = robustness.dominance(compared.scale.of).sum(axis=0)
    rows = []
    for key, drawn in compared.draws.items():
        for i in np.argsort(rank):
            seen = np.flatnonzero(drawn.acceptability[i])
            rows.append(
                {
                    "site_id": str(ids[i]),
                    "name": str(compared.sites["name"].iloc[i]),
                    "rank": int(rank[i]),
                    "weightings": key,
                    "first_share": float(drawn.acceptability[i, 0]),
                    "top3_share": float(drawn.acceptability[i, :TOP].sum()),
                    "mean_rank": float(drawn.mean_rank[i]),
                    "best_rank": int(seen[0]) + 1,
                    "worst_rank": int(seen[-1]) + 1,
                    "confidence": float(drawn.confidence[i]),
                    "mean_regret": float(drawn.mean_regret[i]),
                    "most_regret": float(drawn.most_regret[i]),
                    "dominated_by": int(dominated[i]),
                    "draws": drawn.draws,
                }
            )
    return pd.DataFrame(rows)


def acceptability(compared: Compared) -> pd.DataFrame:
    """Share of the weightings in which a site takes a rank, where there is any."""
    ids = compared.scale.of.sites
    parts = [taken(ids, drawn).assign(weightings=key) for key, drawn in compared.draws.items()]
    return pd.concat(parts, ignore_index=True)[["weightings", "site_id", "rank", "share"]]


def taken(ids: npt.NDArray[np.str_], drawn: Smaa) -> pd.DataFrame:
    """Share of the draws in which a site takes a rank, where there is any."""
    rows = [
        {"site_id": str(ids[i]), "rank": int(r) + 1, "share": drawn.acceptability[i, r]}
        for i, r in np.argwhere(drawn.acceptability > 0)
    ]
    return pd.DataFrame(rows, columns=["site_id", "rank", "share"])


def central(compared: Compared) -> pd.DataFrame:
    """The mean weighting that puts a site first, for those that some weighting puts first."""
    ids = compared.scale.of.sites
    rows = [
        {
            "weightings": key,
            "site_id": str(ids[i]),
            "criterion": criterion.id,
            "weight": drawn.central[i, j],
        }
        for key, drawn in compared.draws.items()
        for i in np.flatnonzero(~np.isnan(drawn.confidence))
        for j, criterion in enumerate(compared.criteria)
    ]
    return pd.DataFrame(rows, columns=["weightings", "site_id", "criterion", "weight"])


def dominance(compared: Compared) -> pd.DataFrame:
    """Pairs of sites where one is at least as good on everything, whatever is unknown."""
    ids = compared.scale.of.sites
    pairs = np.argwhere(robustness.dominance(compared.scale.of))
    rows = [{"site_id": str(ids[a]), "dominates": str(ids[b])} for a, b in pairs]
    return pd.DataFrame(rows, columns=["site_id", "dominates"])


def weightings(compared: Compared) -> pd.DataFrame:
    """Every weighting, one row a criterion."""
    rows = [
        {
            "weighting": view.key,
            "name": view.name,
            "status": t(f"scores.kinds.{view.kind}"),
            "criterion": criterion.id,
            "weight": float(view.weights[j]),
            "weight_before_cap": float(view.uncapped[j]),
            "consistency_ratio": view.ratio,
        }
        for view in compared.views
        for j, criterion in enumerate(compared.criteria)
    ]
    return pd.DataFrame(rows)


def views(compared: Compared) -> pd.DataFrame:
    """Rank and score of each site under each weighting, and how far they part."""
    every = [compared.view_ranks[view.key] for view in compared.views]
    ranks = np.array([ranking.rank for ranking in every])
    behind = np.array([ranking.score.max() - ranking.score for ranking in every])
    table = pd.DataFrame(
        {
            "site_id": compared.scale.of.sites,
            "name": compared.sites["name"].to_numpy(),
            "best_rank": ranks.min(axis=0),
            "worst_rank": ranks.max(axis=0),
            "most_regret": behind.max(axis=0),
        }
    )
    for view in compared.views:
        table[f"rank_{view.key}"] = compared.view_ranks[view.key].rank
        table[f"score_{view.key}"] = compared.view_ranks[view.key].score
    return table.iloc[np.argsort(compared.ranking.rank)].reset_index(drop=True)


def sentences(compared: Compared) -> list[str]:
    """Who is first, in what share of the weightings: one sentence for each kind."""
    lines = []
    for key, drawn in compared.draws.items():
        first = int(drawn.acceptability[:, 0].argmax())
        share = float(drawn.acceptability[first, 0])
        name = str(compared.sites["name"].iloc[first])
        kind, _, family = key.partition(":")
        whole = "always" if share >= CERTAIN else "first"
        lines.append(
            t(
                f"scores.{whole}.{kind}",
                site=name,
                share=texts.percent(share, 0),
                family=t(f"scores.families.{family}") if family else "",
            )
        )
    return lines


def label(key: str) -> str:
    """Name a kind of weightings in a column."""
    kind, _, family = key.partition(":")
    if kind == AHEAD:
        return t("scores.ahead", family=t(f"scores.families.{family}"))
    return t(f"scores.{kind}")


def notes(compared: Compared) -> list[str]:
    """What the reader must know: ties, caps, what is unknown, what tells nobody apart."""
    values, names = (
        compared.scale.of,
        {criterion.id: name_of(criterion) for criterion in compared.criteria},
    )
    lines = []
    flat = [names[values.criteria[j]] for j in values.one_valued()]
    if flat:
        lines.append(t("scores.notes.one_valued", criteria=_list(flat)))
    unknown = [names[values.criteria[j]] for j in np.flatnonzero(~values.known.any(axis=0))]
    if unknown:
        lines.append(t("scores.notes.unknown", criteria=_list(unknown)))
    if not np.allclose(compared.weighed.weights, compared.weighed.uncapped):
        cap = texts.percent(compared.study.equipment_cap, 0)
        lines.append(t("scores.notes.capped", cap=cap))
    lines += [
        t("scores.notes.equal", sites=_list([_name(compared, i) for i in group]))
        for group in compared.ranking.equal
    ]
    lines += [
        t("scores.notes.ratio", name=view.name, ratio=texts.number(view.ratio, 3))
        for view in compared.views
        if not np.isnan(view.ratio)
    ]
    changing = compared.missing[compared.missing["first_changes"]]
    if len(changing):
        lines.append(t("scores.notes.missing", count=len(changing), total=len(compared.missing)))
    elif len(compared.missing):
        lines.append(t("scores.notes.missing_none", total=len(compared.missing)))
    return [*lines, *_assumption_notes(compared), *_use_notes(compared)]


def _assumption_notes(compared: Compared) -> list[str]:
    """Whether an assumption changes who is first."""
    table, first = (
        compared.assumptions,
        str(compared.scale.of.sites[compared.ranking.rank.argmin()]),
    )
    changing = [
        t(f"charts.assumptions.{row['assumption']}")
        for row in table.to_dict("records")
        if {row["low_first"], row["high_first"]} != {first}
    ]
    scoring = compared.study.scoring
    spread = texts.percent(scoring.assumption_range if scoring else 0.2, 0)
    key = "assumptions" if changing else "assumptions_none"
    return [t(f"scores.notes.{key}", range=spread, count=len(table), names=_list(changing))]


def _use_notes(compared: Compared) -> list[str]:
    """What use follows, where it is known."""
    return [
        t(
            "scores.notes.use",
            criterion=t(f"criteria.{row['criterion']}.name"),
            rho=texts.number(row["spearman"], 2),
            places=row["places"],
        )
        for row in compared.use.dropna(subset=["spearman"]).to_dict("records")
        if row["criterion"] in ("image", "equipment")
    ]


def agreement(compared: Compared) -> list[str]:
    """Where the weightings agree, and where they do not."""
    ranks = np.array([ranking.rank for ranking in compared.view_ranks.values()])
    count = len(ranks)
    w = t("scores.agree.w", count=count, w=texts.number(compared.concordance, 2))
    firsts = pd.Series([_name(compared, int(order.argmin())) for order in ranks]).value_counts()
    lines = [w]
    lines += [
        t("scores.agree.first", site=name, times=int(n), count=count) for name, n in firsts.items()
    ]
    spread = ranks.max(axis=0) - ranks.min(axis=0)
    most = int(np.lexsort((compared.ranking.rank, -spread))[0])
    if spread[most]:
        low, high = int(ranks[:, most].min()), int(ranks[:, most].max())
        lines.append(t("scores.agree.most", site=_name(compared, most), low=low, high=high))
    if len(compared.pairs):
        worst = compared.pairs.iloc[int(compared.pairs["kendall"].to_numpy(float).argmin())]
        names = {view.key: view.name for view in compared.views}
        tau = texts.number(float(worst["kendall"]), 2)
        pair = {"first": names[worst["first"]], "second": names[worst["second"]]}
        lines.append(t("scores.agree.pair", tau=tau, **pair))
    return lines


def _name(compared: Compared, site: int) -> str:
    return str(compared.sites["name"].iloc[site])


def _list(names: list[str]) -> str:
    return ", ".join(names)
