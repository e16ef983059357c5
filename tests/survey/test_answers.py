from __future__ import annotations

import csv
import io
import secrets

import answer_files as files
import openpyxl
import pandas as pd
import pytest

from siting.cli import app as cli
from siting.errors import InputError, ProblemsError, SitingError
from siting.study.stages import survey as study_survey
from siting.survey import answers, exports, values

COMMUNES = pd.DataFrame(
    {
        "code": ["12202", "12300", "12145", "12001", "12002"],
        "name": ["Rodez", "Villefranche-de-Rouergue", "Millau", "Double", "Double"],
    }
)
SALT = bytes(range(32))


def read(*paths, **options):
    return answers.read(paths, files.questionnaire(), SALT, **{"communes": COMMUNES, **options})


def saved(tmp_path, content: bytes, name="export.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


FORMATS = {
    "limesurvey codes": lambda at: saved(at, files.limesurvey()),
    "limesurvey labels": lambda at: saved(at, files.limesurvey(labels=True, separator=";")),
    "framaforms apart": lambda at: saved(at, files.framaforms()),
    "framaforms together": lambda at: saved(at, files.framaforms(separate=False)),
    "kobo workbook": lambda at: files.kobo(at / "kobo.xlsx"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_platform_says_the_same(tmp_path, name):
    path = FORMATS[name](tmp_path)
    assert exports.read(path).platform == name.split()[0]
    found = read(path)
    assert found.counts == {
        "read": 4 if "limesurvey" in name else 3,
        "kept": 2,
        "refused": 1,
        "incomplete": 1 if "limesurvey" in name else 0,
    }
    table = found.table.set_index("part")
    anne, artist = table.loc["firms"], table.loc["independents"]
    assert anne["commune"] == "12202"
    assert artist["commune"] == "12300"  # by its name
    assert (anne["km_semaine"], anne["prix_mois"]) == ("120.5", "1250.5")
    assert (anne["date_reponse"], artist["date_reponse"]) == ("2026-10-03", "2026-10-01")
    assert anne["interet"] == "maybe"
    assert (anne["accord"], anne["image"], artist["image"]) == ("yes", "no", "yes")
    assert anne["forfaits"] == "day h24"
    assert artist["forfaits"] == "h24"
    told = (
        "desk fibre other" if name not in ("kobo workbook", "framaforms together") else "desk fibre"
    )
    assert anne["besoins"] == told
    grid = [artist[f"frequence_{row}"] for row in files.ROWS]
    assert grid == ["daily", "daily", "week2", "week1", "month1", "never"]
    assert found.ignored == ()


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_nominative_nor_the_salt_comes_out(tmp_path, name, monkeypatch):
    drawn = []

    def draw(size):
        drawn.append(b"\xa7" * size)
        return drawn[-1]

    monkeypatch.setattr(secrets, "token_bytes", draw)
    out = tmp_path / "out" / "answers.csv"
    path = FORMATS[name](tmp_path)
    schema = files.SCHEMA
    text = path.read_bytes() if path.suffix == ".csv" else None
    if text is not None:  # a schema alone knows no names of communes
        path.write_bytes(text.replace(b"Villefranche de Rouergue", b"12300"))
    else:
        book = openpyxl.load_workbook(path)
        for row in book.active.iter_rows():
            for cell in row:
                if cell.value == "Villefranche de Rouergue":
                    cell.value = "12300"
        book.save(path)
    study_survey.bring_in(schema, [path], out)
    assert list(out.parent.iterdir()) == [out]
    content = out.read_bytes()
    for secret in files.SECRETS:
        assert secret.encode() not in content
        assert secret.casefold().encode() not in content.lower()
    (salt,) = drawn
    assert len(salt) >= 16
    assert salt not in content
    assert salt.hex().encode() not in content.lower()


def test_two_imports_give_other_hashes_and_the_same_answers(tmp_path):
    path = saved(tmp_path, files.limesurvey())
    one = answers.read([path], files.questionnaire(), b"a" * 32, communes=COMMUNES).table
    two = answers.read([path], files.questionnaire(), b"b" * 32, communes=COMMUNES).table
    assert not set(one["respondent"]) & set(two["respondent"])
    rest = [name for name in one.columns if name != "respondent"]
    key = ["part"]
    assert (
        one[rest]
        .sort_values(key)
        .reset_index(drop=True)
        .equals(two[rest].sort_values(key).reset_index(drop=True))
    )


def changed(content: bytes, row: int, column: str, value: str) -> bytes:
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    lines[row][lines[0].index(column)] = value
    return files.written(lines, ",")


def test_every_problem_is_named_with_its_row(tmp_path):
    content = files.limesurvey()
    content = changed(content, 1, "interet", "perhaps")
    content = changed(content, 1, "km_semaine", "9000")
    content = changed(content, 2, "commune", "Double")
    content = changed(content, 2, "effectif", "e3_9")
    content = changed(content, 2, "siret", "12345")
    with pytest.raises(ProblemsError) as caught:
        read(saved(tmp_path, content))
    told = [
        (problem.key, problem.values.get("row"), problem.values.get("question"))  # noqa: PD011
        for problem in caught.value.problems
    ]
    assert sorted(told, key=str) == sorted(
        [
            ("answer_outside", 2, "interet"),
            ("answer_outside", 2, "km_semaine"),
            ("answer_outside_hidden", 3, "siret"),
            ("answer_outside", 3, "commune"),
            ("answer_other_part", 3, "effectif"),
        ],
        key=str,
    )
    assert "12345" not in caught.value.text().replace("12345678900011", "")
    assert "sure, maybe, no" in caught.value.text()


def test_a_respondent_answers_once(tmp_path):
    content = changed(files.limesurvey(), 2, "siret", "123.456.789.00011")
    with pytest.raises(InputError) as caught:
        read(saved(tmp_path, content))
    assert caught.value.key == "respondent_again"
    assert "123" not in caught.value.text().replace(str(tmp_path), "")
    # by the address too, and across files
    lines = files.limesurvey().decode("utf-8-sig")
    other = lines.replace("123 456 789 00011", "").replace('"1","2026', '"9","2026', 1)
    first = saved(tmp_path, files.limesurvey(), "one.csv")
    second = saved(
        tmp_path,
        other.replace("98765432100022", "").replace('"2","2026', '"8","2026').encode(),
        "two.csv",
    )
    with pytest.raises(SitingError) as caught:
        read(first, second)
    assert "respondent_again" in {
        one.key for one in getattr(caught.value, "problems", [caught.value])
    }


def test_the_part_is_asked_for_where_the_file_does_not_say_it(tmp_path):
    lines = list(csv.reader(io.StringIO(files.limesurvey().decode("utf-8-sig"))))
    place = lines[0].index("volet")
    firm = [[*line[:place], *line[place + 1 :]] for line in lines[:2]]
    path = saved(tmp_path, files.written(firm, ","))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.key == "answers_part"
    assert read(path, part="firms").table["volet"].tolist() == ["firms"]


def test_design_weights_come_by_siret(tmp_path):
    sample = saved(tmp_path, b"siret,inclusion_probability\n12345678900011,0.25\n", "sample.csv")
    weights = study_survey.design_weights(sample)
    assert weights == {"12345678900011": 4.0}
    path = saved(tmp_path, files.limesurvey())
    with pytest.raises(InputError) as caught:
        read(path, weights=weights, sample=sample)
    assert caught.value.key == "sample_unknown"
    found = read(path, weights=weights | {"98765432100022": 2.0}, sample=sample).table
    assert found.set_index("part")["weight"].to_dict() == {"firms": 4.0, "independents": 2.0}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1 250,50 €", 1250.5),
        ("1\u202f250,5", 1250.5),
        ("1,250.50", 1250.5),
        ("1.250,50", 1250.5),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("30 min", 30.0),
        ("douze", None),
        ("1e3", None),
        ("", None),
    ],
)
def test_numbers_as_the_french_write_them(said, number):
    assert values.number(said, "min") == number


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("03/10/2026", "2026-10-03"),
        ("3.10.2026", "2026-10-03"),
        ("2026-10-03 12:00:00", "2026-10-03"),
        ("3 octobre 2026", "2026-10-03"),
        ("1er août 2026", "2026-08-01"),
        ("01/10/2026 - 10:00", "2026-10-01"),
        ("31/02/2026", None),
        ("bientôt", None),
    ],
)
def test_dates_as_the_french_write_them(said, day):
    found = values.date(said)
    assert (found.isoformat() if found else None) == day


def refused(capsys, *words):
    with pytest.raises(SystemExit) as done:
        cli.main([str(word) for word in words])
    said = capsys.readouterr().err
    assert done.value.code == 2
    assert "Traceback" not in said
    return " ".join(said.split())


def test_the_command_tells_what_the_form_does_not_allow_and_writes_nothing(tmp_path, capsys):
    content = changed(files.limesurvey(), 1, "interet", "perhaps")
    content = changed(content, 1, "km_semaine", "9000")
    content = changed(content, 2, "commune", "12300")
    path, out = saved(tmp_path, content), tmp_path / "answers.csv"
    said = refused(capsys, "survey", "import", files.SCHEMA, path, "-o", out)
    assert "ligne 2, question « interet » : réponse « perhaps » hors du formulaire" in said
    assert "question « km_semaine »" in said
    assert not out.exists()


def test_the_command_tells_a_respondent_who_answers_twice_without_naming_them(tmp_path, capsys):
    content = changed(files.limesurvey(), 2, "commune", "12300")
    path = saved(tmp_path, changed(content, 2, "siret", "123.456.789.00011"))
    out = tmp_path / "answers.csv"
    said = refused(capsys, "survey", "import", files.SCHEMA, path, "-o", out)
    assert "même répondant" in said
    assert "456" not in said.replace(str(tmp_path), "")
    assert not out.exists()
