"""Answers read by their questionnaire: columns found, values decoded, all problems named at once.

Who answers is replaced by a keyed hash (HMAC-SHA256) whose key, the salt, is drawn at each import
and written nowhere: nobody can hash a SIRET or an address to look its answers up. Rows come in the
order of the hashes, so that their order tells nothing either. Nominative answers and free text stay
out of the result.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError, ProblemsError
from siting.survey import exports, values
from siting.survey.exports import plain
from siting.survey.questionnaire import OTHER
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siting.errors import SitingError
    from siting.survey.exports import Export, Header
    from siting.survey.questionnaire import FormQuestion, Questionnaire

BRACKETS = re.compile(r"^(?P<base>.*?)\s*\[(?P<sub>[^\[\]]*)\]$", re.DOTALL)
CODE_AND_TEXT = re.compile(r"^(?P<code>[A-Za-z][A-Za-z0-9_]*)(?:\[(?P<sub>\w+)\])?\. ", re.DOTALL)
SIRET = 14
SHOWN = 60


@dataclass(frozen=True)
class Imported:
    """Answers of one or several files.

    Attributes
    ----------
    table
        `respondent,part[,weight]`, then a column a question: codes of choices (several with a space
        between), numbers, ISO dates, commune codes; empty where not answered.
    counts
        `read`, `kept`, `refused` (no consent), `incomplete`.
    files
        Of each file: its platform and rows.
    ignored, absent, private
        Columns outside the form; questions without a column; questions not carried on.
    """

    table: pd.DataFrame
    counts: dict[str, int]
    files: tuple[tuple[Path, str, int], ...]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    private: tuple[str, ...]


@dataclass
class _Desk:
    """What is being read."""

    questionnaire: Questionnaire
    salt: bytes
    names: Mapping[str, str] | None
    part: str | None
    weights: Mapping[str, float] | None
    sample: Path | None
    rows: list[dict[str, object]] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[SitingError] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {"read": 0, "kept": 0, "refused": 0, "incomplete": 0}
    )


@dataclass(frozen=True)
class _Columns:
    """Where the answers to a question stand: a column, or one for each choice or row."""

    whole: int | None
    parts: Mapping[str, int]


def read(
    paths: Sequence[Path],
    questionnaire: Questionnaire,
    salt: bytes,
    *,
    communes: pd.DataFrame | None = None,
    part: str | None = None,
    weights: Mapping[str, float] | None = None,
    sample: Path | None = None,
) -> Imported:
    """Read answers.

    Parameters
    ----------
    paths
        Exported files; a respondent may stand in one of them only.
    questionnaire
        The questionnaire.
    salt
        Key of the hashes: random bytes, at least 16, to be forgotten afterwards.
    communes
        `code,name` of the study, to read names of communes; None: codes only.
    part
        Part of all respondents, where the files do not ask it.
    weights
        Design weight by SIRET, from `sample`; None: none.

    Raises
    ------
    ProblemsError, InputError
        Every answer outside the form, every repeated respondent, every required answer that is
        missing; or no answer is left.
    """
    desk = _Desk(questionnaire, salt, _names(communes), part, weights, sample)
    files, ignored = [], []
    found_columns: set[str] = set()
    for path in paths:
        export = exports.read(path)
        columns, other = _columns(export, questionnaire, path)
        found_columns |= set(columns)
        ignored += [name for name in other if name not in ignored]
        _require_columns(desk, columns, path)
        _rows(desk, export, columns, path)
        files.append((path, export.platform, len(export.rows)))
    if len(desk.problems) == 1:
        raise desk.problems[0]
    if desk.problems:
        raise ProblemsError(desk.problems)
    counts = desk.counts
    if not desk.rows:
        raise InputError(
            "answers_none",
            file=paths[0],
            refused=counts["refused"],
            incomplete=counts["incomplete"],
        )
    carried = [
        name
        for question in questionnaire.questions()
        if question.carried
        for name in question.columns
    ]
    head = ["respondent", "part", *(["weight"] if weights is not None else [])]
    order = [*head, *(name for name in carried if name not in head)]
    table = pd.DataFrame(desk.rows).reindex(columns=order).fillna("")
    table = table.sort_values("respondent", ignore_index=True)
    return Imported(
        table,
        counts,
        tuple(files),
        tuple(ignored),
        tuple(
            question.code
            for question in questionnaire.questions()
            if question.carried and question.code not in found_columns
        ),
        tuple(question.code for question in questionnaire.questions() if not question.carried),
    )


def _names(communes: pd.DataFrame | None) -> dict[str, str] | None:
    """Code by comparable name; empty where two communes bear it."""
    if communes is None:
        return None
    names: dict[str, str] = {}
    for code, name in zip(communes["code"], communes["name"], strict=True):
        key = values.place(name)
        names[key] = "" if key in names else code
    # codes are known too, by a name that nobody bears
    return names | {f"={code}": code for code in communes["code"]}


def _aliases(question: FormQuestion) -> set[str]:
    return {plain(question.code), *map(plain, question.label.every())}


def _inner(question: FormQuestion) -> dict[str, str]:
    """Code of each choice or row by what it may be called."""
    aliases: dict[str, str] = {}
    for row in question.rows if question.type == "grid" else question.options:
        for name in (row.code, *row.label.every()):
            aliases[plain(name)] = row.code
    if question.other or question.type == "multiple":
        aliases |= dict.fromkeys(values.OTHERS, OTHER)
    return aliases


def _columns(
    export: Export, questionnaire: Questionnaire, path: Path
) -> tuple[dict[str, _Columns], list[str]]:
    """Columns of each question, and those of none.

    Raises
    ------
    InputError
        Two columns are one question's, or there is none at all.
    """
    whole: dict[str, int] = {}
    parts: dict[str, dict[str, int]] = {}
    other: list[str] = []
    for place, header in enumerate(export.headers):
        target = _target(header, questionnaire)
        if target is None:
            if header.name and plain(header.name) not in exports.METADATA:
                other.append(header.shown)
            continue
        code, sub = target
        into = whole if sub is None else parts.setdefault(code, {})
        key = code if sub is None else sub
        if key in into:
            first = export.headers[into[key]].shown
            raise InputError(
                "answers_column_again", file=path, question=code, first=first, second=header.shown
            )
        into[key] = place
    if not whole and not parts:
        names = ", ".join(header.shown for header in export.headers)[:300]
        raise InputError("answers_no_column", file=path, found=names)
    codes = {*whole, *parts}
    return {code: _Columns(whole.get(code), parts.get(code, {})) for code in codes}, other


def _target(header: Header, questionnaire: Questionnaire) -> tuple[str, str | None] | None:
    """The question of a column, and its choice or row if it is of one."""
    for base, sub in _readings(header):
        for question in questionnaire.questions():
            if plain(base) not in _aliases(question):
                continue
            if sub is None:
                return question.code, None
            if question.type in {"multiple", "grid"} or question.other:
                code = _inner(question).get(plain(sub))
                if code is not None:
                    return question.code, code
    return None


def _readings(header: Header) -> list[tuple[str, str | None]]:
    """What a header may mean: a question, or a question and what is inside it."""
    name = header.name
    readings: list[tuple[str, str | None]] = []
    if header.above:
        readings.append((header.above, name))
    both = CODE_AND_TEXT.match(name)
    if both:
        readings.append((both["code"], both["sub"]))
    readings.append((name, None))
    brackets = BRACKETS.match(name)
    if brackets:
        readings += [(brackets["base"], brackets["sub"])]
    steps = name.split("/")
    for first in range(len(steps)):
        readings.append(("/".join(steps[first:]), None))
        readings += [
            ("/".join(steps[first:cut]), "/".join(steps[cut:]))
            for cut in range(first + 1, len(steps))
        ]
    last = steps[-1]
    for cut, letter in enumerate(last):
        if letter in "_.:":
            readings.append((last[:cut], last[cut + 1 :]))
    return readings


def _require_columns(desk: _Desk, columns: Mapping[str, _Columns], path: Path) -> None:
    by_part = desk.questionnaire.of_role("part")
    if desk.part is None and (by_part is None or by_part.code not in columns):
        if len(desk.questionnaire.parts) == 1:
            desk.part = desk.questionnaire.parts[0].id
        else:
            known = ", ".join(part.id for part in desk.questionnaire.parts)
            raise InputError("answers_part", file=path, known=known)
    for question in desk.questionnaire.questions():
        needless = question.role == "part" or (
            desk.part is not None and not question.asked(desk.part)
        )
        if question.required and question.code not in columns and not needless:
            desk.problems.append(InputError("answers_missing", file=path, question=question.code))


def _rows(desk: _Desk, export: Export, columns: Mapping[str, _Columns], path: Path) -> None:
    submitted = export.column(exports.SUBMITTED) if export.platform == "limesurvey" else None
    draft = export.column(exports.DRAFT) if export.platform == "framaforms" else None
    unique = export.column(exports.SUBMISSION)
    for number, row in enumerate(export.rows, export.first):
        if not any(row):
            continue
        desk.counts["read"] += 1
        unsent = submitted is not None and values.blank(row[submitted])
        if unsent or (draft is not None and values.tick(row[draft], set())):
            desk.counts["incomplete"] += 1
            continue
        _row(desk, row, columns, (path, number, "" if unique is None else row[unique]))


def _row(
    desk: _Desk,
    row: Sequence[str],
    columns: Mapping[str, _Columns],
    where: tuple[Path, int, str],
) -> None:
    """Read the answers of one respondent."""
    path, number, submission = where
    consent = desk.questionnaire.of_role("consent")
    assert consent is not None  # noqa: S101 - `Questionnaire` has one
    reader = _Reader(desk, row, columns, path, number)
    if reader.value(consent) != "yes":
        desk.counts["refused"] += 1
        return
    by_part = desk.questionnaire.of_role("part")
    part = desk.part or (reader.value(by_part) if by_part else "")
    siret = reader.identity(submission)
    if not part:
        if by_part is not None and not reader.wrong:
            reader.complain("answer_empty", by_part)
        return
    kept: dict[str, object] = {"part": part}
    for question in desk.questionnaire.questions():
        if question.role == "part":
            kept[question.code] = part
        elif question.carried:
            kept |= reader.answers(question, part)
    kept["respondent"] = reader.respondent
    if desk.weights is not None:
        weight = desk.weights.get(siret)
        if weight is None:
            desk.problems.append(
                InputError("sample_unknown", file=path, row=number, sample=desk.sample)
            )
        kept["weight"] = weight
    desk.counts["kept"] += 1
    desk.rows.append(kept)


@dataclass
class _Reader:
    """Reads one row, and says what is wrong in it."""

    desk: _Desk
    row: Sequence[str]
    columns: Mapping[str, _Columns]
    path: Path
    number: int
    respondent: str = ""
    wrong: bool = False

    def cell(self, place: int | None) -> str:
        """What stands in a column; nothing where there is no column."""
        written = "" if place is None else self.row[place]
        return "" if values.blank(written) else written

    def complain(self, key: str, question: FormQuestion, **values: object) -> None:
        """Remember a problem."""
        self.wrong = True
        problem = InputError(key, file=self.path, row=self.number, question=question.code, **values)
        self.desk.problems.append(problem)

    def outside(self, question: FormQuestion, written: str, known: str) -> None:
        """Say that an answer is outside the form; what may name somebody is not repeated."""
        if question.carried:
            self.complain("answer_outside", question, value=written[:SHOWN], known=known)
        else:
            self.complain("answer_outside_hidden", question, known=known)

    def identity(self, submission: str) -> str:
        """Find who answers, and refuse a repeat; gives the SIRET, if any."""
        identity: list[tuple[str, str]] = []
        siret = ""
        for question in self.desk.questionnaire.questions():
            if question.role != "respondent" or question.code not in self.columns:
                continue
            written = self.cell(self.columns[question.code].whole)
            digits = re.sub(r"\D", "", written)
            if "siret" in question.code and written:
                if len(digits) != SIRET:
                    self.outside(question, written, t("survey.answer.siret"))
                siret = digits
                identity.append((question.code, digits))
            elif written:
                identity.append((question.code, plain(written)))
        if submission:
            identity.append(("", submission))
        here = f"{self.path.name}:{self.number}"
        for key in identity:
            before = self.desk.seen.setdefault(key, here)
            if before != here:
                self.wrong = True
                self.desk.problems.append(
                    InputError("respondent_again", file=self.path, row=self.number, other=before)
                )
                break
        known = "\0".join(identity[0]) if identity else f"\0{here}"
        digest = hmac.new(self.desk.salt, known.encode(), hashlib.sha256)
        self.respondent = digest.hexdigest()[:20]
        return siret

    def answers(self, question: FormQuestion, part: str) -> dict[str, object]:
        """Answers to a question, by column."""
        columns = self.columns.get(question.code, _Columns(None, {}))
        before = len(self.desk.problems)
        if question.type == "grid":
            answers: dict[str, object] = {
                f"{question.code}_{row.code}": self._choice(
                    question, self.cell(columns.parts.get(row.code))
                )
                for row in question.rows
            }
        elif question.type == "multiple":
            answers = {question.code: self._ticked(question, columns)}
        else:
            answers = {question.code: self.value(question)}
        answered = any(answer != "" for answer in answers.values())
        if not question.asked(part):
            if answered:
                self.complain("answer_other_part", question, part=part)
            return dict.fromkeys(answers, "")
        whole = all(answer != "" for answer in answers.values())
        if question.required and not whole and len(self.desk.problems) == before:
            self.complain("answer_empty", question)
        return answers

    def value(self, question: FormQuestion) -> str:
        """The answer in a question's own column; empty where there is none, or a wrong one."""
        columns = self.columns.get(question.code, _Columns(None, {}))
        cell = self.cell(columns.whole)
        if not cell:
            written = self.cell(columns.parts.get(OTHER))
            return OTHER if question.other and written else ""
        if question.type == "single":
            return self._choice(question, cell)
        if question.type in {"number", "integer"}:
            return self._number(question, cell)
        if question.type == "yes_no":
            answer = values.yes_no(cell)
        elif question.type == "date":
            day = values.date(cell)
            answer = day.isoformat() if day else None
        else:
            answer = values.commune(cell, self.desk.names)
        if answer is None:
            self.outside(question, cell, t(f"survey.answer.{question.type}"))
        return answer or ""

    def _choice(self, question: FormQuestion, written: str) -> str:
        if not written:
            return ""
        option = values.option(written, question)
        if option is None:
            self.outside(question, written, ", ".join(option.code for option in question.options))
        return option or ""

    def _number(self, question: FormQuestion, written: str) -> str:
        number = values.number(written, question.unit)
        kind = [t(f"survey.answer.{question.type}")]
        low, high = question.minimum, question.maximum
        kind += [] if low is None else [t("survey.answer.at_least", value=f"{low:g}")]
        kind += [] if high is None else [t("survey.answer.at_most", value=f"{high:g}")]
        fits = number is not None and (question.type == "number" or number.is_integer())
        fits = fits and (low is None or number >= low) and (high is None or number <= high)  # type: ignore[operator]
        if not fits:
            self.outside(question, written, ", ".join(kind))
            return ""
        return f"{number:.10g}"

    def _ticked(self, question: FormQuestion, columns: _Columns) -> str:
        """Codes of the choices that are ticked."""
        codes = [option.code for option in question.options]
        ticked = []
        for option in question.options:
            cell = self.cell(columns.parts.get(option.code))
            own = {plain(option.code), *map(plain, option.label.every())}
            answer = values.tick(cell, own)
            if answer is None:
                self.outside(question, cell, t("survey.answer.ticked"))
            elif answer:
                ticked.append(option.code)
        written = self.cell(columns.parts.get(OTHER))
        if question.other and written and plain(written) not in values.NO:
            ticked.append(OTHER)
        cell = self.cell(columns.whole)
        if cell and not ticked:
            several = values.options(cell, question)
            if several is None:
                self.outside(question, cell, ", ".join(codes))
            ticked = list(several or ())
        return " ".join(ticked)
