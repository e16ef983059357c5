"""Every command that writes, on a small study, with what it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import small_study

if TYPE_CHECKING:
    from pathlib import Path

PLANS = {"swap": {"name": "Échange", "sites": ["s1"], "close": ["f5"]}}
LOCATE = {"model": "mclp", "p": 2, "max_minutes": 20}


def study(folder: Path) -> Path:
    """Write the study; give its configuration."""
    keys: dict[str, Any] = {**small_study.keys(), "plans": PLANS, "locate": LOCATE}
    return small_study.write(folder, keys)


def commands(config: Path) -> dict[str, list[str]]:
    """Words of each command by the name of what it writes; OUT stands for a folder."""
    single = ["--jobs", "1"]
    return {
        "run": ["run", str(config), "-o", "OUT"],
        "score": ["score", str(config), "-o", "OUT"],
        "maps": ["maps", str(config), "-o", "OUT"],
        "print": ["print", str(config), "-o", "OUT", "--as", "png", "--map", "access", *single],
        "charts": ["charts", str(config), "-o", "OUT", "--chart", "criteria"],
        "export": ["export", str(config), "-o", "OUT"],
        "report": ["report", str(config), "-o", "OUT", "--format", "docx,pdf,odt"],
        "slides": ["slides", str(config), "-o", "OUT"],
        "opinion": ["opinion", str(config), "-o", "OUT", *single],
        "locate": ["locate", str(config), "-o", "OUT/plan.csv"],
        "compare": ["compare", str(config), "--plans", "swap", "-o", "OUT/plans.csv"],
        "survey": ["survey", "form", "configs/questionnaire.yaml", "-o", "OUT/forms.docx"],
        "init": ["init", "--department", "12", "-o", "OUT/study.yaml"],
    }
