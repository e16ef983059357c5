"""Commands that tell who would come, and whom to ask."""

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.output_names import ending
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `census` and `sample`."""

    @app.command(help=t("cli_census.help"))
    def census(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_census.out"), metavar="DIR")
        ] = None,
    ) -> None:
        from siting.cli import census_tables, terminal
        from siting.config import load
        from siting.config.census import Census
        from siting.study import prepared
        from siting.study.stages import census as study_census

        study = load(config)
        if study.census is None:
            study = study.model_copy(update={"census": Census()})
        with terminal.progress() as say:
            base = prepared.prepare(study, say)
            say(t("cli_census.counting"))
            study_census.check(study, base.read)
            tables = study_census.tables(base)
        census_tables.show_census(base, tables)
        if out is not None:
            census_tables.write_census(out, tables)

    @app.command(help=t("cli_sample.help"))
    def sample(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_sample.out"),
                metavar="sample.csv",
                callback=ending(".csv"),
            ),
        ],
        size: Annotated[
            int | None, typer.Option("-n", "--size", help=t("cli_sample.size"), min=1)
        ] = None,
        seed: Annotated[int | None, typer.Option(help=t("cli_sample.seed"), min=0)] = None,
    ) -> None:
        from siting.cli import census_tables, terminal
        from siting.config import load
        from siting.study import prepared
        from siting.study.stages import sample as study_sample

        study = load(config)
        with terminal.progress() as say:
            base = prepared.prepare(study, say)
            say(t("cli_sample.drawing"))
            drawn = study_sample.draw(base, size, seed)
        census_tables.show_sample(drawn, base.read.communes)
        census_tables.write_sample(out, study.title, drawn)
