from __future__ import annotations

from pathlib import Path

import docx
import pytest
import yaml

from siting import texts
from siting.cli import app as cli
from siting.errors import SitingError
from siting.study.stages import survey as study_survey

SCHEMA = Path(__file__).parents[2] / "configs" / "questionnaire.yaml"


def said(path):
    paper = docx.Document(path)
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in paper.paragraphs] + cells)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_forms_put_every_question_to_its_part(tmp_path, language):
    asked, _ = study_survey.questionnaire_of(SCHEMA)
    texts.set_language(language)
    try:
        study_survey.write_forms(tmp_path / "forms.docx", asked)
    finally:
        texts.set_language("fr")
    firms, independents = (
        said(tmp_path / "forms.docx").split(asked.parts[1].label.root[language])[i] for i in (0, 1)
    )
    for one in asked.questions():
        label = one.label.root[language]
        if one.role == "part":
            continue
        # grids stand after all paragraphs, in their tables
        assert (label in firms) == one.asked("firms")
        assert (label in independents) == one.asked("independents")
        for inner in (*one.options, *one.rows):
            assert inner.label.root[language] in firms + independents
    assert asked.notice.root[language] in independents


def test_the_command_writes_a_document_twice_alike(tmp_path, capsys):
    for name in ("a.docx", "b.docx"):
        with pytest.raises(SystemExit) as done:
            cli.main(["survey", "form", str(SCHEMA), "-o", str(tmp_path / name)])
        assert done.value.code == 0
    assert "a.docx" in capsys.readouterr().out
    a, b = (docx.Document(tmp_path / name) for name in ("a.docx", "b.docx"))
    assert a.element.xml == b.element.xml


def test_a_study_without_a_survey_has_the_standard_forms(tmp_path, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(["survey", "form", "configs/aveyron.yaml", "-o", str(tmp_path / "forms.docx")])
    assert done.value.code == 0
    assert "questionnaire type" in capsys.readouterr().out
    words = said(tmp_path / "forms.docx")
    assert words.count("Responsable du traitement") == 2  # one a part
    asked, _ = study_survey.questionnaire_of(SCHEMA)
    interest, remarks = (asked.of_role("interest"), "Remarques")
    number = next(
        line
        for line in words.splitlines()
        if line.endswith(remarks + "  (elles restent chez l'enquêteur)")
    ).split(".")[0]
    assert f"Si vous avez répondu « non », passez à la question {number}." in words
    assert interest.skip.to == "remarques"


def skipping(change):
    keys = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    question = next(q for s in keys["sections"] for q in s["questions"] if q["code"] == "interet")
    question["skip"] = change
    return keys


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answers": ["never"], "to": "remarques"}, "skip"),
        ({"answers": ["no"], "to": "volet"}, "skip"),
        ({"answers": ["no"], "to": "nowhere"}, "skip"),
    ],
)
def test_a_skip_that_leads_nowhere_is_refused(tmp_path, change, words):
    path = tmp_path / "schema.yaml"
    path.write_text(yaml.safe_dump(skipping(change), allow_unicode=True), encoding="utf-8")
    with pytest.raises(SitingError, match=words):
        study_survey.questionnaire_of(path)
