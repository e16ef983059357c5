"""The door, from end to end: ten départements from national files in the layouts of 2026."""

from __future__ import annotations

import json

import national_files
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.study import inputs

QUICK = ("48", "976")  # the others say no more, but of their own ground
EACH = [
    pytest.param(department, marks=[] if department in QUICK else [pytest.mark.slow])
    for department in national_files.DEPARTMENTS
]
MORE = ["fibre", "stations", "carpool_areas", "schools", "pharmacies", "postal"]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    folder = tmp_path_factory.mktemp("national")
    national_files.mirror(folder)
    return folder


def siting(capsys, *words):
    try:
        cli.main([str(word) for word in words])
        code = 0
    except SystemExit as end:
        code = end.code or 0
    told = capsys.readouterr()
    return code, told.out, told.err


def with_every_layer(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["fetch"]["layers"] += MORE
    tables = content["fetch"]["tables"]
    for name in ("stations", "carpool_areas"):
        content["layers"][name] = f"{tables}/{name}.csv"
    content["services"] += [
        {"id": name, "name": name, "facilities": f"{tables}/{name}.csv"}
        for name in ("schools", "pharmacies", "postal")
    ]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("department", EACH)
def test_init_fetch_check_run(capsys, tmp_path, mirror, department):
    path = tmp_path / "study.yaml"
    begin = ("init", "--department", department, "--official", "-o", path)
    assert siting(capsys, *begin)[0] == 0
    with_every_layer(path)
    code, out, wrong = siting(capsys, "fetch", path, "--mirror", mirror)
    assert code == 0, wrong
    assert ("recensées à part" in out) == (department == "976")
    assert ("région" in out) == (department in national_files.EXTRACT_OF_A_REGION)
    code, out, wrong = siting(capsys, "check", path)
    assert code == 0, wrong
    code, _, wrong = siting(capsys, "run", path, "--out", tmp_path / "out")
    assert code == 0, wrong
    read = inputs.read(config.load(path))
    here = [c for c in national_files.COMMUNES if c.department == department]
    codes = {c.code for c in here}
    communes = read.communes.set_index("code")
    assert set(communes.index) == codes
    people = {c.code: 9000 * len(c.counted) for c in here}
    assert communes["population"].to_dict() == people
    if department != "976":  # four squares a commune, each of 120.5 persons
        assert read.cells["population"].sum() == pytest.approx(4 * 120.5 * len(here))
    assert len(read.establishments) == sum(len(c.counted) for c in here)
    assert set(read.establishments["placed_by"]) == {"insee"}
    assert set(read.establishments["commune_code"]) == codes
    fibre = read.broadband[read.broadband["date"] == "2026-03-31"].set_index("code")
    assert (fibre["ftth_premises"] == 700).all()
    later = read.broadband[read.broadband["date"] == "2026-06-30"].set_index("code")
    assert later["ftth_premises"].to_dict() == {c.code: 650 * len(c.counted) for c in here}
    for service in ("schools", "pharmacies", "postal", "france_services"):
        assert codes <= set(read.services[service]["commune_code"]), service
    assert len(read.services["pharmacies"]) == len(read.services["postal"])
    if department == "48":  # every national list holds the places of the buffer's neighbours
        assert "Alès" in set(read.stations["name"])
        for table in (*read.services.values(), read.carpool_areas, read.everyday):
            assert "30007" in set(table["commune_code"])
    access = pd.read_csv(tmp_path / "out" / "access.csv", dtype={"commune_code": str})
    assert access.groupby("service")["minutes"].apply(lambda m: m.notna().mean()).min() > 0.9
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"quality"} <= set(manifest["figures"])
