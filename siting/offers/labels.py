"""Labels of places: levels as declarative rules over evidence, each outcome explained.

A rule passes, fails, or is unknown. Unknown is not no: `any` passes as soon as one part passes,
`all` fails as soon as one fails, and either is unknown where that depends on what is not known
(Kleene's logic). A place holds a level where the rules of this level and of those before it pass;
it may yet hold the levels whose rules none fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siting.survey.questionnaire import CODE, Label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

Outcome = Literal["passed", "failed", "unknown"]
Kind = Literal["yes_no", "number", "level", "text"]
MOST_LEVEL = 4
MONTH_DAYS = 365.25 / 12
YES = {"yes": True, "oui": True, "true": True, "1": True}
NO = {"no": False, "non": False, "false": False, "0": False}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Evidence(_Model):
    """A fact that may be entered of a place."""

    kind: Kind
    label: Label
    unit: str = ""


class Rule(_Model):
    """A test of one fact, or of several rules together."""

    id: str = ""
    types: tuple[str, ...] = Field((), description="places that it holds for; all where empty")
    evidence: str | None = None
    is_: bool | None = Field(None, alias="is")
    at_least: float | None = None
    at_most: float | None = None
    among: tuple[str, ...] = ()
    max_age_months: float | None = Field(None, gt=0, description="older evidence is unknown")
    any: tuple[Rule, ...] = ()
    all: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Rule:
        tests = (self.is_ is not None, self.at_least is not None or self.at_most is not None,
                 bool(self.among))  # fmt: skip
        ways = (self.evidence is not None, bool(self.any), bool(self.all))
        if sum(ways) != 1 or sum(tests) != (self.evidence is not None):
            raise ValueError("rule_one_test")
        return self

    def plain(self) -> Iterator[Rule]:
        """The tests of facts in it."""
        if self.evidence is not None:
            yield self
        for part in (*self.any, *self.all):
            yield from part.plain()


class Level(_Model):
    """A level of the label."""

    id: str = Field(pattern=CODE)
    label: Label
    types: tuple[str, ...] = Field((), description="places that may hold it; all where empty")
    rules: tuple[Rule, ...] = Field(min_length=1)


class Type(_Model):
    """A type of place, and what inventories call it."""

    label: Label
    kinds: tuple[str, ...] = ()


class Labels(_Model):
    """Typology, facts and levels, the lowest first."""

    kind: Literal["labels"]
    id: str = Field(pattern=CODE)
    status: Literal["measured", "declared", "hypothesis"]
    source: str
    types: dict[str, Type] = Field(min_length=1)
    evidence: dict[str, Evidence] = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Labels:
        for level in self.levels:
            named = {*level.types, *(name for rule in level.rules for name in rule.types)}
            if not named <= set(self.types):
                raise ValueError("label_types")
            tests = [test for rule in level.rules for test in rule.plain()]
            if not {test.evidence for test in tests} <= set(self.evidence):
                raise ValueError("label_evidence")
            ids = [rule.id or rule.evidence for rule in level.rules]
            if len(set(ids)) != len(ids) or None in ids:
                raise ValueError("rule_ids")
        if len({level.id for level in self.levels}) != len(self.levels):
            raise ValueError("ids_not_distinct")
        return self

    def type_of(self, kind: str) -> str:
        """Type of a place, by what an inventory calls it; empty where it is not known."""
        word = kind.strip().casefold()
        for name, item in self.types.items():
            if word in {name, *(kind.casefold() for kind in item.kinds)}:
                return name
        return ""


@dataclass(frozen=True)
class Fact:
    """What was entered of a place: a value, what shows it, who says so, when."""

    value: bool | float | str
    shown_by: str
    source: str
    date: dt.date


@dataclass(frozen=True)
class RuleOutcome:
    """A rule of a level, and what became of it."""

    level: str
    rule: str
    outcome: Outcome
    facts: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class JudgedPlace:
    """A place judged: the level it holds, the highest it may yet hold (empty: none), why."""

    level: str
    possible: str
    reasons: tuple[RuleOutcome, ...]


def value(written: str, kind: Kind) -> bool | float | str | None:
    """An entered value as its kind has it; None for one that does not fit."""
    word = written.strip().casefold()
    if kind == "yes_no":
        return {**YES, **NO}.get(word)
    if kind == "text":
        return written.strip() or None
    try:
        number = float(word.replace(",", "."))
    except ValueError:
        return None
    fits = 0 <= number < float("inf") and (kind == "number" or number <= MOST_LEVEL)
    return number if fits else None


def judge(
    labels: Labels, type_: str, facts: Mapping[str, Fact], day: dt.date | None = None
) -> JudgedPlace:
    """Judge a place.

    Parameters
    ----------
    type_
        Its type; empty where not known: it may then hold any level, and rules for some types only
        are unknown unless they pass.
    facts
        What is known of it.
    day
        On which the age of evidence counts; None: age does not.
    """
    reasons: list[RuleOutcome] = []
    won, possible = "", ""
    sure, open_ = True, True
    for level in labels.levels:
        if level.types and type_ and type_ not in level.types:
            break
        for rule in level.rules:
            if rule.types and type_ and type_ not in rule.types:
                continue
            outcome = evaluate(rule, facts, day)
            if rule.types and not type_ and outcome == "failed":
                outcome = "unknown"
            names = [str(part.evidence) for part in rule.plain()]
            lost = tuple(
                str(part.evidence)
                for part in rule.plain()
                if evaluate(part, facts, day) == "unknown"
            )
            reasons.append(RuleOutcome(level.id, rule.id or names[0], outcome, tuple(names), lost))
            sure &= outcome == "passed"
            open_ &= outcome != "failed"
        sure &= not level.types or bool(type_)
        won = level.id if sure else won
        possible = level.id if open_ else possible
    return JudgedPlace(won, possible, tuple(reasons))


def evaluate(rule: Rule, facts: Mapping[str, Fact], day: dt.date | None) -> Outcome:
    """Whether a rule passes."""
    if rule.evidence is None:
        parts = [evaluate(part, facts, day) for part in (*rule.any, *rule.all)]
        decides: Outcome = "passed" if rule.any else "failed"
        if decides in parts:
            return decides
        if "unknown" in parts:
            return "unknown"
        return "failed" if rule.any else "passed"
    fact = facts.get(rule.evidence)
    if fact is None:
        return "unknown"
    if rule.max_age_months is not None and day is not None:
        age = (day - fact.date).days / MONTH_DAYS
        if age > rule.max_age_months or age < 0:
            return "unknown"
    fits = _fits(rule, fact.value)
    return "unknown" if fits is None else "passed" if fits else "failed"


def _fits(rule: Rule, declared: bool | float | str) -> bool | None:  # noqa: FBT001 - of any kind
    """Whether a value passes a test; None where the test cannot be put to it."""
    if rule.is_ is not None:
        return declared is rule.is_
    if rule.among:
        return str(declared) in rule.among
    if isinstance(declared, bool | str):
        return None
    low = rule.at_least is None or declared >= rule.at_least
    return low and (rule.at_most is None or declared <= rule.at_most)
