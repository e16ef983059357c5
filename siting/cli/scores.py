"""The command that compares candidates and says how far their ranking holds."""

from pathlib import Path
from typing import Annotated

import typer

from siting.cli import cluster_options
from siting.errors import ConfigError
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `score`."""

    @app.command(help=t("cli_score.help"))
    def score(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        method: Annotated[
            str, typer.Option("--method", help=t("cli_score.method"), metavar="METHOD")
        ] = "",
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_score.out"), metavar="DIR")
        ] = None,
        workers: Annotated[int, cluster_options.workers()] = 1,
        scheduler: Annotated[str | None, cluster_options.scheduler()] = None,
    ) -> None:
        from siting import cluster
        from siting.cli import scores_shown, terminal
        from siting.config import load
        from siting.ranking.ranking import METHODS
        from siting.study import prepared
        from siting.study.stages import score_tables
        from siting.study.stages import scores as study_scores

        settings = load(config)
        how = next((name for name in METHODS if name == method), None)
        if method and how is None:
            raise ConfigError("unknown_method", method=method, known=", ".join(METHODS))
        study_scores.check(settings)
        with terminal.progress() as say, cluster.spread(workers, scheduler) as spread:
            base = prepared.prepare(settings, say)
            say(t("cli_score.progress.values"))
            values = study_scores.values(base)
            comparison = study_scores.compare(base, values, how, say, spread)
            folder = score_tables.write(
                comparison, out or Path("maps") / study_scores.folder(comparison)
            )
        scores_shown.show(comparison, folder)
