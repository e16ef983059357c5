"""The charts of a study: which of them its tables can feed, and why the others cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.atomic_files import replacing_all
from siting.errors import ModelError
from siting.measures import digital, equity
from siting.outputs.charts import bars, curves, fibre, ranks
from siting.outputs.paper import KINDS
from siting.outputs.tables import write_csv
from siting.publish.missing import Missing
from siting.study import prepared
from siting.study import scenario as what_if
from siting.study.stages import score_tables
from siting.study.stages import scores as study_scores
from siting.study.stages import theme as study_theme
from siting.study.stages import weights as study_weights
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.charts.chart import Chart
    from siting.outputs.paper import Kind
    from siting.outputs.theme import Theme
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

MOST_MINUTES = 60  # right end of the curve by minutes, at most
NAMES = (
    "population_curve",
    "before_after",
    "criteria",
    "rank_acceptability",
    "tornado",
    "lorenz",
    "broadband",
    "tornado_effects",
    "tornado_balance",
)


def draw(
    result: Result,
    compared: Compared | None = None,
    only: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> tuple[list[Chart], list[Missing]]:
    """Make the charts of a run.

    Parameters
    ----------
    compared
        The comparison of its candidates; computed where it is needed and not given.
    only
        Names of the charts wanted; all where empty.
    say
        Called with what is being made.

    Returns
    -------
    Charts in the order of `NAMES`, and those that cannot be.
    """
    made: list[Chart] = []
    missing: list[Missing] = []
    makers: dict[str, Callable[[], Chart | str]] = {
        "population_curve": lambda: _curve(result),
        "before_after": lambda: _before_after(result),
        "criteria": lambda: _criteria(result),
        "rank_acceptability": lambda: _ranks(result, compared),
        "tornado": lambda: _coverage_tornado(result),
        "lorenz": lambda: _lorenz(result),
        "broadband": lambda: _broadband(result),
        "tornado_effects": lambda: _effects(result),
        "tornado_balance": lambda: _balance(result),
    }
    for name, make in makers.items():
        if only and name not in only:
            continue
        say(t("cli_charts.drawing", name=name))
        chart = make()
        if isinstance(chart, str):
            missing.append(Missing(name, t(f"charts.missing.{chart}")))
        else:
            made.append(chart.noted(_note(result, chart.name)))
    return made, missing


def write(
    folder: Path, made: Sequence[Chart], theme: Theme, kinds: Sequence[Kind] = KINDS
) -> list[str]:
    """Write charts: pictures, `NAME.csv` with the numbers, `NAME.txt` with the text alternative.

    Returns
    -------
    Names of the files.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing_all(folder) as part:
        for chart in made:
            for kind in kinds:
                (part / f"{chart.name}.{kind}").write_bytes(chart.render(kind, theme))
            write_csv(part / f"{chart.name}.csv", chart.table)
            wording = f"{chart.title}\n\n{chart.alt}\n\n{chart.note}\n"
            (part / f"{chart.name}.txt").write_text(wording, encoding="utf-8", newline="\n")
        return sorted(path.name for path in part.iterdir())


def theme_of(result: Result) -> Theme:
    """The theme of the study of a run."""
    return study_theme.load(result.study)


def _curve(result: Result) -> Chart | str:
    study = result.study
    parts = [
        curve_table(part).assign(series=_service(result, str(key)))
        for key, part in result.access.groupby("service", sort=False)
    ]
    table = pd.concat(parts, ignore_index=True)[["series", "minutes", "share"]]
    if table.empty:
        return "no_time"
    end = min(MOST_MINUTES, float(np.ceil(table["minutes"].max() / 5) * 5))
    return curves.population_curve(table[table["minutes"] <= end], study.thresholds_minutes)


def curve_table(access: pd.DataFrame) -> pd.DataFrame:
    """Share of the people within each half minute: `minutes,share`; nothing without any time."""
    minutes = access["minutes"].to_numpy(np.float32)
    people = access["population"].to_numpy(np.float64)
    known = ~np.isnan(minutes)
    if not known.any() or people.sum() <= 0:
        return pd.DataFrame({"minutes": [], "share": []})
    order = np.argsort(minutes[known], kind="stable")
    within = np.concatenate([[0.0], np.cumsum(people[known][order])])
    steps = np.arange(0, float(minutes[known].max()) + 1, 0.5)
    reached = within[np.searchsorted(minutes[known][order], steps.astype(np.float32), side="right")]
    return pd.DataFrame({"minutes": steps, "share": reached / people.sum()})


def _before_after(result: Result) -> Chart | str:
    base, study = result.ground, result.study
    service = study.services[0].id
    now = base.read.services[service]
    if study.plans:
        plan = next(iter(study.plans.values()))
        name, opened, closed = plan.name, plan.sites, plan.close
    else:
        first = result.scores.table().iloc[0]
        name = t("charts.before_after.first_site", site=first["name"])
        opened, closed = (str(first["site_id"]),), ()
    then = what_if.with_plan(now, base.read.candidates, opened, closed, study.what_if)
    before = result.access[result.access["service"] == service]
    after = base.access(service, then)
    rows = [
        {
            "label": t("charts.before_after.within", minutes=f"{limit:g}"),
            "before": within(before, limit),
            "after": within(after, limit),
        }
        for limit in study.thresholds_minutes
    ]
    return bars.before_after(pd.DataFrame(rows), t("charts.before_after.title", plan=name))


def within(access: pd.DataFrame, limit: float) -> float:
    """Share of the people within so many minutes."""
    people = access["population"].to_numpy(np.float64)
    near = (access["minutes"].astype(np.float32) <= np.float32(limit)).to_numpy()
    return float(people[near].sum() / people.sum())


def _criteria(result: Result) -> Chart | str:
    scores = result.scores
    rows = [
        {
            "site": str(scores.sites["name"].iloc[i]),
            "rank": int(scores.rank[i]),
            "score": float(scores.score[i]),
            "criterion": score_tables.name_of(criterion),
            "weight": float(scores.weights[j]),
            "place": float(scores.normalised[i, j]),
        }
        for i in np.argsort(scores.rank, kind="stable")
        for j, criterion in enumerate(scores.criteria)
    ]
    return bars.criteria_bars(pd.DataFrame(rows)) if rows else "one_candidate"


def _ranks(result: Result, compared: Compared | None) -> Chart | str:
    if len(result.candidates) < 2:
        return "one_candidate"
    try:
        ranked = compared or study_scores.rank(result.study, result.scores.of, None)
    except ModelError:
        return "no_criterion"
    if isinstance(ranked, study_scores.Ranked):
        free = ranked.drawn(
            study_weights.informations(ranked.scoring, ranked.criteria)[study_weights.FREE]
        )
    else:
        free = ranked.draws[study_weights.FREE]
    table = score_tables.taken(ranked.scale.of.sites, free)
    sites = ranked.sites.set_index("site_id")["name"]
    rank = dict(zip(ranked.scale.of.sites, ranked.ranking.rank, strict=True))
    named = table.assign(site=table["site_id"].map(sites), now=table["site_id"].map(rank))
    named = named.sort_values(["now", "rank"], kind="stable")
    return ranks.rank_acceptability(named[["site", "rank", "share"]], free.draws)


def _coverage_tornado(result: Result) -> Chart | str:
    study, base = result.study, result.ground
    service = study.services[0]
    limit = study.headline_minutes
    spread = study.scoring.assumption_range if study.scoring else 0.2
    names = study_scores.assumed(study)
    at_value = 100 * within(result.access[result.access["service"] == service.id], limit)
    rows = []
    for name in names:
        assumption = getattr(study.assumptions, name)
        row = {
            "name": t(f"charts.assumptions.{name}"),
            "unit": "" if assumption.unit == "ratio" else assumption.unit,
            "value": assumption.value,
            "at_value": at_value,
        }
        for end, factor in (("low", 1 - spread), ("high", 1 + spread)):
            moved = assumption.model_copy(update={"value": assumption.value * factor})
            then = prepared.assuming(base, study.assumptions.model_copy(update={name: moved}))
            access = then.access(service.id, base.read.services[service.id])
            row |= {end: moved.value, f"at_{end}": 100 * within(access, limit)}
        rows.append(row)
    table = pd.DataFrame(rows)
    if (table["at_low"] == table["at_high"]).all():
        return "nothing_moves"
    title = t("charts.tornado.coverage", range=texts.percent(spread, 0))
    axis = t("charts.tornado.coverage_axis", minutes=f"{limit:g}", service=service.name)
    return bars.tornado(table, title, axis)


def _lorenz(result: Result) -> Chart | str:
    parts, ginis = [], {}
    for key, part in result.access.groupby("service", sort=False):
        known = part[part["minutes"].notna() & (part["population"] > 0)]
        if known.empty or not (known["minutes"] > 0).any():
            continue
        minutes, people = known["minutes"].to_numpy(float), known["population"].to_numpy(float)
        name = _service(result, str(key))
        parts.append(equity.lorenz(minutes, people).assign(series=name))
        ginis[name] = equity.gini(minutes, people)
    if not parts:
        return "no_time"
    return curves.lorenz(pd.concat(parts, ignore_index=True)[["series", "people", "value"]], ginis)


def _broadband(result: Result) -> Chart | str:
    read = result.ground.read
    if read.broadband is None:
        return "no_broadband"
    table = digital.zone_fibre(read.broadband, read.zones)
    table = table[table["zone_kind"].isin(["department", "epci"]) & table["share"].notna()]
    whole = table[table["zone_kind"] == "department"]
    if whole.empty:
        return "no_premises"
    if whole["date"].nunique() < 2:
        return "one_date"
    both = pd.concat([whole, table[table["zone_kind"] == "epci"]])
    name = str(whole["zone_name"].iloc[0])
    return fibre.broadband(both[["zone_name", "date", "share"]].reset_index(drop=True), name)


def _effects(result: Result) -> Chart | str:
    table = result.extras.get("effects_tornado")
    if table is None:
        return "no_effects"
    if not (table["swing"] > 0).any():
        return "nothing_moves"
    title, axis = t("charts.tornado.effects"), t("charts.tornado.effects_axis")
    return bars.tornado(table, title, axis, name="tornado_effects")


def _balance(result: Result) -> Chart | str:
    table = result.extras.get("viability_tornado")
    if table is None:
        return "no_viability"
    rows = table[(table["result"] == "balance") & (table["package"] == "")]
    rows = rows[rows["case"] == rows["case"].iloc[0]] if len(rows) else rows
    if rows.empty:
        return "no_viability"
    title, axis = t("charts.tornado.balance"), t("charts.tornado.balance_axis")
    return bars.tornado(rows, title, axis, name="tornado_balance")


def _service(result: Result, key: str) -> str:
    return next(service.name for service in result.study.services if service.id == key)


ROLES = {"broadband": ("broadband",), "tornado_balance": ()}


def _note(result: Result, name: str) -> str:
    """Attributions of the tables behind a chart, and what of it is modelled."""
    wanted = ROLES.get(name)
    attributions = []
    for item in result.inputs:
        kept = item.role in wanted if wanted is not None else _behind(item.role, name)
        if kept and item.source is not None:
            attributions.append(item.source.attribution.get(texts.language(), item.source.title))
    parts = (
        [t("charts.note", sources=t("language.list_mark").join(dict.fromkeys(attributions)))]
        if attributions
        else []
    )
    if result.cells_modelled and wanted is None:
        parts.append(t("charts.note_modelled"))
    return " ".join(parts)


def _behind(role: str, name: str) -> bool:
    """Whether a table of the study is behind a chart of times, or of candidates."""
    if role in ("changes", "boundaries") or role.startswith("context"):
        return False
    if name in ("criteria", "rank_acceptability"):
        return True
    return role.startswith(("communes", "cells", "roads", "services"))
