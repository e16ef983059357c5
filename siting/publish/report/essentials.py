"""What to remember of a study: the first sites and why, how firm, the limits, the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from siting.outputs.documents.model import Block, Bullets, Heading, Paragraph
from siting.publish.report.words import num, share
from siting.study.stages import score_tables
from siting.study.stages import weights as study_weights
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

    from siting.study.result import Result
    from siting.study.stages.scores import Compared

SITES = 3  # told with what they bring
REASONS = 2  # criteria told of each


def essentials(result: Result, compared: Compared, level: Literal[1, 2]) -> list[Block]:
    """The first sites and why, how firm their order is, the limits, the decision asked.

    Parameters
    ----------
    level
        Of the headings.
    """
    return [
        Heading(level, t("brief.sites")),
        Bullets(tuple(reasons(compared))),
        Paragraph(firmness(compared)),
        *([Paragraph(modelled, "notice")] if (modelled := limits(result)) else []),
        Heading(level, t("brief.decision")),
        Paragraph(decision(result, compared)),
    ]


def firmness(compared: Compared) -> str:
    """How often the first site stays first over all weightings, and which one leads most often."""
    robust = score_tables.robust(compared)
    free = robust[robust["weightings"] == study_weights.FREE]
    ranked = free.sort_values("rank", kind="stable")
    first = ranked.iloc[0]
    tied = ranked[ranked["rank"] == first["rank"]]
    most = free.sort_values(["first_share", "rank"], ascending=[False, True]).iloc[0]
    values = {"site": first["name"], "share": share(first["first_share"], 0)}
    if len(tied) > 1:
        other = {"other": most["name"], "other_share": share(most["first_share"], 0)}
        return t("brief.tied", sites=t("brief.and").join(tied["name"]), **other)
    if most["site_id"] == first["site_id"]:
        return t("brief.firm", **values)
    other = {"other": most["name"], "other_share": share(most["first_share"], 0)}
    return t("brief.not_firm", **values, **other)


def leading(compared: Compared) -> pd.DataFrame:
    """The first sites, in the order of the ranking."""
    table = compared.sites.assign(
        rank=compared.ranking.rank, score=compared.ranking.score
    ).sort_values("rank", kind="stable")
    return table.head(SITES)


def reasons(compared: Compared) -> list[str]:
    """A sentence a site: its rank, its score, the criteria that bring it most."""
    brought = score_tables.contributions(compared)
    sentences = []
    for site in leading(compared).to_dict("records"):
        own = brought[brought["site_id"] == str(site["site_id"])]
        best = own.nlargest(REASONS, "contribution")
        best = best[best["contribution"] > 0]
        reasons = t("brief.and").join(
            t("brief.reason", criterion=r["name"]) for r in best.to_dict("records")
        )
        values = {"rank": int(site["rank"]), "site": site["name"], "score": num(site["score"], 1)}
        key = "brief.site" if reasons else "brief.site_alone"
        sentences.append(t(key, **values, **({"reasons": reasons} if reasons else {})))
    return sentences


def limits(result: Result) -> str:
    """What of the figures is modelled; empty where nothing is."""
    roles = [item for item in result.inputs if item.source and item.source.status == "modelled"]
    titles = list(dict.fromkeys(item.source.title for item in roles if item.source))
    if result.cells_modelled:
        titles.insert(0, t("brief.cells"))
    return t("brief.limits", tables=t("language.list_mark").join(titles)) if titles else ""


def decision(result: Result, compared: Compared) -> str:
    """What is asked of who reads: which of the first sites to have studied."""
    names = [str(name) for name in leading(compared)["name"]]
    sites = t("brief.or").join(filter(None, (", ".join(names[:-1]), names[-1])))
    return t("brief.asked", sites=sites, service=result.study.services[0].name)
