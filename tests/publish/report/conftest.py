"""One small run of the embedded study, and its compared candidates, for the documents of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting import config
from siting.publish.report import compose
from siting.study import run as study

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def compared():
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    coarse = settings.cells.model_copy(update={"size_m": 5000})
    result = study.run(settings.model_copy(update={"cells": coarse}), lambda _: None)
    return result, compose.compare(result, lambda _: None)
