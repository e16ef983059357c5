"""Reading a configuration: YAML, what it extends, and all the problems of its text at once.

Paths in a configuration are relative to the file that says them. Whether the files hold what they
should is `study.check`'s business.
"""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from siting import texts, yaml_files
from siting.config.study import Study
from siting.errors import ConfigError, ProblemsError, SitingError
from siting.settings import LocatedText, embedded

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTENDS = "extends"

T = TypeVar("T", bound=BaseModel)


def load(path: Path) -> Study:
    """Read a study's configuration.

    A path that does not exist but names an embedded study (`configs/aveyron.yaml`) gives that one,
    so that an installed `siting` runs the embedded studies anywhere. `extends: OTHER.yaml` starts
    from another configuration: mappings are merged key by key, anything else is replaced.

    Raises
    ------
    ConfigError
        A file is missing, is not YAML, or extends itself.
    ProblemsError
        Keys are unknown or missing, or values refused: all of them at once.
    """
    return validate(Study, path)


def validate(model: type[T], path: Path) -> T:
    """Read a configuration of some kind; see `load`."""
    file = _found(path)
    return _validated(model, content(file), file.parent.resolve(), file)


def _validated(model: type[T], keys: dict[str, Any], base: Path, told_of: Path) -> T:
    """Keys as a model; a ProblemsError tells all that is wrong, of the file that is named."""
    try:
        return model.model_validate(keys, context={"base": base})
    except ValidationError as error:
        problems = [_problem(model, told_of, detail) for detail in _own(error.errors())]
        raise ProblemsError(problems) from error


def _own(details: Sequence[Any]) -> list[Any]:
    """Complaints without those of a list that is too short only because its items are refused."""
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(
            len(other["loc"]) > len(detail["loc"])
            and other["loc"][: len(detail["loc"])] == detail["loc"]
            for other in details
        )
    ]


def changed(study: Study, keys: dict[str, Any]) -> Study:
    """A study with some keys of its configuration replaced, checked as a file is.

    Raises
    ------
    ProblemsError
        A key is unknown, or a value refused: all of them at once.
    """
    values = {name: getattr(study, name) for name in Study.model_fields} | keys
    return _validated(Study, values, study.base, Path(study.name))


def load_changed(path: Path, changes: Sequence[dict[str, Any]], changed_in: Path) -> Study:
    """Read a study's configuration with other keys over it, one set after the other.

    Parameters
    ----------
    path
        The configuration.
    changes
        Keys, merged as `extends` merges.
    changed_in
        The file that holds the changes: problems are told of it.

    Raises
    ------
    SitingError
        As `load`.
    """
    keys = reduce(_merged, changes, content(path))
    return _validated(Study, keys, _found(path).parent.resolve(), changed_in)


def content(path: Path, chain: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Give the keys of a configuration file, those that it extends among them.

    Raises
    ------
    ConfigError
        A file is missing, is not YAML, or extends itself.
    """
    path = _found(path).resolve()
    if path in chain:
        raise ConfigError("config_loop", file=path, chain=" → ".join(file.name for file in chain))
    written = yaml_files.load(path, ConfigError)
    if not isinstance(written, dict):
        raise ConfigError("config_not_mapping", file=path)
    keys: dict[str, Any] = _remembering(written, path.parent)
    base = keys.pop(EXTENDS, None)
    if base is None:
        return keys
    if not isinstance(base, str):
        raise ConfigError("bad_extends", file=path, value=base)
    other = path.parent / base
    return _merged(content(other if other.exists() else Path(base), (*chain, path)), keys)


def _found(path: Path) -> Path:
    if not path.exists() and path.parts[:1] == ("configs",):
        path = embedded(path)
    if not path.is_file():
        raise ConfigError("missing_config", file=path)
    return path


def _remembering(value: Any, base: Path) -> Any:
    """The same values, their texts remembering the folder that they are relative to."""
    if isinstance(value, dict):
        return {key: _remembering(item, base) for key, item in value.items()}
    if isinstance(value, list):
        return [_remembering(item, base) for item in value]
    if not isinstance(value, str):
        return value
    text = LocatedText(value)
    text.base = base
    return text


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in over.items():
        below = both.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            both[key] = _merged(below, value)
        else:
            both[key] = value
    return both


def _problem(kind_of: type[BaseModel], path: Path, detail: Any) -> SitingError:
    """Turn one complaint of pydantic into a sentence of ours."""
    key = ".".join(map(str, detail["loc"])) or "study"
    kind, value = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        return ConfigError(
            "unknown_key", file=path, key=key, known=_known_keys(kind_of, detail["loc"])
        )
    if kind == "missing":
        return ConfigError("missing_key", file=path, key=key)
    if isinstance(value, bool):
        value = str(value).lower()  # as YAML writes it
    return ConfigError("bad_key", file=path, key=key, value=value, detail=expected(detail))


def expected(detail: Any) -> str:
    """Say what a key holds, from a complaint of pydantic; in its words where we have none."""
    context = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in detail.get("ctx", {}).items()
    }
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ")
    if detail["type"] == "value_error":
        return texts.text(f"config.{context['error']}")
    try:
        return texts.text(f"config.{detail['type']}", **context)
    except KeyError:
        return str(detail["msg"])


def _known_keys(kind_of: type[BaseModel], where: tuple[int | str, ...]) -> str:
    """Keys that may stand where an unknown one was found."""
    model: Any = kind_of
    for step in where[:-1]:
        if isinstance(step, int) or not hasattr(model, "model_fields"):
            continue
        if step not in model.model_fields:
            continue
        model = _inner(model.model_fields[step].annotation)
    fields = getattr(model, "model_fields", {})
    return ", ".join(sorted(field.alias or name for name, field in fields.items()))


def _inner(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]`, `dict[str, Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        model = _inner(argument)
        if model is not None:
            return model
    return None
