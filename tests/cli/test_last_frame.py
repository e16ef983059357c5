"""Whatever happens, the command line ends with one sentence and the right exit code."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest

from siting.cli import app


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "maps/a.csv"), 2, "maps/a.csv"),
        (PermissionError(errno.EACCES, "Permission denied", "secret.csv"), 2, "secret.csv"),
        (MemoryError(), 2, "mémoire"),
        (ZeroDivisionError("the table says 12345"), 1, "siting-error-"),
    ],
)
def test_ends_with_one_sentence(monkeypatch, capsys, tmp_path, error, code, words):
    def fail(**_):
        raise error

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(app, "command", lambda: fail)
    with pytest.raises(SystemExit) as ended:
        app.main(["run", "study.yaml"])
    message = capsys.readouterr().err
    assert ended.value.code == code
    assert words in message
    assert "Traceback" not in message
    assert message.count("\n") == 1
    for report in Path(tmp_path).glob("siting-error-*.txt"):
        text = report.read_text(encoding="utf-8")
        assert "ZeroDivisionError" in text
        assert "test_last_frame.py" in text
        assert "12345" not in text
