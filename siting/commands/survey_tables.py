"""What the survey's commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.terminal import print_line
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    from siting.survey.answers import Imported


def show_imported(found: Imported, out: Path) -> None:
    """Say what was read, kept and left out."""
    for file, platform, rows in found.files:
        named = t(f"survey.import.platform.{platform}")
        print_line(t("survey.import.file", file=file, platform=named, rows=rows))
    counts = {key: found.counts[key] for key in ("kept", "refused", "incomplete")}
    print_line(t("survey.import.kept", **counts))
    for key, names in (
        ("private", found.private),
        ("ignored", found.ignored),
        ("absent", found.absent),
    ):
        if names:
            column = "columns" if key == "ignored" else "questions"
            print_line(t(f"survey.import.{key}", **{column: ", ".join(names)}))
    print_line(t("survey.import.salt"))
    print_line(t("survey.import.written", file=out))
