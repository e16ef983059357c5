"""Printable forms of a questionnaire: one Word document, a form for each part."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from siting.outputs import zips
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.survey.questionnaire import FormQuestion, Part, Questionnaire

BOX = "☐"
LINE = "_" * 30
LONG_LINE = "_" * 80
GREY = RGBColor(0x55, 0x55, 0x55)
FIXED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - Word's dates have no zone; the same bytes each time
ONE_LINE = 60  # letters of short choices that stand side by side
FIRST_COLUMN = Cm(3)
WIDTH = Cm(18)


def write(path: Path, questionnaire: Questionnaire) -> None:
    """Write the forms, in the current language.

    Parameters
    ----------
    path
        A `.docx` file.
    questionnaire
        The questionnaire.
    """
    paper = Document()
    _page(paper, questionnaire)
    for number, part in enumerate(questionnaire.parts):
        if number:
            paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _form(paper, questionnaire, part)
    kept = paper.core_properties
    kept.title, kept.author = questionnaire.title.wording(), "siting"
    kept.created = kept.modified = FIXED
    raw = BytesIO()
    paper.save(raw)
    zips.write(path, zips.read(raw))


def _page(paper: Any, questionnaire: Questionnaire) -> None:
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
    values = {"title": questionnaire.title.wording(), "version": questionnaire.version}
    foot = section.footer.paragraphs[0]
    foot.text = t("survey.form.page", **values)
    foot.runs[0].font.size, foot.runs[0].font.color.rgb = Pt(8), GREY


def _form(paper: Any, questionnaire: Questionnaire, part: Part) -> None:
    paper.add_paragraph(questionnaire.title.wording(), style="Title")
    paper.add_heading(t("survey.form.of", part=part.label.wording()), level=1)
    paper.add_paragraph(
        f"{t('survey.form.number')} {'_' * 12}     {t('survey.form.investigator')} {'_' * 20}"
    )
    paper.add_paragraph(questionnaire.intro.wording())
    if part.intro is not None:
        paper.add_paragraph(part.intro.wording()).runs[0].italic = True
    numbers = _numbers(questionnaire, part)
    for section in questionnaire.sections:
        chosen = [question for question in section.questions if question.code in numbers]
        if not chosen:
            continue
        paper.add_heading(section.label.wording(), level=2)
        for shown_question in chosen:
            _question(paper, shown_question, numbers)
    _personal_data(paper, questionnaire)


def _numbers(questionnaire: Questionnaire, part: Part) -> dict[str, int]:
    """Numbers of the questions put to a part, by code; the form itself says the part."""
    put = [
        question.code
        for question in questionnaire.questions()
        if question.asked(part.id) and question.role != "part"
    ]
    return {code: number for number, code in enumerate(put, 1)}


def _personal_data(paper: Any, questionnaire: Questionnaire) -> None:
    """What becomes of the answers, who answers for them, and the rights of who answers."""
    controller = questionnaire.controller
    lines = [
        questionnaire.notice.wording(),
        t("survey.form.controller", name=controller.wording() if controller else LONG_LINE),
        t("survey.form.rights"),
    ]
    for place, line in enumerate(lines):
        note = paper.add_paragraph(line)
        note.paragraph_format.space_before = Pt(0 if place else 8)
        note.runs[0].font.size, note.runs[0].font.color.rgb = Pt(8.5), GREY


def _question(paper: Any, question: FormQuestion, numbers: Mapping[str, int]) -> None:
    title = paper.add_paragraph()
    title.paragraph_format.space_before = Pt(6)
    title.paragraph_format.keep_with_next = True
    title.add_run(f"{numbers[question.code]}. {question.label.wording()}").bold = True
    hints = [question.help.wording()] if question.help else []
    hints += [t("survey.form.several")] if question.type == "multiple" else []
    if hints:
        hint = title.add_run(f"  ({t('language.list_mark').join(hints)})")
        hint.font.size, hint.font.color.rgb = Pt(9), GREY
    if question.type == "grid":
        _grid(paper, question)
    elif question.type in {"single", "multiple"}:
        labels = [option.label.wording() for option in question.options]
        if question.other:
            labels.append(f"{t('survey.form.other')} {LINE}")
        boxes = [f"{BOX}  {label}" for label in labels]
        if sum(map(len, boxes)) <= ONE_LINE and not question.other:
            boxes = ["        ".join(boxes)]
        for place, box in enumerate(boxes, 1):
            line = paper.add_paragraph(box)
            line.paragraph_format.left_indent = Cm(0.6)
            line.paragraph_format.keep_with_next = place < len(boxes)
    else:
        blank = paper.add_paragraph(_blank(question))
        blank.paragraph_format.left_indent = Cm(0.6)
    if question.skip is not None:
        _skip(paper, question, numbers[question.skip.to])


def _skip(paper: Any, question: FormQuestion, number: int) -> None:
    """Say which answers go straight to which question."""
    skip = question.skip
    ticks = {"yes": t("survey.form.tick_yes"), "no": t("survey.form.tick_no")}
    ticks |= {option.code: option.label.wording() for option in question.options}
    chosen = t("survey.form.or").join(
        t("survey.form.answer", answer=ticks[code]) for code in (skip.answers if skip else ())
    )
    line = paper.add_paragraph(t("survey.form.skip", answers=chosen, number=number))
    line.paragraph_format.left_indent = Cm(0.6)
    line.runs[0].italic = True


def _blank(question: FormQuestion) -> str:
    """Where the answer is written."""
    if question.type == "yes_no":
        return f"{BOX}  {t('survey.form.tick_yes')}        {BOX}  {t('survey.form.tick_no')}"
    if question.type in {"number", "integer"}:
        return f"{'_' * 12} {question.unit}"
    if question.type == "date":
        return t("survey.form.date")
    return (
        LINE * 2
        if question.nominative or question.type == "commune"
        else f"{LONG_LINE}\n{LONG_LINE}"
    )


def _grid(paper: Any, question: FormQuestion) -> None:
    table = paper.add_table(rows=1, cols=len(question.options) + 1)
    table.style = "Table Grid"
    table.autofit = False
    _repeated(table.rows[0])
    for place, option in enumerate(question.options, 1):
        _cell(table.rows[0].cells[place], option.label.wording(), 8.5, middle=True)
    for line in question.rows:
        cells = table.add_row().cells
        _cell(cells[0], line.label.wording(), 9.5)
        for cell in cells[1:]:
            _cell(cell, BOX, 11, middle=True)
    rest = int((WIDTH - FIRST_COLUMN) / len(question.options))
    for place, column in enumerate(table.columns):
        column.width = rest if place else FIRST_COLUMN
    for row in table.rows:
        _together(row)
        for place, cell in enumerate(row.cells):
            cell.width = rest if place else FIRST_COLUMN


def _cell(cell: Any, words: str, size: float, *, middle: bool = False) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.keep_with_next = True
    line.add_run(words).font.size = Pt(size)
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
