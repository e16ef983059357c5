"""The defaults that the page on viability tells are the code's."""

from __future__ import annotations

import re
from pathlib import Path

from siting.config.effects import Effects

PAGE = Path(__file__).parents[2] / "docs" / "en" / "viability.md"


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
