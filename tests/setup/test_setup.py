"""From nothing to a study of any département: init, fetch from a mirror, check, run."""

from __future__ import annotations

import json
from pathlib import Path

import official_files
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.errors import ConfigError, InputError
from siting.setup import code_lists, departments, download, init
from siting.setup import fetch as setup
from siting.setup.asking import Settings
from siting.sources import catalogue
from siting.study import inputs

ROOT = Path(__file__).parents[2]


def siting(capsys, *words):
    try:
        cli.main([str(word) for word in words])
        code = 0
    except SystemExit as end:
        code = end.code or 0
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror")
    official_files.mirror(folder)
    return folder


def test_the_embedded_departement_begins_offline(capsys, tmp_path):
    path = tmp_path / "dep12.yaml"
    code, said, _ = siting(capsys, "init", "--department", "12", "-o", path)
    assert code == 0
    assert "siting check" in said
    code, said, _ = siting(capsys, "check", path)
    assert code == 0
    assert "Tout est en ordre" in said
    assert "lignes écartées : fermées" in said


def test_an_epci_is_cut_from_the_embedded_tables(tmp_path):
    path = tmp_path / "rodez.yaml"
    begun = init.begin(init.NamedTerritory(epci="241200187"), path)
    assert not begun.to_fetch
    read = inputs.read(config.load(path))
    assert len(read.communes) == 8
    assert set(read.broadband["code"]) == set(read.communes["code"])


def test_a_study_of_one_commune_runs_and_several_need_roads(capsys, tmp_path):
    (tmp_path / "list.csv").write_text("code\n12202\n", encoding="utf-8")
    path = tmp_path / "one.yaml"
    assert siting(capsys, "init", "--communes", tmp_path / "list.csv", "-o", path)[0] == 0
    code, _, wrong = siting(capsys, "run", path, "--out", tmp_path / "out")
    assert code == 0, wrong
    access = pd.read_csv(tmp_path / "out" / "access.csv", dtype={"commune_code": str})
    assert set(access["commune_code"]) == {"12202"}
    assert access["minutes"].between(0, 15).all()
    two = tmp_path / "two.yaml"
    init.begin(init.NamedTerritory(epci="241200187"), two)
    links = config.load(two).roads.distances
    links.write_text(links.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    code, _, wrong = siting(capsys, "check", two)
    assert code == 2
    assert "road_distances.csv" in wrong
    assert "aucune ligne" in wrong


@pytest.mark.parametrize(
    "text",
    [
        "code,name\n12202,Rodez\n12176,Onet\n",
        "12202\n12176\n",
        "\ufeffnom;Code_INSEE\r\nRodez;12202\r\nOnet;12176\r\n",
        '"INSEE_COM"\t"NOM"\n"12202"\t"Rodez"\n"12176"\t"Onet"\n',
    ],
)
def test_a_list_of_communes(tmp_path, text):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    path = tmp_path / "two.yaml"
    init.begin(init.NamedTerritory(communes=tmp_path / "list.csv"), path)
    assert set(inputs.read(config.load(path)).communes["code"]) == {"12202", "12176"}


def test_another_departement_runs_from_official_files(capsys, tmp_path, mirror):
    path = tmp_path / "dep48.yaml"
    assert siting(capsys, "init", "--department", "48", "-o", path)[0] == 0
    text = path.read_text(encoding="utf-8").replace(
        "everyday, establishments]", "everyday, establishments, stations, pharmacies]"
    )
    service = "  - {id: pharmacies, name: Pharmacies, facilities: dep48/pharmacies.csv}\n"
    text = text.replace("\nthresholds", f"{service}\nthresholds", 1)
    text = text.replace("  broadband: dep48", "  stations: dep48/stations.csv\n  broadband: dep48")
    path.write_text(text, encoding="utf-8")
    code, _, said = siting(capsys, "check", path)
    assert code == 2
    assert "siting fetch" in said
    code, said, _ = siting(capsys, "fetch", path, "--dry-run", "--mirror", mirror)
    assert code == 0
    assert "copie du miroir" in said
    assert not (tmp_path / "dep48").exists()
    code, said, wrong = siting(capsys, "fetch", path, "--mirror", mirror)
    assert code == 0, wrong
    code, said, wrong = siting(capsys, "check", path)
    assert code == 0, wrong
    assert "code commune d'un autre millésime" in said
    code, _, wrong = siting(capsys, "run", path, "--out", tmp_path / "out")
    assert code == 0, wrong
    read = inputs.read(config.load(path))
    assert len(read.communes) == 6
    cells = read.cells.set_index("commune_code")["population"]
    assert cells["48061"] == 120.5  # the square of the commune that merged
    assert set(read.establishments["commune_code"]) <= set(official_files.CODES)
    assert (read.establishments["placed_by"] == "insee").sum() == 4
    fibre = read.broadband.set_index("code")
    assert fibre.loc["48061", ["premises", "ftth_premises"]].tolist() == [200, 120]
    assert fibre.loc["48095", "copper_closure"] == "2027-01-27"
    assert read.stations["name"].to_list() == ["Mende"]
    assert read.services["pharmacies"]["commune_code"].to_list() == ["48095"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    said = {one["role"]: one["source"] for one in manifest["inputs"] if one["source"]}
    assert said["roads"]["licence"] == "ODbL 1.0"
    assert "INSEE" in said["communes"]["producer"]
    quality = pd.DataFrame(manifest["figures"]["quality"])
    assert "establishments" in set(quality["table"])
    # fetching again changes nothing
    assert siting(capsys, "fetch", path, "--mirror", mirror)[0] == 0


def test_embedded_tables_can_be_declined(capsys, tmp_path):
    path = tmp_path / "oac.yaml"
    code, said, _ = siting(capsys, "init", "--epci", "200069383", "--official", "-o", path)
    assert code == 0
    assert "siting fetch" in said
    assert config.load(path).fetch.epci == "200069383"
    assert not (tmp_path / "oac").exists()


def test_what_fetch_would_bring_is_told_in_two_steps_for_an_epci(tmp_path):
    path = tmp_path / "x.yaml"
    init.begin(init.NamedTerritory(epci="244800001"), path)
    planned, whole = setup.plan(config.load(path), Settings())
    assert not whole
    ids = {item.source.id for item in planned}
    assert ids >= {*catalogue.of_step("national"), "france_services", "filosofi_200m", "bpe"}
    assert not ids & {"boundaries", "osm"}


def test_an_epci_is_fetched_once_its_composition_is_known(tmp_path, mirror):
    path = tmp_path / "cc.yaml"
    init.begin(init.NamedTerritory(epci="244800001"), path)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["fetch"]["layers"] = []
    del content["cells"], content["layers"]
    content["criteria"] = content["criteria"][:2]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    setup.fetch(config.load(path), Settings(mirror=mirror), lambda _: None)
    assert set(inputs.read(config.load(path)).communes["code"]) == set(official_files.CODES)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (init.NamedTerritory(), "init_one_territory"),
        (init.NamedTerritory(department="12", epci="241200187"), "init_one_territory"),
        (init.NamedTerritory(department="99"), "unknown_department"),
        (init.NamedTerritory(department="6AE"), "department_in_parts"),
        (init.NamedTerritory(department="20"), "department_in_parts"),
        (init.NamedTerritory(epci="12"), "not_a_siren"),
    ],
)
def test_what_cannot_begin(tmp_path, asked, key):
    with pytest.raises(ConfigError) as caught:
        init.begin(asked, tmp_path / "x.yaml")
    assert caught.value.key == key
    assert not (tmp_path / "x.yaml").exists()


def test_a_configuration_is_not_written_over(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        init.begin(init.NamedTerritory(department="12"), path)
    assert caught.value.key == "config_stands"
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_list_must_hold_codes(tmp_path):
    (tmp_path / "list.csv").write_text("12202\nRodez\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        code_lists.read(tmp_path / "list.csv")
    assert caught.value.key == "not_a_commune_code"
    (tmp_path / "list.csv").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        code_lists.read(tmp_path / "list.csv")
    assert caught.value.key == "empty_table"
    (tmp_path / "list.csv").write_text("com\n1004\n2A004\n97411\n", encoding="utf-8")
    assert code_lists.read(tmp_path / "list.csv") == ["01004", "2A004", "97411"]


def test_a_list_of_codes_of_another_date(tmp_path):
    (tmp_path / "list.csv").write_text("12202\n12076\n", encoding="utf-8")
    path = tmp_path / "two.yaml"
    begun = init.begin(init.NamedTerritory(communes=tmp_path / "list.csv"), path)
    assert not begun.to_fetch
    assert set(inputs.read(config.load(path)).communes["code"]) == {"12202", "12218"}


def test_a_study_without_fetch_has_nothing_to_fetch():
    study = config.load(ROOT / "configs" / "aveyron.yaml")
    with pytest.raises(ConfigError) as caught:
        setup.plan(study, Settings())
    assert caught.value.key == "nothing_to_fetch"


def test_every_missing_file_of_the_mirror_is_named_at_once(capsys, tmp_path):
    path = tmp_path / "dep48.yaml"
    init.begin(init.NamedTerritory(department="48"), path)
    empty = tmp_path / "empty"
    empty.mkdir()
    planned, whole = setup.plan(config.load(path), Settings(mirror=empty))
    assert whole
    assert {each.action for each in planned} == {"missing"}
    code, said, _ = siting(capsys, "fetch", path, "--dry-run", "--mirror", empty)
    assert code == 0
    assert "copie du miroir" not in said
    code, _, said = siting(capsys, "fetch", path, "--mirror", empty)
    assert code == 2
    for each in planned:
        assert f"\n{each.source.url}\n" in said  # alone on its line, however long
        assert each.source.file in said


def test_a_file_under_its_original_name_is_known_by_its_content(tmp_path, mirror):
    [source] = catalogue.resolve(["populations"], {"year": "2026"})
    given = tmp_path / "ensemble.zip"
    given.write_bytes((mirror / source.file).read_bytes())
    assert download.dropped(source, tmp_path) == given
    [arrival] = download.fetch([source], tmp_path)
    assert arrival.path == tmp_path / source.file
    assert arrival.path.is_file()
    assert not given.exists()


def test_another_file_under_the_original_name_is_left(tmp_path, mirror):
    [source] = catalogue.resolve(["populations"], {"year": "2026"})
    other = (mirror / "BPE25.zip").read_bytes()
    (tmp_path / "ensemble.zip").write_bytes(other)
    assert download.dropped(source, tmp_path) is None
    assert (tmp_path / "ensemble.zip").read_bytes() == other


def test_paris_reaches_beyond_the_small_departements():
    around = departments.with_neighbours(["75"])
    assert {"75", "77", "78", "91", "92", "93", "94", "95"} == set(around)
    assert departments.with_neighbours(["12"]) == ["12", "15", "30", "34", "46", "48", "81", "82"]


def test_ctrl_c_is_told_and_leaves_with_130(capsys, tmp_path, monkeypatch, mirror):
    path = tmp_path / "dep48.yaml"
    assert siting(capsys, "init", "--department", "48", "-o", path)[0] == 0

    def pressed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "fetch", pressed)
    code, _, said = siting(capsys, "fetch", path, "--mirror", mirror)
    assert code == 130
    assert "Interrompu" in said
