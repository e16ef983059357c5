"""Decimal commas: read where nothing else can be meant, refused with the remedy elsewhere."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from siting.errors import InputError
from siting.sources import facts, reading


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1,5", "2", "", "[ND]"], [1.5, 2, None, None]),
        (["2,573", "44,35"], [2.573, 44.35]),
        (["1,234", "2,345"], "decimal_comma"),  # thousands, perhaps
        (["1,5", "2.5"], "decimal_comma"),
        (["1,5", "x"], "decimal_comma"),
        (["x", "1,5"], "bad_value"),
    ],
)
def test_a_decimal_comma_is_read_where_nothing_else_can_be_meant(values, expected):
    frame = pd.DataFrame({"v": values})
    if isinstance(expected, str):
        with pytest.raises(InputError) as caught:
            reading.numbers(frame, "v", Path("f.csv"))
        assert caught.value.key == expected
    else:
        found = reading.numbers(frame, "v", Path("f.csv"))
        assert [None if value != value else value for value in found] == expected  # noqa: PLR0124


def test_our_own_tables_say_what_to_do_with_a_comma(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text('cell_id,commune_code,population,lon,lat\na,12202,"1,5",2.5,44.3\n')
    with pytest.raises(InputError) as caught:
        facts.cells(path)
    assert caught.value.key == "decimal_comma"
    assert "123.45" in caught.value.text("fr")
    path.write_text("cell_id,commune_code,population,lon,lat\na,12202,1,5,2.5,44.3\n")
    with pytest.raises(InputError) as caught:
        facts.cells(path)
    assert "ligne 2 " in caught.value.text("fr")
    assert "Length" not in caught.value.text("fr")
