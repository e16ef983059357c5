"""PDF through Typst: tagged, with bookmarks, hyphenation, embedded fonts.

The document goes to the typesetter as data (`doc.json`), the page as a fixed programme
(`assets/report.typ`): no text of a document is ever read as markup.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import tempfile
from dataclasses import asdict
from importlib import resources, util
from pathlib import Path
from typing import Any, Literal

import typst

from siting.atomic_files import replacing
from siting.errors import OutputError
from siting.outputs.documents import pdf_packing
from siting.outputs.documents.model import (
    Bullets,
    Document,
    DocumentTable,
    Figure,
    Heading,
    Paragraph,
    numbered,
    spans,
)

log = logging.getLogger(__name__)
KINDS = {Heading: "heading", Paragraph: "paragraph", Bullets: "bullets", DocumentTable: "table"}
STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA: every page can be read aloud


def write(path: Path, document: Document) -> None:
    """Write a document.

    Raises
    ------
    OutputError
        The typesetter refuses it, or the file cannot be written.
    """
    filled = numbered(document)
    with tempfile.TemporaryDirectory(prefix="siting-") as name:
        folder = Path(name)
        content = _content(filled, folder)
        (folder / "doc.json").write_bytes(json.dumps(content, ensure_ascii=False).encode())
        page = resources.files("siting.outputs").joinpath("assets", "report.typ")
        (folder / "main.typ").write_bytes(page.read_bytes())
        try:
            made = typst.compile(
                folder / "main.typ",
                root=folder,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                pdf_standards=[STANDARD],
                timestamp=dt.datetime.combine(document.date, dt.time(), dt.UTC),
            )
        except typst.TypstError as error:
            raise OutputError("report_pdf", path=path, detail=error) from error
    with replacing(path) as part:
        part.write_bytes(pdf_packing.packed(made))


def _fonts() -> list[Path]:
    """Where DejaVu is: it has the letters that the typesetter's own fonts lack."""
    package = util.find_spec("matplotlib")
    where = None if package is None or package.origin is None else Path(package.origin).parent
    folder = None if where is None else where / "mpl-data" / "fonts" / "ttf"
    if folder is None or not folder.is_dir():
        log.warning("DejaVu is missing: rare letters of the PDF fall back on the typesetter's own")
        return []
    return [folder]


def _content(document: Document, folder: Path) -> dict[str, Any]:
    """The document as JSON holds it; its images are written beside."""
    blocks = []
    for i, block in enumerate(document.blocks):
        if isinstance(block, Figure):
            file = f"figure-{i}.png"
            (folder / file).write_bytes(block.png)
            caption = document.words.caption_of(block)
            figure = {"is": "figure", "file": file, "share": block.share, "caption": caption}
            blocks.append({**figure, "alternative": block.alternative})
            continue
        made = {"is": KINDS.get(type(block), "break"), **asdict(block)}
        if isinstance(block, Paragraph):
            made["text"] = _spans(block.text)
        elif isinstance(block, Bullets):
            made["items"] = [_spans(item) for item in block.items]
        elif isinstance(block, DocumentTable):
            made["caption"] = document.words.caption_of(block)
        blocks.append(made)
    logo = None
    if document.look.logo:
        logo = "logo.png" if document.look.logo.startswith(b"\x89PNG") else "logo.jpg"
        (folder / logo).write_bytes(document.look.logo)
    day = document.date
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "author": document.author,
        "subject": document.subject,
        "keywords": document.keywords,
        "language": document.language,
        "date": [day.year, day.month, day.day],
        "cover": document.cover,
        "record": [asdict(form) for form in document.record],
        "words": asdict(document.words),
        "look": {"accent": document.look.accent, "tint": document.look.tint},
        "logo": logo,
        "brief": document.brief,
        "blocks": blocks,
    }


def _spans(text: Any) -> list[dict[str, Any]]:
    return [asdict(span) for span in spans(text)]
