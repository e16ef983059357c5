"""The theme of a study: its own file, or the neutral one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from siting.config import validate
from siting.errors import ConfigError
from siting.outputs.theme import DEFAULT, Theme
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    from siting.config import Study

LOGO_FORMATS = ("PNG", "JPEG")
log = logging.getLogger(__name__)


def load(study: Study) -> Theme:
    """Give the theme of a study, its files checked; see `read`."""
    return DEFAULT if study.theme is None else read(study.theme)


def read(path: Path) -> Theme:
    """Read a theme file.

    Colours that a grey print cannot tell apart are said in the log.

    Raises
    ------
    ConfigError
        The file is missing or is not YAML; the logo or a font file is missing, or is not one.
    ProblemsError
        Keys are unknown, or values refused: all of them at once.
    """
    if not path.is_file():
        raise ConfigError("theme_missing", file=path)
    theme = validate(Theme, path)
    if theme.logo is not None:
        _check_logo(theme.logo, path)
    for file in theme.fonts.files:
        if not file.is_file():
            raise ConfigError("theme_file_missing", file=path, key="fonts.files", path=file)
    for colour, other in theme.alike_in_grey():
        log.warning(t("theme.alike", file=path, one=colour, other=other))
    return theme


def _check_logo(logo: Path, theme: Path) -> None:
    if not logo.is_file():
        raise ConfigError("theme_file_missing", file=theme, key="logo", path=logo)
    try:
        with Image.open(logo, formats=LOGO_FORMATS) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ConfigError("logo_not_image", file=theme, path=logo) from error
