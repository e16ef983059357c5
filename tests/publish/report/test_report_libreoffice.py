"""The report opens in LibreOffice: pages and words are there."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess

import pytest

from siting.outputs.documents import docx
from siting.outputs.documents.model import (
    Document,
    DocumentColumn,
    DocumentTable,
    Heading,
    PageBreak,
    Paragraph,
    Words,
)

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not on this machine"),
]


def test_docx_opens_in_libreoffice(tmp_path):
    blocks = (
        Heading(1, "L'essentiel"),
        Paragraph("Rodez & Millau : 53,5 % <des> habitants."),
        DocumentTable(
            "Les communes",
            (DocumentColumn("Commune"), DocumentColumn("Habitants", "right")),
            (("Nant", "901"),),
        ),
        PageBreak(),
        Heading(1, "La suite"),
    )
    words = Words("Tableau", "Figure", "{label} {number} : {text}", "Sommaire", "{page}/{pages}")
    about = ("Étude", "Rapport", "siting", "sujet", "mots", "fr-FR", dt.date(2026, 1, 1))
    docx.write(tmp_path / "d.docx", Document(*about, (), blocks, words))
    profile = (tmp_path / "profile").as_uri()
    for kind in ("pdf", "txt:Text (encoded):UTF8"):
        subprocess.run(
            [
                SOFFICE,
                f"-env:UserInstallation={profile}",
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                tmp_path,
                tmp_path / "d.docx",
            ],
            check=True,
            capture_output=True,
        )
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "d.pdf").read_bytes())
    assert len(pages) == 4  # cover, contents, two of text
    told = (tmp_path / "d.txt").read_text(encoding="utf-8-sig")
    told = told.replace("\u2019", "'").replace("\u00a0", " ")
    for one in ("L'essentiel", "Rodez & Millau : 53,5 % <des> habitants.", "Tableau 1", "901"):
        assert one in told
