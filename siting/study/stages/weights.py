"""Whose weights a study compares its candidates under, and what is known of weights at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.errors import ConfigError
from siting.ranking import definition, preferences, scores, weightings, weights
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.config import Study
    from siting.config.sites import Scoring, Weighting
    from siting.ranking.definition import Criterion
    from siting.ranking.scales import Float64
    from siting.ranking.weightings import Information

OWN, FREE, KNOWN, AHEAD = "own", "free", "known", "ahead"


@dataclass(frozen=True)
class Weighed:
    """Somebody's weights.

    Attributes
    ----------
    key, name
        Which, and whose.
    kind
        `own` (the study's criteria), `approaches`, `actors` or `declared` (the configuration's).
    weights
        Shares of 1 with equipment capped, shape (criteria,).
    uncapped
        Shares before the cap.
    ratio
        Consistency ratio of pairwise judgements; NaN where there are none.
    """

    key: str
    name: str
    kind: str
    weights: Float64
    uncapped: Float64
    ratio: float = float("nan")


def own(
    study: Study, chosen: Sequence[Criterion], points: Mapping[str, float] | None = None
) -> Weighed:
    """Weigh the criteria by their own points.

    Parameters
    ----------
    points
        By criterion, in place of those of the configuration.

    Raises
    ------
    ConfigError
        A weight is negative or too large, all are zero, or equipment alone has one.
    """
    name = t("scores.views.own")
    if points is None:
        points = {weighted.id: weighted.weight for weighted in study.criteria}
    by_criterion = weights.shares(points, name)
    share = np.array([by_criterion[criterion.id] for criterion in chosen])
    return _weighed(OWN, name, OWN, share, chosen, study)


def views(study: Study, scoring: Scoring, chosen: Sequence[Criterion]) -> list[Weighed]:
    """Every weighting: the criteria's own, those proposed, those of the configuration."""
    by_key = {OWN: own(study, chosen)}
    for kind in preferences.KINDS:
        for key, points in preferences.proposed()[kind].items():
            share = preferences.shared(points, chosen)
            if share is not None and share[~scores.equipment(chosen)].any():
                name = t(f"scores.views.{key}")
                by_key[key] = _weighed(key, name, kind, share, chosen, study)
    for key, declared in scoring.weightings.items():
        share, ratio = _declared(key, declared, chosen)
        known = texts.section("scores.views").get(key, key)
        weighed = _weighed(key, declared.name or known, "declared", share, chosen, study)
        by_key[key] = replace(weighed, ratio=ratio)
    return list(by_key.values())


def _weighed(
    key: str, name: str, kind: str, share: Float64, chosen: Sequence[Criterion], study: Study
) -> Weighed:
    capped = weights.capped(share, scores.equipment(chosen), study.equipment_cap)
    return Weighed(key, name, kind, capped, share)


def main(every: list[Weighed], scoring: Scoring) -> Weighed:
    """Give the weighting that ranks."""
    by_key = {weighed.key: weighed for weighed in every}
    wanted = scoring.weights or OWN
    if wanted not in by_key:
        raise ConfigError("unknown_weighting", weighting=wanted, known=", ".join(by_key))
    return by_key[wanted]


def _declared(key: str, declared: Weighting, chosen: Sequence[Criterion]) -> tuple[Float64, float]:
    """Shares of the study's criteria as somebody said them, and the consistency ratio."""
    what, ratio = declared.name or key, float("nan")
    named = [
        *declared.points,
        *declared.percent,
        *declared.swing,
        *(name for pair in declared.ahp for name in pair[:2]),
    ]
    named += [name for level in declared.order for name in level]
    require_known(dict.fromkeys(named), chosen, f"weightings.{key}")
    if declared.order:
        if len(set(named)) < len(named):
            raise ConfigError("order_twice", what=what)
        shares = weights.by_order([level for level in declared.order if level], declared.rule)
    elif declared.ahp:
        judged = weights.pairwise(declared.ahp, what)
        shares, ratio = judged.weights, judged.ratio
    elif declared.percent:
        shares = weights.percent(declared.percent, what)
    elif declared.swing:
        shares = weights.swing(declared.swing, what)
    else:
        shares = weights.shares(declared.points, what)
    return np.array([shares.get(criterion.id, 0.0) for criterion in chosen]), ratio


def require_known(named: Mapping[str, object], chosen: Sequence[Criterion], key: str) -> None:
    """Refuse names that are no criterion of the study; `key` is where they were said."""
    known = [criterion.id for criterion in chosen]
    for name in named:
        if name not in known:
            raise ConfigError(
                "not_a_criterion_of_study", key=key, criterion=name, known=", ".join(known)
            )


# -- what is known of the weights ---------------------------------------------------------------


def informations(scoring: Scoring, chosen: Sequence[Criterion]) -> dict[str, Information]:
    """Nothing; what the configuration says; each section ahead of the others."""
    by_kind = {FREE: _free(scoring, chosen)}
    declared = known(scoring, chosen)
    if declared is not None:
        by_kind[KNOWN] = declared
    present = [name for name in definition.SECTIONS if _members(name, chosen)]
    if len(present) > 1:
        for name in present:
            by_kind[f"{AHEAD}:{name}"] = _ahead(by_kind[FREE], name, chosen)
    return by_kind


def _free(scoring: Scoring, chosen: Sequence[Criterion]) -> Information:
    """Only that equipment does not dominate."""
    free = weightings.free(len(chosen))
    return weightings.at_most(free, scores.equipment(chosen), scoring.equipment_cap)


def known(scoring: Scoring, chosen: Sequence[Criterion]) -> Information | None:
    """What `scoring: known:` says."""
    declared = scoring.known
    if declared is None:
        return None
    place = {criterion.id: j for j, criterion in enumerate(chosen)}
    named = [name for level in declared.order for name in level]
    require_known(dict.fromkeys([*named, *declared.bounds]), chosen, "known")
    if len(set(named)) < len(named):
        raise ConfigError("order_twice", what="known")
    information = _free(scoring, chosen)
    if declared.order:
        levels = tuple(tuple(place[name] for name in level) for level in declared.order)
        information = weightings.ordered(information, levels)
    if declared.bounds:
        lower, upper = np.zeros(len(chosen)), np.ones(len(chosen))
        for name, (low, high) in declared.bounds.items():
            lower[place[name]], upper[place[name]] = low, high
        information = weightings.bounded(information, lower, upper)
    return _ahead(information, declared.ahead, chosen) if declared.ahead else information


def _ahead(base: Information, family: str, chosen: Sequence[Criterion]) -> Information:
    """A family weighs at least as much as each other one of its list."""
    leader = _members(family, chosen)
    if not leader:
        present = dict.fromkeys(
            name
            for criterion in chosen
            for name in (criterion.definition.section, *criterion.definition.families)
        )
        raise ConfigError("no_criterion_of_family", family=family, known=", ".join(present))
    lists = (definition.SECTIONS, definition.CGET, (*definition.CHARTER, *definition.CHARTER_2016))
    among = next(families for families in lists if family in families)
    others = [_members(name, chosen) for name in among if name != family]
    return weightings.ahead(base, leader, [group for group in others if group])


def _members(family: str, chosen: Sequence[Criterion]) -> list[int]:
    """Positions of the criteria of a section or a family."""
    return [
        j
        for j, criterion in enumerate(chosen)
        if family == criterion.definition.section or family in criterion.definition.families
    ]
