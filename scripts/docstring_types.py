"""Types of parameters and of what is returned, put from the annotations into numpydoc sections.

The docstrings leave types to the annotations; the API reference shows both together.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

RULE = re.compile(r"^-{3,}$")
NAMES = re.compile(r"^\*{0,2}\w+(, \*{0,2}\w+)*$")


def add(_: object, what: str, __: str, documented: Any, ___: object, lines: list[str]) -> None:
    """Write the types into the lines of a docstring, in place (`autodoc-process-docstring`)."""
    if what not in {"function", "method"}:
        return
    annotations = inspect.unwrap(documented).__annotations__
    section = ""
    typed: list[str] = []
    for row, line in enumerate(lines):
        if row + 1 < len(lines) and RULE.match(lines[row + 1]):
            section = line
        elif RULE.match(line):
            typed.append(line)
            if section == "Returns":
                typed.append(str(annotations.get("return", "")))
            continue
        typed.append(_line(section, line, annotations))
    lines[:] = typed


def _line(section: str, line: str, annotations: dict[str, Any]) -> str:
    """One line of a section, with the type where it names parameters."""
    if section == "Parameters" and NAMES.match(line):
        first = line.split(",", maxsplit=1)[0].lstrip("*")
        return f"{line} : {annotations[first]}" if first in annotations else line
    if section == "Returns" and line and line != "Returns":
        return "    " + line
    return line
