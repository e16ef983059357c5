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
    from siting.survey.questionnaire import Question, Questionnaire

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

    asked: Questionnaire
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
    asked: Questionnaire,
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
    asked
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
    desk = _Desk(asked, salt, _names(communes), part, weights, sample)
    files, ignored = [], []
    found_columns: set[str] = set()
    for path in paths:
        export = exports.read(path)
        columns, other = _columns(export, asked, path)
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
    carried = [name for one in asked.questions() if one.carried for name in one.columns]
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
            one.code for one in asked.questions() if one.carried and one.code not in found_columns
        ),
        tuple(one.code for one in asked.questions() if not one.carried),
    )


def _names(communes: pd.DataFrame | None) -> dict[str, str] | None:
    """Code by comparable name; empty where two communes bear it."""
    if communes is None:
        return None
    found: dict[str, str] = {}
    for code, name in zip(communes["code"], communes["name"], strict=True):
        key = values.place(name)
        found[key] = "" if key in found else code
    # codes are known too, by a name that nobody bears
    return found | {f"={code}": code for code in communes["code"]}


def _aliases(asked: Question) -> set[str]:
    return {plain(asked.code), plain(asked.label.fr), plain(asked.label.en)}


def _inner(asked: Question) -> dict[str, str]:
    """Code of each choice or row by what it may be called."""
    found: dict[str, str] = {}
    for one in asked.rows if asked.type == "grid" else asked.options:
        for name in (one.code, one.label.fr, one.label.en):
            found[plain(name)] = one.code
    if asked.other or asked.type == "multiple":
        found |= dict.fromkeys(values.OTHERS, OTHER)
    return found


def _columns(
    export: Export, asked: Questionnaire, path: Path
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
        found = _target(header, asked)
        if found is None:
            if header.name and plain(header.name) not in exports.METADATA:
                other.append(header.shown)
            continue
        code, sub = found
        into = whole if sub is None else parts.setdefault(code, {})
        key = code if sub is None else sub
        if key in into:
            first = export.headers[into[key]].shown
            raise InputError(
                "answers_column_again", file=path, question=code, first=first, second=header.shown
            )
        into[key] = place
    if not whole and not parts:
        names = ", ".join(one.shown for one in export.headers)[:300]
        raise InputError("answers_no_column", file=path, found=names)
    codes = {*whole, *parts}
    return {code: _Columns(whole.get(code), parts.get(code, {})) for code in codes}, other


def _target(header: Header, asked: Questionnaire) -> tuple[str, str | None] | None:
    """The question of a column, and its choice or row if it is of one."""
    for base, sub in _readings(header):
        for one in asked.questions():
            if plain(base) not in _aliases(one):
                continue
            if sub is None:
                return one.code, None
            if one.type in {"multiple", "grid"} or one.other:
                code = _inner(one).get(plain(sub))
                if code is not None:
                    return one.code, code
    return None


def _readings(header: Header) -> list[tuple[str, str | None]]:
    """What a header may mean: a question, or a question and what is inside it."""
    name = header.name
    found: list[tuple[str, str | None]] = []
    if header.above:
        found.append((header.above, name))
    both = CODE_AND_TEXT.match(name)
    if both:
        found.append((both["code"], both["sub"]))
    found.append((name, None))
    brackets = BRACKETS.match(name)
    if brackets:
        found += [(brackets["base"], brackets["sub"])]
    steps = name.split("/")
    for first in range(len(steps)):
        found.append(("/".join(steps[first:]), None))
        found += [
            ("/".join(steps[first:cut]), "/".join(steps[cut:]))
            for cut in range(first + 1, len(steps))
        ]
    last = steps[-1]
    for cut, letter in enumerate(last):
        if letter in "_.:":
            found.append((last[:cut], last[cut + 1 :]))
    return found


def _require_columns(desk: _Desk, columns: Mapping[str, _Columns], path: Path) -> None:
    by_part = desk.asked.of_role("part")
    if desk.part is None and (by_part is None or by_part.code not in columns):
        if len(desk.asked.parts) == 1:
            desk.part = desk.asked.parts[0].id
        else:
            known = ", ".join(one.id for one in desk.asked.parts)
            raise InputError("answers_part", file=path, known=known)
    for one in desk.asked.questions():
        needless = one.role == "part" or (desk.part is not None and not one.asked(desk.part))
        if one.required and one.code not in columns and not needless:
            desk.problems.append(InputError("answers_missing", file=path, question=one.code))


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
    consent = desk.asked.of_role("consent")
    assert consent is not None  # noqa: S101 - `Questionnaire` has one
    reader = _Reader(desk, row, columns, path, number)
    if reader.value(consent) != "yes":
        desk.counts["refused"] += 1
        return
    by_part = desk.asked.of_role("part")
    part = desk.part or (reader.value(by_part) if by_part else "")
    siret = reader.identity(submission)
    if not part:
        if by_part is not None and not reader.wrong:
            reader.complain("answer_empty", by_part)
        return
    kept: dict[str, object] = {"part": part}
    for one in desk.asked.questions():
        if one.role == "part":
            kept[one.code] = part
        elif one.carried:
            kept |= reader.answers(one, part)
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
        said = "" if place is None else self.row[place]
        return "" if values.blank(said) else said

    def complain(self, key: str, asked: Question, **said: object) -> None:
        """Remember a problem."""
        self.wrong = True
        problem = InputError(key, file=self.path, row=self.number, question=asked.code, **said)
        self.desk.problems.append(problem)

    def outside(self, asked: Question, said: str, known: str) -> None:
        """Say that an answer is outside the form; what may name somebody is not repeated."""
        if asked.carried:
            self.complain("answer_outside", asked, value=said[:SHOWN], known=known)
        else:
            self.complain("answer_outside_hidden", asked, known=known)

    def identity(self, submission: str) -> str:
        """Find who answers, and refuse a repeat; gives the SIRET, if any."""
        found: list[tuple[str, str]] = []
        siret = ""
        for one in self.desk.asked.questions():
            if one.role != "respondent" or one.code not in self.columns:
                continue
            said = self.cell(self.columns[one.code].whole)
            digits = re.sub(r"\D", "", said)
            if "siret" in one.code and said:
                if len(digits) != SIRET:
                    self.outside(one, said, t("survey.answer.siret"))
                siret = digits
                found.append((one.code, digits))
            elif said:
                found.append((one.code, plain(said)))
        if submission:
            found.append(("", submission))
        here = f"{self.path.name}:{self.number}"
        for key in found:
            before = self.desk.seen.setdefault(key, here)
            if before != here:
                self.wrong = True
                self.desk.problems.append(
                    InputError("respondent_again", file=self.path, row=self.number, other=before)
                )
                break
        known = "\0".join(found[0]) if found else f"\0{here}"
        digest = hmac.new(self.desk.salt, known.encode(), hashlib.sha256)
        self.respondent = digest.hexdigest()[:20]
        return siret

    def answers(self, asked: Question, part: str) -> dict[str, object]:
        """Answers to a question, by column."""
        columns = self.columns.get(asked.code, _Columns(None, {}))
        before = len(self.desk.problems)
        if asked.type == "grid":
            found: dict[str, object] = {
                f"{asked.code}_{row.code}": self._choice(
                    asked, self.cell(columns.parts.get(row.code))
                )
                for row in asked.rows
            }
        elif asked.type == "multiple":
            found = {asked.code: self._ticked(asked, columns)}
        else:
            found = {asked.code: self.value(asked)}
        answered = any(one != "" for one in found.values())
        if not asked.asked(part):
            if answered:
                self.complain("answer_other_part", asked, part=part)
            return dict.fromkeys(found, "")
        whole = all(one != "" for one in found.values())
        if asked.required and not whole and len(self.desk.problems) == before:
            self.complain("answer_empty", asked)
        return found

    def value(self, asked: Question) -> str:
        """The answer in a question's own column; empty where there is none, or a wrong one."""
        columns = self.columns.get(asked.code, _Columns(None, {}))
        said = self.cell(columns.whole)
        if not said:
            written = self.cell(columns.parts.get(OTHER))
            return OTHER if asked.other and written else ""
        if asked.type == "single":
            return self._choice(asked, said)
        if asked.type in {"number", "integer"}:
            return self._number(asked, said)
        if asked.type == "yes_no":
            found = values.yes_no(said)
        elif asked.type == "date":
            day = values.date(said)
            found = day.isoformat() if day else None
        else:
            found = values.commune(said, self.desk.names)
        if found is None:
            self.outside(asked, said, t(f"survey.answer.{asked.type}"))
        return found or ""

    def _choice(self, asked: Question, said: str) -> str:
        if not said:
            return ""
        found = values.option(said, asked)
        if found is None:
            self.outside(asked, said, ", ".join(one.code for one in asked.options))
        return found or ""

    def _number(self, asked: Question, said: str) -> str:
        found = values.number(said, asked.unit)
        kind = [t(f"survey.answer.{asked.type}")]
        low, high = asked.minimum, asked.maximum
        kind += [] if low is None else [t("survey.answer.at_least", value=f"{low:g}")]
        kind += [] if high is None else [t("survey.answer.at_most", value=f"{high:g}")]
        fits = found is not None and (asked.type == "number" or found.is_integer())
        fits = fits and (low is None or found >= low) and (high is None or found <= high)  # type: ignore[operator]
        if not fits:
            self.outside(asked, said, ", ".join(kind))
            return ""
        return f"{found:.10g}"

    def _ticked(self, asked: Question, columns: _Columns) -> str:
        """Codes of the choices that are ticked."""
        codes = [one.code for one in asked.options]
        found = []
        for one in asked.options:
            said = self.cell(columns.parts.get(one.code))
            own = {plain(one.code), plain(one.label.fr), plain(one.label.en)}
            answer = values.tick(said, own)
            if answer is None:
                self.outside(asked, said, t("survey.answer.ticked"))
            elif answer:
                found.append(one.code)
        written = self.cell(columns.parts.get(OTHER))
        if asked.other and written and plain(written) not in values.NO:
            found.append(OTHER)
        said = self.cell(columns.whole)
        if said and not found:
            several = values.options(said, asked)
            if several is None:
                self.outside(asked, said, ", ".join(codes))
            found = list(several or ())
        return " ".join(found)
