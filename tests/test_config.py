"""Configurations: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from siting import config
from siting.errors import ConfigError, ProblemsError

ROOT = Path(__file__).parents[1]


def changed(tmp_path, edit):
    """A copy of the embedded configuration, edited; its paths still lead to the data."""
    content = yaml.safe_load((ROOT / "configs" / "aveyron.yaml").read_text(encoding="utf-8"))
    edit(content)
    text = yaml.safe_dump(content, allow_unicode=True).replace("../data", str(ROOT / "data"))
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["aveyron", "telecentres"])
def test_embedded_studies_load_from_anywhere(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = config.load(Path("configs") / f"{name}.yaml")
    assert study.name == name
    assert study.territory.communes.is_file()


def test_assumptions_all_say_their_source_and_status():
    study = config.load(ROOT / "configs" / "aveyron.yaml")
    for name in config.Assumptions.model_fields:
        one = getattr(study.assumptions, name)
        assert one.source
        assert one.unit
        assert one.status in ("measured", "declared", "hypothesis")


def test_unknown_keys_are_all_named_at_once(tmp_path):
    def edit(content):
        content["treshold"] = 3
        content["territory"]["departement"] = "12"

    with pytest.raises(ProblemsError) as caught:
        config.load(changed(tmp_path, edit))
    said = caught.value.text("fr")
    assert "« treshold »" in said
    assert "« territory.departement »" in said
    assert "boundaries" in said.split("departement")[1]  # what may stand there


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda c: c.pop("candidates"), "clé manquante « candidates »"),
        (lambda c: c.update(thresholds_minutes=[20, 10]), "croissantes"),
        (lambda c: c.update(thresholds_minutes=[-1]), "plus grand que 0"),
        (lambda c: c["criteria"][0].update(weight=-1), "« criteria.0.weight »"),
        (lambda c: c["criteria"][0].update(weight=float("inf")), "« criteria.0.weight »"),
        (lambda c: c["criteria"][0].update(weight=True), "« true » refusée (nombre attendu)"),
        (lambda c: c.update(thresholds_minutes=[10, True]), "« thresholds_minutes »"),
        (lambda c: c["territory"].update(buffer_km=True), "« territory.buffer_km »"),
        (lambda c: c["roads"].update(osm="a.pbf"), "l'un des trois"),
        (lambda c: c["roads"].update(mode="plane"), "'car'"),
        (lambda c: c["territory"].update(vintage="soon"), "2026-01-01"),
        (lambda c: c["services"].append(c["services"][0]), "qu'une fois"),
        (lambda c: c.update(name="../x"), "« name »"),
        (lambda c: c.update(services=[]), "au moins 1"),
        (lambda c: c.update(assumptions={"access_speed": 3}), "assumptions.access_speed"),
    ],
)
def test_bad_values(tmp_path, edit, said):
    with pytest.raises(ProblemsError) as caught:
        config.load(changed(tmp_path, edit))
    assert said in caught.value.text("fr")


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(ConfigError, match="introuvable"):
        config.load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [1\nb: 2", encoding="utf-8")
    with pytest.raises(ConfigError, match="ligne 2"):
        config.load(tmp_path / "bad.yaml")
    (tmp_path / "list.yaml").write_text("- a", encoding="utf-8")
    with pytest.raises(ConfigError, match="liste de clés"):
        config.load(tmp_path / "list.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: été".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(tmp_path / "latin.yaml")


def test_a_configuration_that_was_read_may_be_checked_again():
    read = config.load(ROOT / "configs" / "aveyron.yaml")
    again = type(read).model_validate(read.model_dump(), context={"base": read.base})
    assert again == read
    assert again.layers.broadband == read.layers.broadband


def test_one_refused_item_is_one_problem(tmp_path):
    """Not also a list that is too short without it."""
    file = tmp_path / "study.yaml"
    file.write_text(
        f"extends: {(ROOT / 'configs/aveyron.yaml').as_posix()}\n"
        "criteria: [{id: minutes_saved, weight: -1}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ProblemsError) as refused:
        config.load(file)
    assert len(refused.value.problems) == 1


def test_an_empty_list_is_still_too_short(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(
        f"extends: {(ROOT / 'configs/aveyron.yaml').as_posix()}\nservices: []\n", encoding="utf-8"
    )
    with pytest.raises(ProblemsError, match="services"):
        config.load(file)
