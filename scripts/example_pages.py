"""Run the examples, and write their pages and figures for the site.

python scripts/example_pages.py [NAME ...]

An example is a script of cells (`# %%`, `# %% [markdown]`): Jupyter (by jupytext), VS Code and
PyCharm open it as a notebook, and what changes in it reads in a diff. Its page in docs/en/examples
shows each cell with what it prints, the value of its last line, and its figures.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PAGES = ROOT / "docs" / "en" / "examples"
CELL = re.compile(r"^# %%(?P<kind>[^\n]*)\n", re.MULTILINE)
DOTS = 90  # an inch of a figure
COLOURS = 64


@dataclass(frozen=True)
class Page:
    """The page of an example, and its figures as PNG, by the name of their file."""

    text: str
    figures: dict[str, bytes]


def main(names: list[str]) -> None:
    """Write the pages of some examples, or of all."""
    extract = os.environ.get("SITING_EXTRACT")
    for path in sorted(EXAMPLES.glob("*.py")):
        if names and path.stem not in names:
            continue
        page = run(path, Path(extract) if extract else None)
        PAGES.mkdir(exist_ok=True)
        (PAGES / f"{path.stem}.md").write_text(page.text, encoding="utf-8", newline="\n")
        for name, drawn in page.figures.items():
            (PAGES / name).write_bytes(drawn)
        print(path.stem)


def run(path: Path, extract: Path | None = None) -> Page:
    """Run an example in an empty folder.

    Parameters
    ----------
    path
        The example.
    extract
        OSM extract that it finds as `region.osm.pbf`, where it needs one.
    """
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    plt.close("all")
    names: dict[str, Any] = {"__name__": path.stem}
    parts: list[str] = []
    figures: dict[str, bytes] = {}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        if extract is not None:
            Path(folder, "region.osm.pbf").write_bytes(extract.read_bytes())
        os.chdir(folder)
        try:
            for kind, body in cells(path.read_text(encoding="utf-8")):
                if "markdown" in kind:
                    parts.append(re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip())
                    continue
                printed = _execute(body, names)
                parts.append(f"```python\n{body.strip()}\n```")
                if printed.strip():
                    parts.append(f"```text\n{printed.rstrip()}\n```")
                for number in plt.get_fignums():
                    name = f"{path.stem}_{len(figures) + 1}.png"
                    figures[name] = _png(plt.figure(number))
                    parts.append(
                        f"![{plt.figure(number).axes[0].get_title() or path.stem}]({name})"
                    )
                plt.close("all")
        finally:
            os.chdir(before)
    source = (
        f"Written by `scripts/example_pages.py` from `examples/{path.name}`, which the tests run."
    )
    return Page("\n\n".join([*parts, source]) + "\n", figures)


def cells(text: str) -> list[tuple[str, str]]:
    """Kind and body of each cell."""
    starts = list(CELL.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [
        (start["kind"], text[start.end() : end]) for start, end in zip(starts, ends, strict=True)
    ]


def _execute(body: str, names: dict[str, Any]) -> str:
    """Run a cell; what it prints, then the value of its last line, as a notebook shows it."""
    tree = ast.parse(body)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(  # noqa: S102 - our own examples
            compile(ast.Module(tree.body[:-1] if last else tree.body, []), "cell", "exec"), names
        )
        value = (
            eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - as above
            if last
            else None
        )
    shown = value if isinstance(value, str) else "" if value is None else repr(value)
    return printed.getvalue() + ("" if shown.startswith(("<", "[<", "Text(", "[Text(")) else shown)


def _png(figure: Any) -> bytes:
    """A figure as a small PNG of few colours."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, dpi=DOTS, bbox_inches="tight", metadata={"Software": None})
    few = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
