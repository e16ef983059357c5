"""The three formats hold the same words, whatever the words are, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from dataclasses import replace

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from siting.errors import InputError
from siting.outputs.documents import docx as docx_writer
from siting.outputs.documents import odt, pdf
from siting.outputs.documents.model import (
    AnnexStart,
    Bullets,
    Document,
    DocumentColumn,
    DocumentTable,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    Span,
    Words,
    clean,
    numbered,
)

WRITERS = {"docx": docx_writer, "pdf": pdf, "odt": odt}
HARD = "L'Hôpital & </script> <b> #[let] $x$ \\ {{titre}} \x00\x07\x1b \ufffe * _ « œ »"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * 8 for _ in range(4)))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def document(name: str = HARD, rows: int = 3) -> Document:
    columns = (DocumentColumn("Nom", width=3), DocumentColumn("Habitants", "right"))
    table = DocumentTable(name, columns, tuple((name, str(i)) for i in range(rows)), (0,), name)
    blocks = (
        Heading(1, name),
        Paragraph((Span(name, bold=True, note=name), Span(" suite"))),
        Heading(2, "Détail"),
        Bullets((name, "deux")),
        table,
        Figure(png(), name, f"alternative {name}"),
        Paragraph("Non calculé", "notice"),
    )
    words = Words("Tableau", "Figure", "{label} {number} : {text}", "Sommaire", "{page} / {pages}")
    day = dt.date(2026, 1, 1)
    return Document(
        name, "Rapport", "siting", "sujet", "mots", "fr-FR", day, ("2026",), blocks, words
    )


def odt_text(path) -> str:
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.endswith(".xml"):
                etree.fromstring(archive.read(part))  # well formed
        return "".join(etree.fromstring(archive.read("content.xml")).itertext())


@pytest.mark.parametrize("form", WRITERS)
def test_same_bytes_twice(tmp_path, form):
    for name in ("a", "b"):
        WRITERS[form].write(tmp_path / f"{name}.{form}", document())
    assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


@settings(max_examples=6)
@given(st.text(min_size=1, max_size=30).filter(lambda text: clean(text).strip()))
def test_any_name_is_kept_as_it_is(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("names")
    docx_writer.write(folder / "d.docx", document(name))
    assert docx.Document(folder / "d.docx").tables[0].cell(1, 0).text == clean(name)
    odt.write(folder / "d.odt", document(name))
    assert " ".join(clean(name).split()) in " ".join(odt_text(folder / "d.odt").split())
    pdf.write(folder / "d.pdf", document(name))
    assert len(pypdf.PdfReader(folder / "d.pdf").pages) >= 2


def test_docx_has_styles_fields_and_texts_for_who_does_not_see(tmp_path):
    docx_writer.write(tmp_path / "d.docx", document("Ouest Aveyron", rows=60))
    made = docx.Document(tmp_path / "d.docx")
    styles = {one.style.name for one in made.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Caption", "List Bullet", "toc 1"} <= styles
    xml = made.element.body.xml
    assert 'TOC \\o "1-2"' in xml
    assert "SEQ Tableau" in xml
    contents = [one for one in made.paragraphs if one.style.name == "toc 1"]
    links = [node.text for one in contents for node in one._p.iter(f"{W}t")]
    assert links == ["1 Ouest Aveyron", " "]  # the page, which the reader's programme fills in
    assert "PAGEREF _Toc000001" in contents[0]._p.xml
    header = made.tables[0].rows[0]._tr.trPr
    assert header.find(f"{W}tblHeader") is not None
    assert 'descr="alternative Ouest Aveyron"' in xml
    assert 'w:val="fr-FR"' in made.styles.element.xml
    assert made.core_properties.title == "Ouest Aveyron"
    assert "PAGE" in made.sections[0].footer._element.xml


def test_pdf_is_tagged_with_language_title_and_bookmarks(tmp_path):
    pdf.write(tmp_path / "d.pdf", document("Ouest Aveyron"))
    made = pypdf.PdfReader(tmp_path / "d.pdf")
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert made.metadata.title == "Ouest Aveyron"
    assert "Ouest Aveyron" in made.outline[-2 if isinstance(made.outline[-1], list) else -1].title
    assert "Ouest Aveyron" in "".join(page.extract_text() for page in made.pages)


def test_a_table_at_the_end_of_a_page_leaves_no_line_that_could_fill_another(tmp_path):
    row = DocumentTable("Avis", (DocumentColumn("Rubrique"),), (("Avis",),))
    sheets = (Heading(1, "Un"), row, row, PageBreak(), Heading(1, "Deux"), row)
    docx_writer.write(tmp_path / "d.docx", replace(document(), blocks=sheets))
    body = docx.Document(tmp_path / "d.docx").element.body
    tags = [one.tag.rpartition("}")[2] for one in body][-11:]
    # heading, caption, table, a line between, caption, table; heading, caption, table, the end
    assert tags == ["p", "p", "tbl", "p", "p", "tbl", "p", "p", "tbl", "p", "sectPr"]
    odt.write(tmp_path / "d.odt", replace(document(), blocks=sheets))
    with zipfile.ZipFile(tmp_path / "d.odt") as file:
        text = etree.fromstring(file.read("content.xml"))
    styles = [
        one.get(next(key for key in one.attrib if key.endswith("}style-name")))
        for one in text.iter("{*}table", "{*}p", "{*}h")
        if one.getparent().tag.endswith("}text")
    ]
    assert styles.count("Source") == 2


def test_what_follows_the_start_of_the_annexes_is_lettered():
    words = Words("Tableau", "Figure", "{text}", "Sommaire", "{page}", "Annexe {letter}.")
    blocks = (
        Heading(1, "Un"),
        Heading(2, "Détail"),
        AnnexStart(),
        Heading(1, "Méthode"),
        Heading(2, "Mots"),
        Heading(1, "Sources"),
    )
    made = numbered(replace(document(), blocks=blocks, words=words))
    numbers = [one.number for one in made.blocks if isinstance(one, Heading)]
    assert numbers == ["1", "1.1", "Annexe A.", "A.1", "Annexe B."]


@pytest.mark.parametrize("form", WRITERS)
def test_a_form_has_rows_to_write_in_and_no_number(tmp_path, form):
    columns = (DocumentColumn("Étape"), DocumentColumn("Signature"))
    signed = DocumentTable("Approbation", columns, (("Rédaction", ""),), form=(1.3,))
    table = replace(signed, caption="Table", form=())
    made = replace(document(), blocks=(Heading(1, "Un"), table, signed), record=(signed,))
    assert [one.number for one in numbered(made).blocks if isinstance(one, DocumentTable)] == [1, 0]
    path = tmp_path / f"d.{form}"
    WRITERS[form].write(path, made)
    if path.suffix == ".docx":
        told = [one.text for one in docx.Document(path).paragraphs]
        heights = docx.Document(path).element.body.xml.count('w:val="737"')  # twentieths of a point
    elif path.suffix == ".odt":
        with zipfile.ZipFile(path) as file:
            body = etree.fromstring(file.read("content.xml"))
            told = [text for p in body.iter("{*}p") for text in p.itertext()]
            heights = file.read("content.xml").count(b'table:style-name="Row1_3"')
    else:
        reader = pypdf.PdfReader(path)
        told, heights = [page.extract_text() for page in reader.pages], 2
    assert heights == 2
    assert " ".join(told).count("Approbation") == 2
    assert "Tableau 2" not in " ".join(told)


def test_numbers_are_those_of_the_model():
    made = numbered(document())
    assert [one.number for one in made.blocks if isinstance(one, Heading)] == ["1", "1.1"]
    assert [one.number for one in made.blocks if isinstance(one, DocumentTable | Figure)] == [1, 1]


def template(path, *lines: str, caption: bool = True) -> None:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    if not caption:
        style = made.styles["Caption"].element
        style.getparent().remove(style)
    made.save(str(path))


def test_a_template_keeps_what_it_has_around_the_report(tmp_path):
    template(tmp_path / "t.docx", "Conseil départemental", "{{ titre }}", "{{ rapport }}", "Fin")
    docx_writer.write(tmp_path / "d.docx", document("Ouest Aveyron"), tmp_path / "t.docx")
    lines = [one.text for one in docx.Document(tmp_path / "d.docx").paragraphs]
    assert lines[:2] == ["Conseil départemental", "Ouest Aveyron"]
    assert lines[-1] == "Fin"
    assert not any("{{" in line for line in lines)
    assert "1 Ouest Aveyron" in lines


@pytest.mark.parametrize(
    ("lines", "caption", "key", "named"),
    [
        (("{{ titre }}",), True, "report_template_marker", "rapport"),
        (("{{ rapport }}", "{{ maire }}"), True, "report_template_fields", "maire"),
        (("{{ rapport }}",), False, "report_template_styles", "Caption"),
    ],
)
def test_a_template_that_lacks_something_is_refused(tmp_path, lines, caption, key, named):
    template(tmp_path / "t.docx", *lines, caption=caption)
    with pytest.raises(InputError) as caught:
        docx_writer.write(tmp_path / "d.docx", document(), tmp_path / "t.docx")
    assert caught.value.key == key
    assert named in caught.value.text("fr")
    assert not (tmp_path / "d.docx").exists()


def test_a_template_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        docx_writer.check(tmp_path / "absent.docx")
    assert caught.value.key == "report_template_absent"


def test_a_template_that_is_no_document_is_refused(tmp_path):
    (tmp_path / "t.docx").write_text("bonjour")
    with pytest.raises(InputError, match="DOCX"):
        docx_writer.write(tmp_path / "d.docx", document(), tmp_path / "t.docx")
