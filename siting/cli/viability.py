"""The command that judges whether a site pays for itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.errors import ConfigError
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config.viability import Viability


def add(app: typer.Typer) -> None:
    """Add `viability`."""

    @app.command(help=t("cli_viability.help"))
    def viability(
        config: Annotated[Path, typer.Argument(help=t("cli_viability.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_viability.out"), metavar="DIR")
        ] = None,
    ) -> None:
        from siting.cli import viability_tables
        from siting.study.stages import viability as study_viability

        declared, minutes = _asked(config)
        verdicts = study_viability.judge(declared, minutes)
        viability_tables.show(declared, verdicts)
        if out is not None:
            viability_tables.line("written", folder=study_viability.write(out, declared, verdicts))


def _asked(path: Path) -> "tuple[Viability, dict[str, float]]":
    """The section of a study, with the animator's route times, or of a file of its own kind."""
    from siting.cli import terminal
    from siting.config import content, load, validate
    from siting.config.viability import ViabilityFile
    from siting.study import prepared
    from siting.study.stages import viability as study_viability

    if "territory" not in content(path):
        return validate(ViabilityFile, path).viability, {}
    study = load(path)
    declared = study.viability
    if declared is None:
        raise ConfigError("no_viability", file=path)
    if not study_viability.needs_routes(declared):
        return declared, {}
    with terminal.progress() as say:
        base = prepared.prepare(study, say)
        say(t("cli_viability.routes"))
        return declared, study_viability.routes(declared, base)
