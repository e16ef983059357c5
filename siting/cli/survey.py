"""The commands of the questionnaire: forms, answers, tables."""

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.output_names import ending
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `survey form`, `survey import` and `survey tabulate`."""
    group = typer.Typer(help=t("cli_survey.help"), no_args_is_help=True)
    app.add_typer(group, name="survey")
    _add_form(group)
    _add_import(group)
    _add_tabulate(group)


def _add_form(group: typer.Typer) -> None:
    """Add `survey form`."""

    @group.command(help=t("cli_survey.form.help"))
    def form(
        config: Annotated[Path, typer.Argument(help=t("cli_survey.form.config"), metavar="CONFIG")],
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_survey.form.out"),
                metavar="DOCX",
                callback=ending(".docx"),
            ),
        ],
    ) -> None:
        from siting.cli import terminal
        from siting.study.stages import survey as study_survey

        questionnaire, standard = study_survey.form_of(config)
        study_survey.write_forms(out, questionnaire)
        if standard:
            terminal.print_line(t("cli_survey.form.standard", file=study_survey.STANDARD))
        if questionnaire.controller is None:
            terminal.print_line(t("cli_survey.form.no_controller"))
        terminal.print_line(t("cli_survey.form.done", file=out))


def _add_import(group: typer.Typer) -> None:
    """Add `survey import`."""

    @group.command("import", help=t("cli_survey.import.help"))
    def bring_in(
        config: Annotated[Path, typer.Argument(help=t("cli_survey.form.config"), metavar="CONFIG")],
        answers: Annotated[
            list[Path], typer.Argument(help=t("cli_survey.import.answers"), metavar="FILE")
        ],
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_survey.import.out"),
                metavar="CSV",
                callback=ending(".csv"),
            ),
        ],
        part: Annotated[
            str | None, typer.Option(help=t("cli_survey.import.part"), metavar="PART")
        ] = None,
        sample: Annotated[
            Path | None, typer.Option(help=t("cli_survey.import.sample"), metavar="CSV")
        ] = None,
    ) -> None:
        from siting.cli import survey_tables
        from siting.study.stages import survey as study_survey

        imported = study_survey.bring_in(config, answers, out, part=part, sample=sample)
        survey_tables.show_imported(imported, out)


def _add_tabulate(group: typer.Typer) -> None:
    """Add `survey tabulate`."""

    @group.command(help=t("cli_survey.tabulate.help"))
    def tabulate(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None,
            typer.Option("--out", "-o", help=t("cli_survey.tabulate.out"), metavar="DIR"),
        ] = None,
    ) -> None:
        from siting.cli import survey_tables, terminal
        from siting.config import load
        from siting.study import inputs
        from siting.study.stages import answers as study_answers
        from siting.study.stages import survey as study_survey

        settings = load(config)
        questionnaire = study_survey.of_study(settings, config)
        with terminal.progress() as say:
            say(t("progress.inputs"))
            results = study_answers.tabulated(settings, inputs.read(settings))
        survey_tables.show_tables(results, questionnaire, settings)
        if out is not None:
            survey_tables.write(results, out)
            terminal.print_line(t("cli_survey.tabulate.done", folder=out))
