"""Comparing a study's candidates: its `scoring:` keys, its ground, its tables.

Every ranking has its robustness: under all weightings, under those that keep a family ahead, under
those of each actor, for each missing value and each assumption.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.config.sites import Scoring, Threshold
from siting.errors import ModelError
from siting.ranking import agreement, criteria, ranking, robustness, scores, smaa, weightings
from siting.ranking.outranking import Thresholds
from siting.ranking.scales import Scale, Values
from siting.sources import evidence
from siting.study import prepared
from siting.study.stages import site_facts
from siting.study.stages import weights as study_weights
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siting.config import Study
    from siting.ranking.criteria import Criterion
    from siting.ranking.ranking import Method, Ranking
    from siting.ranking.scores import Scores
    from siting.ranking.smaa import Smaa
    from siting.ranking.weightings import Information
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.weights import Weighed

INDIFFERENCE, PREFERENCE = 0.05, 0.2  # of the span of a criterion, where no threshold is given
ON_ROADS = ("snap_cap",)
ON_TABLE = ("access_speed", "access_detour", "outside_speed", "outside_cap", "table_factor")


@dataclass(frozen=True)
class Ranked:
    """Candidates ranked by the study's own weights; attributes as in `Compared`."""

    asked: Scoring
    sites: pd.DataFrame
    criteria: tuple[Criterion, ...]
    raw: pd.DataFrame
    scale: Scale
    thresholds: Thresholds
    method: Method
    views: tuple[Weighed, ...]
    ranking: Ranking

    @property
    def weighed(self) -> Weighed:
        """The weighting that ranks."""
        return self.views[0]

    def drawn(self, known: Information) -> Smaa:
        """Rank under many weightings that what is known allows."""
        asked, how = self.asked, self.method
        return smaa.smaa(how, self.scale, known, asked.draws, asked.seed, self.thresholds)


@dataclass(frozen=True)
class Compared:
    """Candidates compared.

    Attributes
    ----------
    sites
        `site_id,name,commune_code`, in the order of the candidates.
    criteria, scale, thresholds
        What they are compared on.
    method, weighed
        How, and under whose weights.
    scores
        The ranking as `scores.csv` writes it.
    ranking
        The same, with its ties.
    draws
        SMAA by what is known of the weights: `free`, `known`, `ahead:<family>`.
    views
        Every weighting that the study's criteria allow, the one that ranks first.
    view_ranks
        Ranking under each of them.
    stability, missing, pairs, assumptions, use
        See `robustness` and `agreement`; `assumptions` as `_assumptions`.
    concordance
        Kendall's W of all views.
    """

    study: Study
    sites: pd.DataFrame
    criteria: tuple[Criterion, ...]
    scale: Scale
    thresholds: Thresholds
    method: Method
    weighed: Weighed
    scores: Scores
    ranking: Ranking
    draws: Mapping[str, Smaa]
    views: tuple[Weighed, ...]
    view_ranks: Mapping[str, Ranking]
    stability: pd.DataFrame
    missing: pd.DataFrame
    pairs: pd.DataFrame
    assumptions: pd.DataFrame
    use: pd.DataFrame
    concordance: float


def check(study: Study) -> None:
    """Refuse weights, thresholds and knowledge that cannot hold, without computing.

    Raises
    ------
    ConfigError
        Which, and the remedy.
    """
    chosen = [criteria.parse(one.id) for one in study.criteria]
    asked = study.scoring or Scoring()
    study_weights.main(study_weights.views(study, asked, chosen), asked)
    study_weights.require_known(asked.thresholds, chosen, "thresholds")
    known = study_weights.known(asked, chosen)
    if known is not None:
        weightings.draw(known, 1, asked.seed)


def folder(found: Compared) -> str:
    """Name of the folder of its tables: that of `siting run` where the ranking is the same."""
    own = found.weighed.key == study_weights.OWN
    plain = found.method == "sum" and found.scale.name == "min_max"
    parts = [found.study.name]
    parts += [] if plain else [found.method, found.scale.name]
    parts += [] if own else [found.weighed.key]
    return "-".join(parts)


def rank(base: PreparedStudy, method: Method | None, say: Callable[[str], None]) -> Ranked:
    """Rank the candidates of a study by its own weights.

    Parameters
    ----------
    method
        In place of the configuration's.
    say
        Called with the name of each stage as it begins.

    Raises
    ------
    ConfigError
        See `check`.
    ModelError
        No criterion tells two sites apart.
    """
    study, asked = base.study, base.study.scoring or Scoring()
    check(study)
    how = method or asked.method
    chosen = [criteria.parse(one.id) for one in study.criteria]
    say(t("cli_score.progress.values"))
    raw = _values(base, chosen)
    sites = base.read.candidates.rename(columns={"id": "site_id"})
    views = study_weights.views(study, asked, chosen)
    main = study_weights.main(views, asked)
    views.sort(key=lambda one: one.key != main.key)
    scale = _scale(asked, sites, chosen, raw)
    if len(sites) > 1 and not (scale.of.span > 0).any() and scale.of.known.all():
        raise ModelError("nothing_to_rank", criteria=", ".join(scale.of.criteria))
    thresholds = _thresholds(asked, chosen, scale.of)
    ranked = ranking.rank(how, scale, main.weights, thresholds)
    held = (sites, tuple(chosen), raw, scale, thresholds, how, tuple(views), ranked)
    return Ranked(asked, *held)


def compare(base: PreparedStudy, method: Method | None, say: Callable[[str], None]) -> Compared:
    """Compare the candidates of a study under every weighting: parameters and errors as `rank`."""
    study, now = base.study, rank(base, method, say)
    asked, sites, raw, chosen = now.asked, now.sites, now.raw, list(now.criteria)
    how, scale, thresholds, main = now.method, now.scale, now.thresholds, now.weighed
    ranked, views = now.ranking, now.views
    say(t("cli_score.progress.draws"))
    draws = {
        key: now.drawn(known) for key, known in study_weights.informations(asked, chosen).items()
    }
    of_views = {one.key: ranking.rank(how, scale, one.weights, thresholds) for one in views}
    ranks = {key: one.rank for key, one in of_views.items()}
    say(t("cli_score.progress.assumptions"))
    return Compared(
        study=study,
        sites=sites,
        criteria=tuple(chosen),
        scale=scale,
        thresholds=thresholds,
        method=how,
        weighed=main,
        scores=_scores(study, sites, chosen, raw, main, how, scale, ranked),
        ranking=ranked,
        draws=draws,
        views=views,
        view_ranks=of_views,
        stability=robustness.stability(scale, main.weights) if how == "sum" else pd.DataFrame(),
        missing=robustness.missing(how, scale, main.weights, thresholds),
        pairs=agreement.pairs(ranks, scale.of.sites),
        assumptions=_assumptions(base, asked, chosen, main, how, ranked),
        use=_use(study, sites, raw),
        concordance=agreement.concordance(np.array(list(ranks.values()))),
    )


def _values(base: PreparedStudy, chosen: list[Criterion]) -> pd.DataFrame:
    service = base.study.services[0].id
    facts = site_facts.gather(base, base.access(service, base.read.services[service]))
    return criteria.values(chosen, facts)


def _scale(
    asked: Scoring, sites: pd.DataFrame, chosen: Sequence[Criterion], raw: pd.DataFrame
) -> Scale:
    more = np.array([one.definition.better == "more" for one in chosen], dtype=np.bool_)
    ids = sites["site_id"].to_numpy(str)
    values = raw[[one.id for one in chosen]].to_numpy(np.float64)
    return Scale(asked.normalisation, Values(ids, tuple(one.id for one in chosen), more, values))


def _scores(
    study: Study,
    sites: pd.DataFrame,
    chosen: list[Criterion],
    raw: pd.DataFrame,
    main: Weighed,
    how: Method,
    scale: Scale,
    ranked: Ranking,
) -> Scores:
    """The ranking as `siting run` writes it: the same where it is the study's own."""
    mean = scores.weighted_mean(sites, chosen, list(main.asked), raw, study.equipment_cap)
    if how == "sum" and scale.name == "min_max":
        return mean
    places = np.where(scale.of.known, scale(scale.of.corner(0.5)), np.nan)
    return replace(
        mean,
        normalised=places,
        score=ranked.score,
        low=ranked.low,
        high=ranked.high,
        rank=ranked.rank,
    )


def _thresholds(asked: Scoring, chosen: Sequence[Criterion], values: Values) -> Thresholds:
    """Thresholds as shares of the span of each criterion."""
    given: list[Threshold | None] = [asked.thresholds.get(one.id) for one in chosen]
    span = np.where(values.span > 0, values.span, 1.0)
    rows = [
        (INDIFFERENCE, PREFERENCE, np.inf)
        if one is None
        else (
            one.indifference / s,
            one.preference / s,
            np.inf if one.veto is None else one.veto / s,
        )
        for one, s in zip(given, span, strict=True)
    ]
    q, p, v = np.array(rows, float).T
    return Thresholds(q, p, v, tuple("linear" if one is None else one.shape for one in given))


def assumed(study: Study) -> tuple[str, ...]:
    """Assumptions that times rest on, by kind of network."""
    return ON_ROADS if study.roads.distances is None else ON_TABLE


def _assumptions(
    base: PreparedStudy,
    asked: Scoring,
    chosen: list[Criterion],
    main: Weighed,
    how: Method,
    now: Ranking,
) -> pd.DataFrame:
    """Rank again with each assumption of the times at either end of its range.

    Returns
    -------
    Columns `assumption,unit,status,source,value`, then for `low` and `high`: `…_value,…_first` (who
    is first), `…_kendall` (with the ranking of now), `…_most_moved,…_from,…_to`.
    """
    held = base.study.assumptions
    ids = base.read.candidates["id"].to_numpy(str)
    rows = []
    for name in assumed(base.study):
        one = getattr(held, name)
        row = {"assumption": name, **one.model_dump(include={"unit", "status", "source", "value"})}
        for end, factor in (
            ("low", 1 - asked.assumption_range),
            ("high", 1 + asked.assumption_range),
        ):
            moved = one.model_copy(update={"value": one.value * factor})
            changed = prepared.assuming(base, held.model_copy(update={name: moved}))
            scale = _scale(
                asked,
                base.read.candidates.rename(columns={"id": "site_id"}),
                chosen,
                _values(changed, chosen),
            )
            thresholds = _thresholds(asked, chosen, scale.of)
            then = ranking.rank(how, scale, main.weights, thresholds)
            gap = np.abs(then.rank - now.rank)
            most = int(np.lexsort((now.rank, -gap))[0])
            row |= {
                f"{end}_value": moved.value,
                f"{end}_first": ids[then.rank.argmin()],
                f"{end}_kendall": agreement.kendall(now.rank, then.rank),
                f"{end}_most_moved": ids[most] if gap[most] else "",
                f"{end}_from": int(now.rank[most]),
                f"{end}_to": int(then.rank[most]),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _use(study: Study, sites: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Rank correlation of use with each criterion, over the places whose use is known."""
    asked = study.scoring
    if asked is None or asked.use is None:
        return agreement.use(np.array([]), pd.DataFrame())
    places = evidence.read_use(asked.use).drop(columns="name", errors="ignore").set_index("id")
    computed = raw.set_axis(sites["site_id"].to_numpy(str), axis=0).reindex(places.index)
    table = places.drop(columns="users").combine_first(computed).reindex(places.index)
    return agreement.use(places["users"].to_numpy(np.float64), table)
