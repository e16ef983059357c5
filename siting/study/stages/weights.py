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
    asked
        Shares before the cap.
    ratio
        Consistency ratio of pairwise judgements; NaN where there are none.
    """

    key: str
    name: str
    kind: str
    weights: Float64
    asked: Float64
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


def views(study: Study, asked: Scoring, chosen: Sequence[Criterion]) -> list[Weighed]:
    """Every weighting: the criteria's own, those proposed, those of the configuration."""
    found = {OWN: own(study, chosen)}
    for kind in preferences.KINDS:
        for key, points in preferences.proposed()[kind].items():
            share = preferences.shared(points, chosen)
            if share is not None and share[~scores.equipment(chosen)].any():
                name = t(f"scores.views.{key}")
                found[key] = _weighed(key, name, kind, share, chosen, study)
    for key, declared in asked.weightings.items():
        share, ratio = _declared(key, declared, chosen)
        known = texts.section("scores.views").get(key, key)
        weighed = _weighed(key, declared.name or known, "declared", share, chosen, study)
        found[key] = replace(weighed, ratio=ratio)
    return list(found.values())


def _weighed(
    key: str, name: str, kind: str, share: Float64, chosen: Sequence[Criterion], study: Study
) -> Weighed:
    held = weights.capped(share, scores.equipment(chosen), study.equipment_cap)
    return Weighed(key, name, kind, held, share)


def main(every: list[Weighed], asked: Scoring) -> Weighed:
    """Give the weighting that ranks."""
    by_key = {one.key: one for one in every}
    wanted = asked.weights or OWN
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
        *(one for pair in declared.ahp for one in pair[:2]),
    ]
    named += [one for level in declared.order for one in level]
    require_known(dict.fromkeys(named), chosen, f"weightings.{key}")
    if declared.order:
        if len(set(named)) < len(named):
            raise ConfigError("order_twice", what=what)
        found = weights.by_order([level for level in declared.order if level], declared.rule)
    elif declared.ahp:
        judged = weights.pairwise(declared.ahp, what)
        found, ratio = judged.weights, judged.ratio
    elif declared.percent:
        found = weights.percent(declared.percent, what)
    elif declared.swing:
        found = weights.swing(declared.swing, what)
    else:
        found = weights.shares(declared.points, what)
    return np.array([found.get(one.id, 0.0) for one in chosen]), ratio


def require_known(named: Mapping[str, object], chosen: Sequence[Criterion], key: str) -> None:
    """Refuse names that are no criterion of the study; `key` is where they were said."""
    known = [one.id for one in chosen]
    for name in named:
        if name not in known:
            raise ConfigError(
                "not_a_criterion_of_study", key=key, criterion=name, known=", ".join(known)
            )


# -- what is known of the weights ---------------------------------------------------------------


def informations(asked: Scoring, chosen: Sequence[Criterion]) -> dict[str, Information]:
    """Nothing; what the configuration says; each section ahead of the others."""
    found = {FREE: _free(asked, chosen)}
    said = known(asked, chosen)
    if said is not None:
        found[KNOWN] = said
    present = [name for name in definition.SECTIONS if _members(name, chosen)]
    if len(present) > 1:
        for name in present:
            found[f"{AHEAD}:{name}"] = _ahead(found[FREE], name, chosen)
    return found


def _free(asked: Scoring, chosen: Sequence[Criterion]) -> Information:
    """Only that equipment does not dominate."""
    free = weightings.free(len(chosen))
    return weightings.at_most(free, scores.equipment(chosen), asked.equipment_cap)


def known(asked: Scoring, chosen: Sequence[Criterion]) -> Information | None:
    """What `scoring: known:` says."""
    said = asked.known
    if said is None:
        return None
    place = {one.id: j for j, one in enumerate(chosen)}
    named = [one for level in said.order for one in level]
    require_known(dict.fromkeys([*named, *said.bounds]), chosen, "known")
    if len(set(named)) < len(named):
        raise ConfigError("order_twice", what="known")
    found = _free(asked, chosen)
    if said.order:
        levels = tuple(tuple(place[one] for one in level) for level in said.order)
        found = weightings.ordered(found, levels)
    if said.bounds:
        lower, upper = np.zeros(len(chosen)), np.ones(len(chosen))
        for name, (low, high) in said.bounds.items():
            lower[place[name]], upper[place[name]] = low, high
        found = weightings.bounded(found, lower, upper)
    return _ahead(found, said.ahead, chosen) if said.ahead else found


def _ahead(base: Information, family: str, chosen: Sequence[Criterion]) -> Information:
    """A family weighs at least as much as each other one of its list."""
    leader = _members(family, chosen)
    if not leader:
        present = dict.fromkeys(
            name for one in chosen for name in (one.definition.section, *one.definition.families)
        )
        raise ConfigError("no_criterion_of_family", family=family, known=", ".join(present))
    lists = (definition.SECTIONS, definition.CGET, (*definition.CHARTER, *definition.CHARTER_2016))
    among = next(one for one in lists if family in one)
    others = [_members(name, chosen) for name in among if name != family]
    return weightings.ahead(base, leader, [group for group in others if group])


def _members(family: str, chosen: Sequence[Criterion]) -> list[int]:
    """Positions of the criteria of a section or a family."""
    return [
        j
        for j, one in enumerate(chosen)
        if family == one.definition.section or family in one.definition.families
    ]
