"""A questionnaire as one schema: parts, sections, questions, their labels in each language.

The same schema makes the printable forms, reads what survey platforms export, and names what is
tabulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from siting import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = r"^[a-z][a-z0-9_]*$"
OPTION = r"^[A-Za-z0-9][A-Za-z0-9_]*$"
OTHER = "other"
RESERVED = ("respondent", "weight", "part")

Kind = Literal[
    "single", "multiple", "grid", "yes_no", "number", "integer", "date", "commune", "text"
]
Role = Literal[
    "respondent", "part", "commune", "consent", "interest", "status", "frequency", "minutes",
    "packages", "price",
]  # fmt: skip
CHOICES = ("single", "multiple", "grid")
KINDS_OF_ROLE: dict[str, tuple[str, ...]] = {
    "respondent": ("text",),
    "part": ("single",),
    "commune": ("commune",),
    "consent": ("yes_no",),
    "interest": ("single", "yes_no"),
    "status": ("single",),
    "frequency": ("grid", "single", "number", "integer"),
    "minutes": ("single", "number", "integer"),
    "packages": ("multiple", "single"),
    "price": ("single", "number", "integer"),
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(RootModel[dict[str, Annotated[str, Field(min_length=1)]]]):
    """A text in each language of the tool, French at least."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _known(self) -> Label:
        if "fr" not in self.root or not set(self.root) <= set(texts.LANGUAGES):
            raise ValueError("label_languages")
        return self

    def wording(self) -> str:
        """Give the text of the current language, the French one where there is none."""
        return texts.wording(self.root)

    def every(self) -> tuple[str, ...]:
        """Give the texts of all languages."""
        return tuple(self.root.values())


class Option(_Model):
    """An answer that may be ticked.

    `value` is what it counts as a number: days a month, minutes, euros.
    """

    code: str = Field(pattern=OPTION)
    label: Label
    value: float | None = Field(None, ge=0, allow_inf_nan=False)


class Row(_Model):
    """A line of a grid; `minutes` is the travel time that it asks about."""

    code: str = Field(pattern=OPTION)
    label: Label
    minutes: float | None = Field(None, ge=0, le=600, allow_inf_nan=False)


class Skip(_Model):
    """Which answers make who answers go straight to a later question, by its code."""

    answers: tuple[str, ...] = Field(min_length=1)
    to: str = Field(pattern=CODE)


class FormQuestion(_Model):
    """A question.

    Answers to a question of text, and to one that is nominative, are never carried on.
    """

    code: str = Field(pattern=CODE)
    type: Kind
    label: Label
    help: Label | None = None
    parts: tuple[str, ...] = Field((), description="whom it is asked; all parts where empty")
    role: Role | None = Field(None, description="what siting does with the answers")
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    other: bool = Field(default=False, description="with a place for another answer")
    required: bool = False
    nominative: bool = Field(default=False, description="it tells who answers")
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    skip: Skip | None = Field(None, description="answers that make some questions pointless")

    @model_validator(mode="after")
    def _sound(self) -> FormQuestion:
        ticks = {"yes", "no"} if self.type == "yes_no" else {o.code for o in self.options}
        if self.skip and (self.type not in {"single", "yes_no"} or set(self.skip.answers) - ticks):
            raise ValueError("skip_answers")
        if (self.type in CHOICES) != bool(self.options):
            raise ValueError("question_options")
        if (self.type == "grid") != bool(self.rows):
            raise ValueError("question_rows")
        for items in (self.options, self.rows):
            codes = [item.code.casefold() for item in items]
            if len(set(codes)) != len(codes):
                raise ValueError("codes_not_distinct")
        if self.role and self.type not in KINDS_OF_ROLE[self.role]:
            raise ValueError("question_role")
        ticked = self.role in {"frequency", "minutes", "price"} and self.options
        if ticked and any(option.value is None for option in self.options):
            raise ValueError("question_values")
        if self.role == "frequency" and any(row.minutes is None for row in self.rows):
            raise ValueError("question_minutes")
        return self

    @property
    def carried(self) -> bool:
        """Whether its answers are kept."""
        return self.type != "text" and not self.nominative

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of its answers: one, or one for each row of a grid."""
        if self.type == "grid":
            return tuple(f"{self.code}_{row.code}" for row in self.rows)
        return (self.code,)

    def asked(self, part: str) -> bool:
        """Whether it is put to the people of a part."""
        return not self.parts or part in self.parts


class Part(_Model):
    """People to whom some of the questions are put."""

    id: str = Field(pattern=CODE)
    label: Label
    intro: Label | None = None


class Section(_Model):
    """Questions under one title."""

    label: Label
    questions: tuple[FormQuestion, ...] = Field(min_length=1)


class Questionnaire(_Model):
    """A questionnaire."""

    kind: Literal["questionnaire"]
    id: str = Field(pattern=CODE)
    version: str
    title: Label
    intro: Label
    notice: Label = Field(description="what becomes of the answers, and whom to ask")
    controller: Label | None = Field(
        None, description="who answers for personal data, and how to reach them; else left blank"
    )
    parts: tuple[Part, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Questionnaire:
        parts = [part.id for part in self.parts]
        names = [
            name for question in self.questions() for name in {question.code, *question.columns}
        ]
        if len({*names, *RESERVED}) != len(names) + len(RESERVED):
            raise ValueError("codes_not_distinct")
        if len(set(parts)) != len(parts) or any(
            name not in parts for question in self.questions() for name in question.parts
        ):
            raise ValueError("question_parts")
        for part in parts:
            self._require_later(part)
        roles = [
            question.role
            for question in self.questions()
            if question.role not in {None, "respondent"}
        ]
        if len(set(roles)) != len(roles):
            raise ValueError("role_again")
        if "consent" not in roles:
            raise ValueError("no_consent")
        if "part" in roles:
            part_question = self.of_role("part")
            if part_question is None or {option.code for option in part_question.options} != set(
                parts
            ):
                raise ValueError("part_options")
        return self

    def _require_later(self, part: str) -> None:
        """Refuse, within a part, to skip to a question that does not come later."""
        put = [question for question in self.questions() if question.asked(part)]
        for place, question in enumerate(put):
            later = {other.code for other in put[place + 1 :]}
            if question.skip and question.skip.to not in later:
                raise ValueError("skip_to")

    def questions(self) -> Iterator[FormQuestion]:
        """Every question, in order."""
        for section in self.sections:
            yield from section.questions

    def of_role(self, role: Role) -> FormQuestion | None:
        """The question of a role; None where nobody is asked."""
        return next((question for question in self.questions() if question.role == role), None)
