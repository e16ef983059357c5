"""What settings are made of: frozen models, files named relative to theirs, assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterator

EMBEDDED = Path(__file__).parent / "embedded"
Status = Literal["measured", "declared", "hypothesis"]


def embedded(path: Path) -> Path:
    """Where an embedded file is: in the installed package, else in the source tree.

    `path` begins with `configs` or `data`.
    """
    root = EMBEDDED if EMBEDDED.is_dir() else Path(__file__).parents[1]
    return root / path


class LocatedText(str):  # noqa: SLOT000 - it holds one more thing
    """A text of a configuration file that remembers the folder of the file that said it."""

    base: Path


def _resolve(value: Any, info: ValidationInfo) -> Any:
    base = getattr(value, "base", None) or (info.context or {}).get("base")
    return (base / value).resolve() if base is not None and isinstance(value, str) else value


def _several(value: Any, info: ValidationInfo) -> Any:
    paths = value if isinstance(value, list | tuple) else [value]
    return [_resolve(path, info) for path in paths]


File = Annotated[Path, BeforeValidator(_resolve)]
Files = Annotated[tuple[Path, ...], BeforeValidator(_several, Path | tuple[Path, ...])]
"""One file, or a list of them."""


class Model(BaseModel):
    """A part of the configuration: frozen, unknown keys refused; built where it is first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse `weight: true` (YAML reads `yes` so too), which pydantic takes for 1."""
        if _holds_truth(value):
            kinds = set(_kinds(cls.model_fields[str(info.field_name)].annotation))
            if kinds & {int, float} and not kinds - {int, float, str, type(None)}:
                raise PydanticCustomError("float_type", "a number, not true or false")
        return value


def _holds_truth(value: Any) -> bool:
    """Whether a value is true or false, or a list or mapping of plain values that has one."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        return any(isinstance(item, bool) for item in value)
    return isinstance(value, bool)


def _kinds(annotation: Any) -> Iterator[Any]:
    """Plain kinds that a field takes, in lists and mappings too."""
    arguments = getattr(annotation, "__args__", ())
    if not arguments and annotation is not Ellipsis:
        yield annotation
    for argument in arguments:
        yield from _kinds(argument)


class Assumption(Model):
    """A number that the results rest on, with where it comes from."""

    value: float = Field(allow_inf_nan=False, description="the number")
    unit: str = Field(description="its unit")
    source: str = Field(description="who says so")
    status: Status = Field(description="measured, declared or hypothesis")


def assume(value: float, unit: str, source: str) -> Assumption:
    """Make a hypothesis of the package's own."""
    return Assumption(value=value, unit=unit, source=source, status="hypothesis")
