"""A language is a folder of texts and its code in the list: nothing else names languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import small_study

from siting import config, texts
from siting.publish.report import compose
from siting.study import run as study


@pytest.fixture
def german(tmp_path, monkeypatch):
    """Texts with a third language, whose words are English but for a few."""
    folder = tmp_path / "texts"
    shutil.copytree(Path(texts.__file__).parent, folder)
    shutil.copytree(folder / "en", folder / "de")
    for file, old, new in (
        ("language.yaml", 'tag: "en-GB"', 'tag: "de-DE"'),
        ("language.yaml", 'decimal: "."', 'decimal: ","'),
        ("language.yaml", 'thousands: ","', 'thousands: "."'),
        ("report.yaml", 'subtitle: "Study report"', 'subtitle: "Bericht"'),
    ):
        path = folder / "de" / file
        written = path.read_text(encoding="utf-8")
        assert old in written
        path.write_text(written.replace(old, new), encoding="utf-8")
    packaged = texts.resources.files
    monkeypatch.setattr(
        texts.resources, "files", lambda of: folder if of == texts.__name__ else packaged(of)
    )
    monkeypatch.setattr(texts, "LANGUAGES", ("fr", "en", "de"))
    texts.catalogue.cache_clear()
    texts.set_language("de")
    yield
    texts.set_language("fr")
    texts.catalogue.cache_clear()


@pytest.mark.usefixtures("german")
def test_a_new_language_is_a_folder_of_texts(tmp_path):
    assert texts.number(1234567.5, 1) == "1.234.567,5"
    path = small_study.write(tmp_path, small_study.keys() | {"measures": {"equity": {}}})
    result = study.run(config.load(path), lambda _: None)
    document = compose.document(result, compose.compare(result, lambda _: None), lambda _: None)
    assert document.language == "de-DE"
    assert "Bericht" in str(document.subtitle)
