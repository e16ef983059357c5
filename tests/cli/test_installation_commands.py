"""`siting doctor` tells what is missing, `siting demo` copies studies that run where they are."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata

import pytest

from siting import cli, config
from siting.errors import OutputError
from siting.installation import demo, doctor
from siting.study import run


def ended(*words):
    with pytest.raises(SystemExit) as ending:
        cli.main(list(words))
    return ending.value.code


def test_the_doctor_finds_this_machine_fit(capsys):
    assert ended("doctor") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9  # eight checks and the verdict
    assert "✗" not in "".join(lines)
    assert "279\u202f609 habitants" in lines[7]


def test_the_doctor_names_libraries_that_are_missing_or_old(monkeypatch, capsys):
    def version(name):
        if name == "duckdb":
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "shapely" else real(name)

    real = metadata.version
    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor, "_embedded_run", lambda: (2.0, 1.0))
    assert ended("doctor") == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "duckdb" in line)
    assert line.startswith("✗")
    assert "(0.1)" in line


@pytest.mark.parametrize("error", [OSError("no GDAL"), OutputError("missing_file", file="x")])
def test_the_doctor_says_why_its_computation_failed(monkeypatch, error):
    def broken():
        raise error

    monkeypatch.setattr(doctor, "_embedded_run", broken)
    *_, last = doctor.checks()
    assert last.verdict == "wrong"
    assert str(error) in last.detail


def test_a_folder_that_takes_no_file_is_wrong(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setattr(doctor.Path, "cwd", lambda: gone)
    gone.rmdir()
    verdicts = [check.verdict for _, check in zip(range(3), doctor.checks(), strict=False)]
    assert verdicts[2] == "wrong"


def test_the_copied_studies_are_read_from_where_they_are(tmp_path, capsys):
    folder = tmp_path / "mon essai"
    assert ended("demo", str(folder)) == 0
    assert "configs/aveyron.yaml" in capsys.readouterr().out
    for name in demo.STUDIES:
        path = folder / "configs" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "\n# à moi\n", encoding="utf-8")
        study = config.load(path)
        assert study.territory.communes.is_relative_to(folder.resolve())
        assert study.provenance.is_relative_to(folder.resolve())
    inputs = run.check(study, lambda _: None)
    assert len(inputs.communes) == 285
    with pytest.raises(OutputError, match="configs"):
        demo.copy(folder)


def test_words_are_completed():
    environment = {
        **os.environ,
        "_SITING_COMPLETE": "complete_bash",
        "COMP_WORDS": "siting doc",
        "COMP_CWORD": "1",
    }
    line = [sys.executable, "-c", "from siting.cli import main; main()"]
    done = subprocess.run(
        line, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.stdout.split() == ["doctor"], done.stderr


@pytest.mark.parametrize(("language", "word"), [("fr", "complétion"), ("en", "completion script")])
def test_the_help_of_completion_speaks_the_language(capsys, language, word):
    from siting import texts

    assert ended("--help", "--lang", language) == 0
    texts.set_language("fr")
    assert word in " ".join(capsys.readouterr().out.replace("│", " ").split())


def test_the_command_alone_shows_its_help(capsys):
    assert ended() in (0, 2)
    assert "doctor" in capsys.readouterr().out
