"""The tables of compared candidates, and the sentences that they support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.atomic_files import replacing_all
from siting.outputs import tables as files
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


def write(found: Compared, folder: Path) -> Path:
    """Write every table into a folder; all of them, or none.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing_all(folder) as part:
        for name, table in tables(found).items():
            files.write_csv(part / f"{name}.csv", table)
    return folder


def tables(found: Compared) -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "scores": found.scores.table(),
        "contributions": contributions(found),
        "robustness": robust(found),
        "rank_acceptability": acceptability(found),
        "central_weights": central(found),
        "weight_stability": found.stability,
        "dominance": dominance(found),
        "missing_values": found.missing,
        "weightings": weightings(found),
        "views": views(found),
        "agreement": found.pairs,
        "assumption_sensitivity": found.assumptions,
        "use": found.use,
    }


def name_of(one: Criterion) -> str:
    """A criterion's name in the current language."""
    return t(f"criteria.{one.name}.name", number=one.number)


def fewer(scores: Scores, site: int, criterion: int) -> str:
    """Tell a small count of persons as « fewer than »; empty for a value that may be told."""
    if not scores.of.small[site, criterion]:
        return ""
    return t("page.small_count", fewest=scores.of.fewest)


def contributions(found: Compared) -> pd.DataFrame:
    """What each criterion brings to each site's score.

    `contribution` sums to the score for a weighted sum and for PROMETHEE; other methods do not add
    up, and it is empty.
    """
    brought = _brought(found)
    places = found.scale.of
    normal = found.scale(places.corner(0.5))
    rows = []
    for i in np.argsort(found.ranking.rank):
        for j, one in enumerate(found.criteria):
            told, known = one.definition, bool(places.known[i, j])
            rows.append(
                {
                    "site_id": str(places.sites[i]),
                    "rank": int(found.ranking.rank[i]),
                    "criterion": one.id,
                    "name": name_of(one),
                    "families": " ".join(told.families),
                    "weight": float(found.weighed.weights[j]),
                    "raw": float(places.raw[i, j]),
                    "unit": t(f"criteria.{one.name}.unit"),
                    "better": told.better,
                    "normalised": float(normal[i, j]) if known else np.nan,
                    "contribution": float(brought[i, j]),
                    "known": known,
                    "source": t(f"criteria.{one.name}.source"),
                    "how": t(f"criteria.{one.name}.how", number=one.number),
                    "asked_by": ", ".join(t(f"scores.asked_by.{who}") for who in told.asked_by),
                }
            )
    return pd.DataFrame(rows)


def _brought(found: Compared) -> Float64:
    """Contributions out of 100, NaN where the method does not add up or the value is unknown."""
    values, share = found.scale.of, found.weighed.weights
    if found.method == "promethee":
        filled = values.filled(share)
        brought: Float64 = 100 * share * outranking.flows(filled, filled, found.thresholds)
        return brought
    if found.method != "sum" or (found.scale.name != "min_max" and not values.known.all()):
        return np.full(values.raw.shape, np.nan)
    certain = values.known @ share
    part = np.divide(
        share, certain[:, None], out=np.zeros(values.raw.shape), where=certain[:, None] > 0
    )
    return np.where(values.known, 100 * part * found.scale(values.corner(0.5)), np.nan)


def robust(found: Compared) -> pd.DataFrame:
    """How each site fares under all weightings of each kind, one row a site and a kind."""
    ids, rank = found.scale.of.sites, found.ranking.rank
    dominated = robustness.dominance(found.scale.of).sum(axis=0)
    rows = []
    for key, drawn in found.draws.items():
        for i in np.argsort(rank):
            seen = np.flatnonzero(drawn.acceptability[i])
            rows.append(
                {
                    "site_id": str(ids[i]),
                    "name": str(found.sites["name"].iloc[i]),
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


def acceptability(found: Compared) -> pd.DataFrame:
    """Share of the weightings in which a site takes a rank, where there is any."""
    ids = found.scale.of.sites
    parts = [taken(ids, drawn).assign(weightings=key) for key, drawn in found.draws.items()]
    return pd.concat(parts, ignore_index=True)[["weightings", "site_id", "rank", "share"]]


def taken(ids: npt.NDArray[np.str_], drawn: Smaa) -> pd.DataFrame:
    """Share of the draws in which a site takes a rank, where there is any."""
    rows = [
        {"site_id": str(ids[i]), "rank": int(r) + 1, "share": drawn.acceptability[i, r]}
        for i, r in np.argwhere(drawn.acceptability > 0)
    ]
    return pd.DataFrame(rows, columns=["site_id", "rank", "share"])


def central(found: Compared) -> pd.DataFrame:
    """The mean weighting that puts a site first, for those that some weighting puts first."""
    ids = found.scale.of.sites
    rows = [
        {
            "weightings": key,
            "site_id": str(ids[i]),
            "criterion": one.id,
            "weight": drawn.central[i, j],
        }
        for key, drawn in found.draws.items()
        for i in np.flatnonzero(~np.isnan(drawn.confidence))
        for j, one in enumerate(found.criteria)
    ]
    return pd.DataFrame(rows, columns=["weightings", "site_id", "criterion", "weight"])


def dominance(found: Compared) -> pd.DataFrame:
    """Pairs of sites where one is at least as good on everything, whatever is unknown."""
    ids = found.scale.of.sites
    pairs = np.argwhere(robustness.dominance(found.scale.of))
    rows = [{"site_id": str(ids[a]), "dominates": str(ids[b])} for a, b in pairs]
    return pd.DataFrame(rows, columns=["site_id", "dominates"])


def weightings(found: Compared) -> pd.DataFrame:
    """Every weighting, one row a criterion."""
    rows = [
        {
            "weighting": one.key,
            "name": one.name,
            "status": t(f"scores.kinds.{one.kind}"),
            "criterion": criterion.id,
            "weight": float(one.weights[j]),
            "weight_before_cap": float(one.asked[j]),
            "consistency_ratio": one.ratio,
        }
        for one in found.views
        for j, criterion in enumerate(found.criteria)
    ]
    return pd.DataFrame(rows)


def views(found: Compared) -> pd.DataFrame:
    """Rank and score of each site under each weighting, and how far they part."""
    every = [found.view_ranks[one.key] for one in found.views]
    ranks = np.array([one.rank for one in every])
    behind = np.array([one.score.max() - one.score for one in every])
    table = pd.DataFrame(
        {
            "site_id": found.scale.of.sites,
            "name": found.sites["name"].to_numpy(),
            "best_rank": ranks.min(axis=0),
            "worst_rank": ranks.max(axis=0),
            "most_regret": behind.max(axis=0),
        }
    )
    for one in found.views:
        table[f"rank_{one.key}"] = found.view_ranks[one.key].rank
        table[f"score_{one.key}"] = found.view_ranks[one.key].score
    return table.iloc[np.argsort(found.ranking.rank)].reset_index(drop=True)


def sentences(found: Compared) -> list[str]:
    """Who is first, in what share of the weightings: one sentence for each kind."""
    said = []
    for key, drawn in found.draws.items():
        first = int(drawn.acceptability[:, 0].argmax())
        share = float(drawn.acceptability[first, 0])
        name = str(found.sites["name"].iloc[first])
        kind, _, family = key.partition(":")
        whole = "always" if share >= CERTAIN else "first"
        said.append(
            t(
                f"scores.{whole}.{kind}",
                site=name,
                share=texts.percent(share, 0),
                family=t(f"scores.families.{family}") if family else "",
            )
        )
    return said


def label(key: str) -> str:
    """Name a kind of weightings in a column."""
    kind, _, family = key.partition(":")
    if kind == AHEAD:
        return t("scores.ahead", family=t(f"scores.families.{family}"))
    return t(f"scores.{kind}")


def notes(found: Compared) -> list[str]:
    """What the reader must know: ties, caps, what is unknown, what tells nobody apart."""
    values, names = found.scale.of, {one.id: name_of(one) for one in found.criteria}
    said = []
    flat = [names[values.criteria[j]] for j in values.one_valued()]
    if flat:
        said.append(t("scores.notes.one_valued", criteria=_list(flat)))
    unknown = [names[values.criteria[j]] for j in np.flatnonzero(~values.known.any(axis=0))]
    if unknown:
        said.append(t("scores.notes.unknown", criteria=_list(unknown)))
    if not np.allclose(found.weighed.weights, found.weighed.asked):
        cap = texts.percent(found.study.equipment_cap, 0)
        said.append(t("scores.notes.capped", cap=cap))
    said += [
        t("scores.notes.equal", sites=_list([_name(found, i) for i in group]))
        for group in found.ranking.equal
    ]
    said += [
        t("scores.notes.ratio", name=one.name, ratio=texts.number(one.ratio, 3))
        for one in found.views
        if not np.isnan(one.ratio)
    ]
    changing = found.missing[found.missing["first_changes"]]
    if len(changing):
        said.append(t("scores.notes.missing", count=len(changing), total=len(found.missing)))
    elif len(found.missing):
        said.append(t("scores.notes.missing_none", total=len(found.missing)))
    return [*said, *_assumption_notes(found), *_use_notes(found)]


def _assumption_notes(found: Compared) -> list[str]:
    """Whether an assumption changes who is first."""
    table, first = found.assumptions, str(found.scale.of.sites[found.ranking.rank.argmin()])
    changing = [
        str(row["assumption"])
        for row in table.to_dict("records")
        if {row["low_first"], row["high_first"]} != {first}
    ]
    asked = found.study.scoring
    spread = texts.percent(asked.assumption_range if asked else 0.2, 0)
    key = "assumptions" if changing else "assumptions_none"
    return [t(f"scores.notes.{key}", range=spread, count=len(table), names=_list(changing))]


def _use_notes(found: Compared) -> list[str]:
    """What use follows, where it is known."""
    return [
        t(
            "scores.notes.use",
            criterion=t(f"criteria.{row['criterion']}.name"),
            rho=texts.number(row["spearman"], 2),
            places=row["places"],
        )
        for row in found.use.dropna(subset=["spearman"]).to_dict("records")
        if row["criterion"] in ("image", "equipment")
    ]


def agreement(found: Compared) -> list[str]:
    """Where the weightings agree, and where they do not."""
    ranks = np.array([one.rank for one in found.view_ranks.values()])
    count = len(ranks)
    w = t("scores.agree.w", count=count, w=texts.number(found.concordance, 2))
    firsts = pd.Series([_name(found, int(one.argmin())) for one in ranks]).value_counts()
    said = [w]
    said += [
        t("scores.agree.first", site=name, times=int(n), count=count) for name, n in firsts.items()
    ]
    spread = ranks.max(axis=0) - ranks.min(axis=0)
    most = int(np.lexsort((found.ranking.rank, -spread))[0])
    if spread[most]:
        low, high = int(ranks[:, most].min()), int(ranks[:, most].max())
        said.append(t("scores.agree.most", site=_name(found, most), low=low, high=high))
    if len(found.pairs):
        worst = found.pairs.iloc[int(found.pairs["kendall"].to_numpy(float).argmin())]
        names = {one.key: one.name for one in found.views}
        tau = texts.number(float(worst["kendall"]), 2)
        pair = {"first": names[worst["first"]], "second": names[worst["second"]]}
        said.append(t("scores.agree.pair", tau=tau, **pair))
    return said


def _name(found: Compared, site: int) -> str:
    return str(found.sites["name"].iloc[site])


def _list(names: list[str]) -> str:
    return ", ".join(names)
