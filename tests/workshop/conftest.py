"""The embedded study, opened once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from workshop_hands import Hands, serving

from siting.config import load
from siting.workshop import server

if TYPE_CHECKING:
    from siting.workshop.api import OpenedStudy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def opened(tmp_path_factory) -> OpenedStudy:
    """The embedded study, with a configuration of its own to save scenarios beside."""
    folder = tmp_path_factory.mktemp("workshop")
    config = folder / "etude.yaml"
    config.write_text(f"extends: {ROOT / 'configs' / 'aveyron.yaml'}\n", encoding="utf-8")
    return server.desk(load(config), config, lambda _: None, read_only=False)


@pytest.fixture
def desk(opened) -> OpenedStudy:
    """The same, without any saved scenario."""
    shutil.rmtree(opened.folder, ignore_errors=True)
    return opened


@pytest.fixture(scope="session")
def address(opened):
    with serving(opened) as where:
        yield where


@pytest.fixture
def context(browser):
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    opened.set_default_timeout(120_000)
    yield opened
    opened.close()


@pytest.fixture
def hands(context, address, desk):
    del desk  # only so that no scenario is saved yet
    page = Hands(context, address)
    yield page
    assert page.wrong == []
