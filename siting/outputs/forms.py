"""Printable forms of a questionnaire: one Word document, a form for each part."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from siting import texts
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    from siting.survey.questionnaire import Part, Question, Questionnaire

BOX = "☐"
LINE = "_" * 30
LONG_LINE = "_" * 80
GREY = RGBColor(0x55, 0x55, 0x55)
FIXED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - Word's dates have no zone; the same bytes each time
ONE_LINE = 60  # letters of short choices that stand side by side
FIRST_COLUMN = Cm(3)
WIDTH = Cm(18)


def write(path: Path, asked: Questionnaire) -> None:
    """Write the forms, in the current language.

    Parameters
    ----------
    path
        A `.docx` file.
    asked
        The questionnaire.
    """
    paper = Document()
    _page(paper, asked)
    for number, part in enumerate(asked.parts):
        if number:
            paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _form(paper, asked, part)
    kept = paper.core_properties
    kept.title, kept.author = asked.title.said(texts.language()), "siting"
    kept.created = kept.modified = FIXED
    paper.save(str(path))


def _page(paper: Any, asked: Questionnaire) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(1.5))
    plain = paper.styles["Normal"]
    plain.font.name, plain.font.size = "Calibri", Pt(10.5)
    plain.paragraph_format.space_after = Pt(2)
    for name, size in (("Title", 20), ("Heading 1", 14), ("Heading 2", 12)):
        style = paper.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.font.color.rgb = RGBColor(0x1F, 0x3A, 0x5F)
    said = {"title": asked.title.said(texts.language()), "version": asked.version}
    foot = section.footer.paragraphs[0]
    foot.text = t("survey.form.page", **said)
    foot.runs[0].font.size, foot.runs[0].font.color.rgb = Pt(8), GREY


def _form(paper: Any, asked: Questionnaire, part: Part) -> None:
    language = texts.language()
    paper.add_paragraph(asked.title.said(language), style="Title")
    paper.add_heading(t("survey.form.of", part=part.label.said(language)), level=1)
    paper.add_paragraph(
        f"{t('survey.form.number')} {'_' * 12}     {t('survey.form.investigator')} {'_' * 20}"
    )
    paper.add_paragraph(asked.intro.said(language))
    if part.intro is not None:
        paper.add_paragraph(part.intro.said(language)).runs[0].italic = True
    number = 0
    for section in asked.sections:
        chosen = [
            one for one in section.questions if one.asked(part.id) and one.role != "part"
        ]  # the form itself says the part
        if not chosen:
            continue
        paper.add_heading(section.label.said(language), level=2)
        for one in chosen:
            number += 1
            _question(paper, one, number)
    note = paper.add_paragraph(asked.notice.said(language))
    note.paragraph_format.space_before = Pt(8)
    note.runs[0].font.size, note.runs[0].font.color.rgb = Pt(8.5), GREY


def _question(paper: Any, asked: Question, number: int) -> None:
    language = texts.language()
    title = paper.add_paragraph()
    title.paragraph_format.space_before = Pt(6)
    title.paragraph_format.keep_with_next = True
    title.add_run(f"{number}. {asked.label.said(language)}").bold = True
    hints = [asked.help.said(language)] if asked.help else []
    hints += [t("survey.form.several")] if asked.type == "multiple" else []
    if hints:
        hint = title.add_run(f"  ({' ; '.join(hints)})")
        hint.font.size, hint.font.color.rgb = Pt(9), GREY
    if asked.type == "grid":
        _grid(paper, asked)
    elif asked.type in {"single", "multiple"}:
        said = [one.label.said(language) for one in asked.options]
        if asked.other:
            said.append(f"{t('survey.form.other')} {LINE}")
        boxes = [f"{BOX}  {one}" for one in said]
        if sum(map(len, boxes)) <= ONE_LINE and not asked.other:
            boxes = ["        ".join(boxes)]
        for place, one in enumerate(boxes, 1):
            line = paper.add_paragraph(one)
            line.paragraph_format.left_indent = Cm(0.6)
            line.paragraph_format.keep_with_next = place < len(boxes)
    else:
        blank = paper.add_paragraph(_blank(asked))
        blank.paragraph_format.left_indent = Cm(0.6)


def _blank(asked: Question) -> str:
    """Where the answer is written."""
    if asked.type == "yes_no":
        return f"{BOX}  {t('survey.form.tick_yes')}        {BOX}  {t('survey.form.tick_no')}"
    if asked.type in {"number", "integer"}:
        return f"{'_' * 12} {asked.unit}"
    if asked.type == "date":
        return t("survey.form.date")
    return LINE * 2 if asked.nominative or asked.type == "commune" else f"{LONG_LINE}\n{LONG_LINE}"


def _grid(paper: Any, asked: Question) -> None:
    language = texts.language()
    table = paper.add_table(rows=1, cols=len(asked.options) + 1)
    table.style = "Table Grid"
    table.autofit = False
    _repeated(table.rows[0])
    for place, one in enumerate(asked.options, 1):
        _cell(table.rows[0].cells[place], one.label.said(language), 8.5, middle=True)
    for line in asked.rows:
        cells = table.add_row().cells
        _cell(cells[0], line.label.said(language), 9.5)
        for cell in cells[1:]:
            _cell(cell, BOX, 11, middle=True)
    rest = int((WIDTH - FIRST_COLUMN) / len(asked.options))
    for place, column in enumerate(table.columns):
        column.width = rest if place else FIRST_COLUMN
    for row in table.rows:
        _together(row)
        for place, cell in enumerate(row.cells):
            cell.width = rest if place else FIRST_COLUMN


def _cell(cell: Any, said: str, size: float, *, middle: bool = False) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.keep_with_next = True
    line.add_run(said).font.size = Pt(size)
    if middle:
        line.alignment = 1


def _repeated(row: Any) -> None:
    """Repeat a row at the top of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no public way


def _together(row: Any) -> None:
    """Keep a row on one page."""
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - no public way
