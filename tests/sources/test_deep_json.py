"""A list of FINESS nested without end is refused by a sentence, as one that is cut is."""

from __future__ import annotations

import pytest

from siting.errors import InputError
from siting.sources import finess_json


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_json_nested_without_end_is_refused(tmp_path, bracket):
    path = tmp_path / "finess.json"
    path.write_text('{"generatedAt": 1, "pmej": [' + bracket * 200_000, encoding="utf-8")
    assert finess_json.recognised(path)
    with pytest.raises(InputError, match=r"finess\.json") as refused:
        finess_json.read(path)
    assert refused.value.key == "bad_rows"
