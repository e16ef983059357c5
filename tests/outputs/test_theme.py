"""Themes: what is refused and in which words; what a grey print and a reader see."""

from __future__ import annotations

import base64
import colorsys
import logging
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from siting import config
from siting.errors import ConfigError, ProblemsError
from siting.outputs import brand
from siting.outputs import theme as themes
from siting.outputs.theme import DEFAULT
from siting.study.stages import theme as study_theme

ROOT = Path(__file__).parents[2]


def write(folder, text):
    path = folder / "theme.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_commented_file_is_the_default():
    assert study_theme.read(ROOT / "configs" / "themes" / "neutral.yaml") == DEFAULT


def test_a_study_without_a_theme_has_the_neutral_one():
    assert study_theme.load(config.load(ROOT / "configs" / "aveyron.yaml")) == DEFAULT


def test_a_study_names_its_theme(tmp_path):
    write(
        tmp_path,
        "editor: Département de l'Aveyron\nclasses: [15, 30]\n"
        "palette: ['#FFFFFF', '#888888', '#000000']\n",
    )
    base = ROOT / "configs" / "aveyron.yaml"
    (tmp_path / "study.yaml").write_text(
        f"extends: {base.as_posix()}\ntheme: theme.yaml\n", encoding="utf-8"
    )
    theme = study_theme.load(config.load(tmp_path / "study.yaml"))
    assert theme.editor == "Département de l'Aveyron"
    assert theme.classes == (15, 30)
    assert theme.palette[0] == "#ffffff"
    assert theme.colours == DEFAULT.colours


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("palete: []", "clé inconnue « palete »"),
        ("colours: {inks: '#000000'}", "clé inconnue « colours.inks »"),
        ("classes: [10, 20]", "une couleur de plus que « classes »"),
        ("classes: [20, 10, 30, 45]", "croissantes"),
        ("classes: [1,2,3,4,5,6,7]", "sept classes"),
        ("colours: {ink: '#cccccc'}", "contraste"),
        ("palette: [red, '#000000', '#000000', '#000000', '#000000']", "hexadécimaux"),
        ("shares: [0.5, 1.5]", "plus petit que 1"),
        ("fonts: {screen: []}", "au moins 1"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    with pytest.raises(ProblemsError) as caught:
        study_theme.read(write(tmp_path, text))
    assert said in caught.value.text("fr")


def test_every_mistake_at_once(tmp_path):
    with pytest.raises(ProblemsError) as caught:
        study_theme.read(write(tmp_path, "one: 1\ntwo: 2\nclasses: [3]\n"))
    assert len(caught.value.problems) == 3


def test_missing_files(tmp_path):
    with pytest.raises(ConfigError, match="thème introuvable"):
        study_theme.read(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match=r"« logo » nomme un fichier introuvable.*none\.png"):
        study_theme.read(write(tmp_path, "logo: none.png"))
    with pytest.raises(ConfigError, match=r"fonts\.files"):
        study_theme.read(write(tmp_path, "fonts: {files: [none.ttf]}"))


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\nbroken", b"<svg/>"])
def test_a_logo_that_is_no_image(tmp_path, content):
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(ConfigError, match="n'est pas une image"):
        study_theme.read(write(tmp_path, "logo: logo.png"))


def test_a_logo_beside_the_theme(tmp_path):
    Image.new("RGB", (8, 4), "white").save(tmp_path / "logo.png")
    assert (
        study_theme.read(write(tmp_path, "logo: logo.png")).logo
        == (tmp_path / "logo.png").resolve()
    )


def test_the_neutral_scales_read_in_grey():
    assert DEFAULT.alike_in_grey() == []
    shares = DEFAULT.share_palette[::-1]  # dark where fewest are served, as all other scales
    for scale in (DEFAULT.palette, shares, DEFAULT.quadrants):
        steps = [themes.lightness(one) for one in scale]
        assert all(a - b >= themes.APART for a, b in pairwise(steps))


def test_colours_alike_in_grey_are_said(tmp_path, caplog):
    text = "palette: ['#ffffcc', '#ff7070', '#41b6c4', '#2c7fb8', '#253494']"
    with caplog.at_level(logging.WARNING):
        study_theme.read(write(tmp_path, text))
    assert "#ff7070" in caplog.text
    assert "gris" in caplog.text


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_contrast_is_what_wcag_says(rgb):
    colour = "#{:02x}{:02x}{:02x}".format(*rgb)
    on_white, on_black = themes.contrast(colour, "#ffffff"), themes.contrast(colour, "#000000")
    assert on_white * on_black == pytest.approx(21)
    hue, light, _ = colorsys.rgb_to_hls(*(v / 255 for v in rgb))
    if light in (0, 1) and hue == 0:
        assert max(on_white, on_black) == pytest.approx(21)
    assert themes.contrast(themes.ink_on(colour, DEFAULT), colour) >= 4.0


def test_lightness_has_its_known_values():
    assert themes.lightness("#000000") == pytest.approx(0)
    assert themes.lightness("#ffffff") == pytest.approx(100)
    assert themes.lightness("#777777") == pytest.approx(50.03, abs=0.01)  # CIE Lab of sRGB 119


def test_a_logo_for_the_screen_is_held_in_its_address(tmp_path):
    Image.new("RGB", (900, 300), "#0b4f8a").save(tmp_path / "logo.jpg")
    theme = study_theme.read(write(tmp_path, "logo: logo.jpg"))
    said = brand.logo(theme)
    assert said == brand.logo(theme)
    kind, held = said.split(",")
    assert kind == "data:image/png;base64"
    image = Image.open(BytesIO(base64.b64decode(held)))
    assert image.size == (288, 96)
    assert image.convert("RGB").getpixel((5, 5)) == pytest.approx((11, 79, 138), abs=3)
    assert brand.logo(DEFAULT) == ""


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_names_of_letters_cannot_leave_their_rule(names):
    said = brand.letters(DEFAULT.model_copy(update={"fonts": themes.Fonts(screen=tuple(names))}))
    assert not set(said) & set("{};<>\\/'()@:")
    assert said.count('"') % 2 == 0


def test_generic_letters_are_not_quoted():
    fonts = themes.Fonts(screen=("system-ui", "Marianne", "Segoe UI", "sans-serif"))
    told = brand.letters(DEFAULT.model_copy(update={"fonts": fonts}))
    assert told == 'system-ui, "Marianne", "Segoe UI", sans-serif'
