"""The embedded studies, copied with their tables to where a planner can edit them."""

from __future__ import annotations

import shutil
from pathlib import Path

from siting.atomic_files import replacing_all
from siting.config import embedded, schema
from siting.errors import OutputError
from siting.installation import file_kinds

PARTS = ("configs", "data")
STUDIES = ("aveyron", "telecentres")


def copy(folder: Path) -> list[Path]:
    """Copy the embedded studies, their tables, and the schemas that an editor reads.

    Parameters
    ----------
    folder
        Where `configs/` and `data/` go; made where it is missing.

    Returns
    -------
    The configurations that `siting run` takes.

    Raises
    ------
    OutputError
        The folder has one of the two already, or cannot be written to.
    """
    for name in PARTS:
        if (folder / name).exists():
            raise OutputError("demo_stands", path=folder / name)
    with replacing_all(folder) as part:
        for name in PARTS:
            shutil.copytree(embedded(Path(name)), part / name)
        for path, kind in file_kinds.templates(part):
            schema.write(path.parent, kind=kind)
            text = schema.naming_line(kind) + path.read_text(encoding="utf-8")
            path.write_text(text, encoding="utf-8", newline="\n")
    return [folder / "configs" / f"{study}.yaml" for study in STUDIES]
