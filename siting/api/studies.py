"""A study from its configuration: check it, change it, run it, look at what it gives."""

from __future__ import annotations

import html
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting import config, texts
from siting.api import arguments
from siting.atomic_files import replacing
from siting.errors import ConfigError
from siting.publish import run_folder
from siting.publish.maps import folder as map_folder
from siting.study import run as runs
from siting.study.stages import theme as study_theme

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from siting.study.result import Result as RunResult

FRAME_HEIGHT = 600  # pixels of a map in a notebook


def _quiet(_: str) -> None:
    """Say nothing of what is being done."""


@dataclass(frozen=True)
class MapPage:
    """A self-contained map: it shows itself in a notebook, and asks nothing of any host.

    Attributes
    ----------
    html
        The whole page.
    """

    html: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page as one file; an OutputError tells why it cannot be written."""
        with replacing(Path(path)) as part:
            part.write_text(self.html, encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" width="100%" height="{FRAME_HEIGHT}"'
            ' style="border:0"></iframe>'
        )


@dataclass(frozen=True)
class Result:
    """What a run of a study gives; its tables are frames.

    Attributes
    ----------
    run
        The engine's own result: see `siting.study.result.Result`.
    """

    run: RunResult

    @property
    def access(self) -> pd.DataFrame:
        """Minutes to the nearest facility of each service, a row a demand cell and service."""
        return self.run.access

    @property
    def coverage(self) -> pd.DataFrame:
        """People within each threshold, by zone and service."""
        return self.run.coverage

    @property
    def scores(self) -> pd.DataFrame:
        """Candidate sites, best first, raw and normalised value of each criterion."""
        return self.run.scores.table()

    @property
    def communes(self) -> gpd.GeoDataFrame:
        """Communes with `minutes`, the people-weighted mean to the first service."""
        return self.run.communes

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Demand cells."""
        return self.run.cells

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every other table that the configuration asks for, by name."""
        return self.run.further_tables

    def map(self, theme: str = "access") -> MapPage:
        """One of the study's maps, as `siting maps` writes it.

        Parameters
        ----------
        theme
            `access`, `coverage`, `candidates`, `digital`, `mesh`, `gaps`…

        Raises
        ------
        ConfigError
            No map has that name, or the study lacks what it shows.
        """
        with tempfile.TemporaryDirectory() as folder:
            look = study_theme.load(self.run.study)
            written = map_folder.write(self.run, Path(folder), (theme,), _quiet, look)
            if theme in written.skipped:
                raise ConfigError("map_not_shown", value=theme, reason=written.skipped[theme])
            page = Path(folder, written.files[theme]).read_text(encoding="utf-8")
        return MapPage(page)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write the folder of a run, as `siting run` does: all of its files, or none.

        Raises
        ------
        OutputError
            The folder cannot be written to.
        """
        return run_folder.write(self.run, Path(folder), _quiet)

    def _repr_html_(self) -> str:
        """Coverage of the whole territory, a row a service, and the names of the tables."""
        whole = self.coverage["zone_kind"].to_numpy() == "department"
        shares = self.coverage[whole].pivot_table(
            index="service", columns="threshold_minutes", values="covered_share", sort=False
        )
        shares.columns = [f"≤ {minutes:g} min" for minutes in shares.columns]
        shown = shares.rename_axis(None).to_html(formatters=[texts.percent] * shares.shape[1])
        names = ", ".join(["access", "coverage", "scores", *self.tables])
        title = html.escape(self.run.study.name)
        return f"<p><strong>{title}</strong></p>{shown}<p><code>{names}</code></p>"


@dataclass(frozen=True)
class Study:
    """A study: where, which services, which candidates, which measures.

    Attributes
    ----------
    config
        Its configuration, frozen: see the guide for the keys.
    """

    config: config.Study

    @property
    def name(self) -> str:
        """Its name."""
        return self.config.name

    def replace(self, **keys: Any) -> Study:
        """A copy with some keys of the configuration changed, checked as a file is.

        Raises
        ------
        ProblemsError
            A key is unknown, or a value refused.
        """
        return Study(config.changed(self.config, keys))

    def check(self) -> pd.DataFrame:
        """Read and check every input, without computing.

        Returns
        -------
        What became of the rows of each table: read, kept, dropped and why.

        Raises
        ------
        ProblemsError
            All that is wrong, at once.
        """
        return runs.check(self.config, _quiet).quality

    def run(self, say: Callable[[str], None] = _quiet) -> Result:
        """Compute the study: the same figures as `siting run`.

        Parameters
        ----------
        say
            Called with the name of each stage as it begins.

        Raises
        ------
        ProblemsError
            All that is wrong with the inputs, at once.
        """
        return Result(runs.run(self.config, say))

    def _repr_html_(self) -> str:
        """Its name, and what the first keys of its configuration say."""
        shown = {
            "services": ", ".join(service.name for service in self.config.services),
            "thresholds_minutes": ", ".join(f"{m:g}" for m in self.config.thresholds_minutes),
            "criteria": ", ".join(criterion.id for criterion in self.config.criteria),
        }
        rows = "".join(
            f"<tr><td><code>{key}</code></td><td>{html.escape(value)}</td></tr>"
            for key, value in shown.items()
        )
        return f"<p><strong>{html.escape(self.name)}</strong></p><table>{rows}</table>"


def load(path: str | os.PathLike[str]) -> Study:
    """Read a study's configuration; `configs/aveyron.yaml` names the embedded one anywhere.

    Raises
    ------
    ConfigError
        The file is missing or is not YAML.
    ProblemsError
        Keys are unknown or missing, or values refused: all of them at once.

    Examples
    --------
    >>> import siting
    >>> study = siting.load("configs/aveyron.yaml")
    >>> study.replace(thresholds_minutes=[15, 30]).config.thresholds_minutes
    (15.0, 30.0)
    """
    return Study(config.load(arguments.path(path, "path")))
