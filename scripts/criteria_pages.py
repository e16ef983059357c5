"""The page of the criteria: name, unit, formula and source of each, from the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import texts
from siting.ranking import criteria

if TYPE_CHECKING:
    from pathlib import Path

LEADS = {
    "fr": """# La table des critères

Page écrite à chaque construction du site, d'après le programme. `_20min` et `_2026` sont des
exemples : mettez vos minutes ou votre année. Un critère dont la valeur ne peut être connue (couche
absente, date absente) est inconnu, non nul.
""",
    "en": """# The table of criteria

Written at each build of the site from the program. `_20min` and `_2026` are examples: put your own
minutes or year. A criterion whose value cannot be known (no layer, no date) is unknown, not zero.
""",
}
COLUMNS = {
    "fr": ("critère", "nom", "unité", "mieux", "comment", "d'après"),
    "en": ("criterion", "name", "unit", "better", "how", "from"),
}
BETTER = {"fr": {"more": "plus", "less": "moins"}, "en": {"more": "more", "less": "less"}}


def write(path: Path, language: str) -> None:
    """Write the page of a language."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(language), encoding="utf-8", newline="\n")


def page(language: str) -> str:
    """The page: a row a criterion, in the order of the program."""
    columns = COLUMNS[language]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for criterion_id in criteria.known_ids():
        criterion = criteria.parse(criterion_id)
        told = [
            texts.text(f"criteria.{criterion.name}.{part}", language, number=criterion.number)
            for part in ("name", "unit", "how", "source")
        ]
        better = BETTER[language][criterion.definition.better]
        cells = (f"`{criterion_id}`", *told[:2], better, *told[2:])
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join([LEADS[language], *lines, ""])
