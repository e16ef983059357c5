"""The ending of a file to write says its format; another one is refused before anything is done."""

from __future__ import annotations

import pytest

from siting import cli

AVEYRON = "configs/aveyron.yaml"


@pytest.mark.parametrize(
    ("words", "name", "written"),
    [
        (["locate", AVEYRON], "plan.xlsx", ".csv"),
        (["compare", AVEYRON, "--plans", "a,b"], "plans.json", ".csv"),
        (["times", "--origins", "o.csv", "--destinations", "d.csv"], "times.csv", ".parquet"),
        (["init", "--department", "48"], "lozere.txt", ".yaml"),
        (["sample", AVEYRON], "sample", ".csv"),
        (["survey", "form", "survey.yaml"], "form.pdf", ".docx"),
        (["schema"], "schema.yaml", ".json"),
    ],
)
def test_another_ending_is_refused(words, name, written, tmp_path, capsys):
    path = tmp_path / name
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "-o", str(path)])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert name in message
    assert written in message
    assert not path.exists()


def test_endings_in_capitals_are_the_same(tmp_path):
    path = tmp_path / "SCHEMA.JSON"
    with pytest.raises(SystemExit) as ended:
        cli.main(["schema", "-o", str(path)])
    assert ended.value.code == 0
    assert path.stat().st_size > 1000
