"""Comparing a study's candidates: its `scoring:` keys, its candidates, its ranking.

Every ranking has its robustness: under all weightings, under those that keep a family ahead, under
those of each actor, for each missing value and each assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.config.sites import Scoring, Threshold
from siting.errors import ModelError
from siting.ranking import agreement, criteria, ranking, robustness, scores, smaa, weightings
from siting.ranking.outranking import Thresholds
from siting.sources import evidence
from siting.study import prepared
from siting.study.stages import site_facts
from siting.study.stages import weights as study_weights
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siting.cluster import Spread
    from siting.config import Study
    from siting.ranking.candidate_facts import Minutes, SiteFacts
    from siting.ranking.definition import Criterion
    from siting.ranking.ranking import Method, Ranking
    from siting.ranking.scales import Scale, Values
    from siting.ranking.scores import Scores, SiteValues
    from siting.ranking.smaa import Smaa
    from siting.ranking.weightings import Information
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.site_facts import StudyFacts
    from siting.study.stages.weights import Weighed

INDIFFERENCE, PREFERENCE = 0.05, 0.2  # of the span of a criterion, where no threshold is given
ON_ROADS = ("snap_cap",)
ON_TABLE = ("access_speed", "access_detour", "outside_speed", "outside_cap", "table_factor")


@dataclass(frozen=True)
class Ranked:
    """Candidates ranked as `scoring:` says.

    Attributes
    ----------
    scoring
        The keys of `scoring:`.
    method, thresholds
        How sites are compared.
    views
        Every weighting that the study's criteria allow, the one that ranks first.
    scale
        Values and normalisation.
    scores
        The ranking.
    """

    scoring: Scoring
    method: Method
    thresholds: Thresholds
    views: tuple[Weighed, ...]
    scale: Scale
    scores: Scores

    @property
    def sites(self) -> pd.DataFrame:
        """`site_id,name,commune_code`, in the order of the candidates."""
        return self.scores.sites

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What they are compared on."""
        return self.scores.criteria

    @property
    def ranking(self) -> Ranking:
        """Scores, bands, ranks and ties."""
        return self.scores.ranking

    @property
    def weighed(self) -> Weighed:
        """The weighting that ranks."""
        return self.views[0]

    def drawn(self, known: Information, spread: Spread = map) -> Smaa:
        """Rank under many weightings that what is known allows, see `smaa.smaa`."""
        scoring, how = self.scoring, self.method
        return smaa.smaa(
            how, self.scale, known, scoring.draws, scoring.seed, self.thresholds, spread
        )


@dataclass(frozen=True)
class Compared:
    """Candidates compared.

    Attributes
    ----------
    now
        The candidates ranked as `scoring:` says.
    draws
        SMAA by what is known of the weights: `free`, `known`, `ahead:<family>`.
    view_ranks
        Ranking under each weighting that the study's criteria allow.
    stability, missing, pairs, assumptions, use
        See `robustness` and `agreement`; `assumptions` as `_assumptions`.
    concordance
        Kendall's W of all views.
    """

    study: Study
    now: Ranked
    draws: Mapping[str, Smaa]
    view_ranks: Mapping[str, Ranking]
    stability: pd.DataFrame
    missing: pd.DataFrame
    pairs: pd.DataFrame
    assumptions: pd.DataFrame
    use: pd.DataFrame
    concordance: float

    @property
    def scores(self) -> Scores:
        """The ranking as `scores.csv` writes it."""
        return self.now.scores

    @property
    def sites(self) -> pd.DataFrame:
        """`site_id,name,commune_code`, in the order of the candidates."""
        return self.now.sites

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What they are compared on."""
        return self.now.criteria

    @property
    def scale(self) -> Scale:
        """Values and normalisation."""
        return self.now.scale

    @property
    def thresholds(self) -> Thresholds:
        """Differences that count, of the outranking methods."""
        return self.now.thresholds

    @property
    def method(self) -> Method:
        """How they are compared."""
        return self.now.method

    @property
    def views(self) -> tuple[Weighed, ...]:
        """Every weighting, the one that ranks first."""
        return self.now.views

    @property
    def weighed(self) -> Weighed:
        """The weighting that ranks."""
        return self.now.weighed

    @property
    def ranking(self) -> Ranking:
        """Scores, bands, ranks and ties."""
        return self.now.ranking


def check(study: Study) -> None:
    """Refuse weights, thresholds and knowledge that cannot hold, without computing.

    Raises
    ------
    ConfigError
        Which, and the remedy.
    """
    chosen = site_facts.parsed(study)
    scoring = study.scoring or Scoring()
    study_weights.main(study_weights.views(study, scoring, chosen), scoring)
    study_weights.require_known(scoring.thresholds, chosen, "thresholds")
    known = study_weights.known(scoring, chosen)
    if known is not None:
        weightings.draw(known, 1, scoring.seed)


def folder(compared: Compared) -> str:
    """Name of the folder of its tables: that of `siting run` where the ranking is the same."""
    own = compared.weighed.key == study_weights.OWN
    plain = compared.method == "sum" and compared.scale.name == "min_max"
    parts = [compared.study.name]
    parts += [] if plain else [compared.method, compared.scale.name]
    parts += [] if own else [compared.weighed.key]
    return "-".join(parts)


def values(base: PreparedStudy, minutes_now: Minutes | None = None) -> SiteValues:
    """Give a study's candidates and the raw values of their criteria.

    Parameters
    ----------
    minutes_now
        Minutes from each cell to the nearest facility of the first service, NaN where there is
        none; computed where None.
    """
    fixed = site_facts.unchanging(base)
    now = _minutes_now(base) if minutes_now is None else minutes_now
    return valued(base, fixed, site_facts.gather(base, fixed, now))


def valued(base: PreparedStudy, fixed: StudyFacts, facts: SiteFacts) -> SiteValues:
    """Compute the raw values of a study's candidates from the facts of their sites."""
    sites = base.read.candidates.rename(columns={"id": "site_id"}).reset_index(drop=True)
    raw = criteria.values(fixed.criteria, facts).to_numpy(np.float64)
    return scores.SiteValues(sites, fixed.criteria, raw, fixed.fewest)


def _minutes_now(base: PreparedStudy) -> Minutes:
    service = base.study.services[0].id
    minutes: Minutes = base.access(service, base.read.services[service])["minutes"].to_numpy()
    return minutes


def by_own_weights(
    study: Study, candidates: SiteValues, points: Mapping[str, float] | None = None
) -> Scores:
    """Rank candidates by the weighted mean, under the weights of the criteria themselves.

    `siting run`, the maps and the workshop rank so; `siting score` as `scoring:` says.

    Parameters
    ----------
    points
        Weights by criterion, in place of those of the configuration.

    Raises
    ------
    ConfigError
        See `weights.own`.
    """
    weighed = study_weights.own(study, candidates.criteria, points)
    return scores.score(candidates, weighed.weights)


def rank(study: Study, candidates: SiteValues, method: Method | None) -> Ranked:
    """Rank the candidates of a study as `scoring:` says.

    Parameters
    ----------
    candidates
        See `values`.
    method
        In place of the configuration's.

    Raises
    ------
    ConfigError
        See `check`.
    ModelError
        No criterion tells two sites apart.
    """
    scoring = study.scoring or Scoring()
    check(study)
    how = method or scoring.method
    views = study_weights.views(study, scoring, candidates.criteria)
    main = study_weights.main(views, scoring)
    views.sort(key=lambda weighed: weighed.key != main.key)
    scale = candidates.scale(scoring.normalisation)
    if len(candidates.sites) > 1 and not (scale.of.span > 0).any() and scale.of.known.all():
        raise ModelError("nothing_to_rank", criteria=", ".join(scale.of.criteria))
    thresholds = _thresholds(scoring, candidates.criteria, scale.of)
    ranked = scores.score(candidates, main.weights, how, scoring.normalisation, thresholds)
    return Ranked(scoring, how, thresholds, tuple(views), scale, ranked)


def compare(
    base: PreparedStudy,
    candidates: SiteValues,
    method: Method | None,
    say: Callable[[str], None],
    spread: Spread = map,
) -> Compared:
    """Compare the candidates of a study under every weighting: parameters and errors as `rank`.

    Parameters
    ----------
    say
        Called with the name of each stage as it begins.
    spread
        Computes the draws, see `smaa.smaa`.
    """
    study, now = base.study, rank(base.study, candidates, method)
    scoring, how, scale, thresholds, main = (
        now.scoring,
        now.method,
        now.scale,
        now.thresholds,
        now.weighed,
    )
    say(t("cli_score.progress.draws"))
    draws = {
        key: now.drawn(known, spread)
        for key, known in study_weights.informations(scoring, now.criteria).items()
    }
    of_views = {
        weighed.key: ranking.rank(how, scale, weighed.weights, thresholds) for weighed in now.views
    }
    ranks = {key: ranked.rank for key, ranked in of_views.items()}
    say(t("cli_score.progress.assumptions"))
    return Compared(
        study=study,
        now=now,
        draws=draws,
        view_ranks=of_views,
        stability=robustness.stability(scale, main.weights) if how == "sum" else pd.DataFrame(),
        missing=robustness.missing(how, scale, main.weights, thresholds),
        pairs=agreement.pairs(ranks, scale.of.sites),
        assumptions=_assumptions(base, now),
        use=_use(study, candidates),
        concordance=agreement.concordance(np.array(list(ranks.values()))),
    )


def _thresholds(scoring: Scoring, chosen: Sequence[Criterion], values: Values) -> Thresholds:
    """Thresholds as shares of the span of each criterion."""
    given: list[Threshold | None] = [scoring.thresholds.get(criterion.id) for criterion in chosen]
    span = np.where(values.span > 0, values.span, 1.0)
    rows = [
        (INDIFFERENCE, PREFERENCE, np.inf)
        if threshold is None
        else (
            threshold.indifference / s,
            threshold.preference / s,
            np.inf if threshold.veto is None else threshold.veto / s,
        )
        for threshold, s in zip(given, span, strict=True)
    ]
    q, p, v = np.array(rows, float).T
    return Thresholds(
        q, p, v, tuple("linear" if threshold is None else threshold.shape for threshold in given)
    )


def assumed(study: Study) -> tuple[str, ...]:
    """Assumptions that times rest on, by kind of network."""
    return ON_ROADS if study.roads.distances is None else ON_TABLE


def _assumptions(base: PreparedStudy, now: Ranked) -> pd.DataFrame:
    """Rank again with each assumption of the times at either end of its range.

    Returns
    -------
    Columns `assumption,unit,status,source,value`, then for `low` and `high`: `…_value,…_first` (who
    is first), `…_kendall` (with the ranking of now), `…_most_moved,…_from,…_to`.
    """
    declared, scoring = base.study.assumptions, now.scoring
    ids, before = now.scale.of.sites, now.ranking.rank
    fixed = site_facts.unchanging(base)
    rows = []
    for name in assumed(base.study):
        assumption = getattr(declared, name)
        described = assumption.model_dump(include={"unit", "status", "source", "value"})
        row = {"assumption": name, **described}
        for end, factor in (
            ("low", 1 - scoring.assumption_range),
            ("high", 1 + scoring.assumption_range),
        ):
            moved = assumption.model_copy(update={"value": assumption.value * factor})
            changed = prepared.assuming(base, declared.model_copy(update={name: moved}))
            facts = site_facts.gather(changed, fixed, _minutes_now(changed))
            candidates = valued(changed, fixed, facts)
            scale = candidates.scale(scoring.normalisation)
            thresholds = _thresholds(scoring, now.criteria, scale.of)
            after = ranking.rank(now.method, scale, now.weighed.weights, thresholds).rank
            gap = np.abs(after - before)
            most = int(np.lexsort((before, -gap))[0])
            row |= {
                f"{end}_value": moved.value,
                f"{end}_first": ids[after.argmin()],
                f"{end}_kendall": agreement.kendall(before, after),
                f"{end}_most_moved": ids[most] if gap[most] else "",
                f"{end}_from": int(before[most]),
                f"{end}_to": int(after[most]),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _use(study: Study, candidates: SiteValues) -> pd.DataFrame:
    """Rank correlation of use with each criterion, over the places whose use is known."""
    scoring = study.scoring
    if scoring is None or scoring.use is None:
        return agreement.use(np.array([]), pd.DataFrame())
    places = evidence.read_use(scoring.use).drop(columns="name", errors="ignore").set_index("id")
    computed = candidates.table().reindex(places.index)
    table = places.drop(columns="users").combine_first(computed).reindex(places.index)
    return agreement.use(places["users"].to_numpy(np.float64), table)
