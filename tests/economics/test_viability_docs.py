"""The examples of the page on viability print what it says; its defaults are the code's."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from siting.config.effects import Effects

PAGE = Path(__file__).parents[2] / "docs" / "en" / "viability.md"


def test_examples_print_what_the_page_says():
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == text.count("```python") == 3
    names: dict[str, object] = {}
    for code, said in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)  # noqa: S102 - our own page
        assert printed.getvalue() == said


def test_the_table_of_defaults_is_the_codes():
    text = PAGE.read_text(encoding="utf-8")
    asked = Effects(flows="flows.csv")
    ranges = [getattr(asked, name) for name in type(asked).model_fields]
    told = [one for one in ranges if hasattr(one, "ends")]
    assert len(told) == 14
    for one in told:
        low, high = one.ends
        shown = rf"{one.value:g}(?: %)? \({low:g}-{high:g}\)"
        assert re.search(shown, text), shown
