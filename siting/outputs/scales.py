"""Classes of the maps: travel time, shares, counts, what lies beyond a threshold."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from siting import texts
from siting.outputs.web_map import ViewScale
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.theme import Theme

BEYOND = (5.0, 10.0, 15.0)  # minutes over the threshold
GAINED = (2.0, 5.0, 10.0)  # minutes that a plan saves
FIBRE = (0.8, 0.9, 0.95, 0.98)  # most communes lie between them once fibre is there
GREEN = 2  # category of the theme that is what a plan gains
COUNTS = 4  # facilities in reach that are told apart, none included; then "or more"


def minutes(theme: Theme) -> ViewScale:
    """Travel time, in the theme's classes."""
    unit = f"{texts.NARROW_SPACE}{t('map.minutes')}"
    labels = between([f"{bound:g}" for bound in theme.classes], unit)
    return ViewScale(tuple(theme.classes), labels, tuple(theme.palette), t("map.no_time"))


def shares(theme: Theme) -> ViewScale:
    """Shares of people or premises, in the theme's classes."""
    sign = texts.percent(0, 0)[1:]
    labels = between([f"{100 * share:g}" for share in theme.shares], sign)
    return ViewScale(tuple(theme.shares), labels, tuple(theme.share_palette), t("map.unknown"))


def fibre(theme: Theme) -> ViewScale:
    """Shares of premises that fibre reaches: classes where communes differ, near the whole."""
    sign = texts.percent(0, 0)[1:]
    labels = between([f"{100 * share:g}" for share in FIBRE], sign)
    colours = spread(theme.share_palette, len(FIBRE) + 1)
    return ViewScale(FIBRE, labels, colours, t("maps.digital.no_data"))


def counts(theme: Theme) -> ViewScale:
    """How many facilities are in reach: none, 1, 2…; the more, the lighter."""
    labels = [t("maps.mesh.none"), t("maps.mesh.one")]
    labels += [t("maps.mesh.number", count=n) for n in range(2, COUNTS)]
    labels.append(t("maps.mesh.more", count=COUNTS))
    colours = spread(tuple(reversed(theme.palette)), COUNTS + 1)
    return ViewScale(tuple(range(COUNTS)), tuple(labels), colours, t("map.no_time"))


def gain_colours(theme: Theme) -> tuple[str, ...]:
    """No change, the classes of minutes gained, reached at last, lost: green is gained."""
    green = theme.categories[GREEN]
    shades = spread((lighter(green), green, darker(green)), len(GAINED) + 2)
    return (theme.quadrants[0], *shades, theme.colours.candidate)


def lighter(colour: str) -> str:
    """The same colour, mixed with three parts of white."""
    return spread(("#ffffff", colour), 5)[1]


def darker(colour: str) -> str:
    """The same colour, mixed with as much black."""
    return spread((colour, "#000000"), 3)[1]


def beyond_colours(theme: Theme) -> tuple[str, ...]:
    """What is within a threshold, then the classes of what lies beyond: those of travel time."""
    return (theme.palette[0], *spread(theme.palette[1:], len(BEYOND) + 1))


def beyond(threshold: float, theme: Theme) -> ViewScale:
    """Minutes over a threshold; what is within it is one class."""
    labels = [t("maps.gaps.covered", minutes=f"{threshold:g}")]
    labels.append(t("maps.gaps.over_first", to=f"{BEYOND[0]:g}"))
    for low, high in pairwise(BEYOND):
        labels.append(t("maps.gaps.over_between", from_=f"{low:g}", to=f"{high:g}"))
    labels.append(t("maps.gaps.over_last", from_=f"{BEYOND[-1]:g}"))
    return ViewScale((0.0, *BEYOND), tuple(labels), beyond_colours(theme), t("map.no_time"))


def kinds(labels: Sequence[str], colours: Sequence[str]) -> ViewScale:
    """Kinds of things: values are 0, 1, 2… in the order of the labels."""
    return ViewScale((), tuple(labels), tuple(colours), t("map.unknown"))


def between(bounds: Sequence[str], unit: str) -> tuple[str, ...]:
    """Labels of classes: up to the first bound, between two, beyond the last."""
    labels = [t("map.class_first", to=bounds[0], unit=unit)]
    for low, high in pairwise(bounds):
        labels.append(t("map.class_between", from_=low, to=high, unit=unit))
    return (*labels, t("map.class_last", from_=bounds[-1], unit=unit))


def spread(palette: Sequence[str], count: int) -> tuple[str, ...]:
    """So many colours of a palette, evenly spaced along it."""
    parts = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in palette]
    colours = []
    for i in range(count):
        at = i * (len(parts) - 1) / max(count - 1, 1)
        low = min(int(at), len(parts) - 2) if len(parts) > 1 else 0
        high = min(low + 1, len(parts) - 1)
        mix = [
            round(a + (at - low) * (b - a)) for a, b in zip(parts[low], parts[high], strict=True)
        ]
        colours.append("#" + "".join(f"{channel:02x}" for channel in mix))
    return tuple(colours)
