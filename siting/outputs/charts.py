"""Charts: each a figure, the table it is drawn from, and a text for those who do not see it.

Every function takes a table and gives a `Chart`; nothing is drawn until `Chart.figure` or
`Chart.render`. Kinds of things are told apart by line style, sign or hatching as well as by colour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import paper
from siting.outputs.theme import DEFAULT, ink_on
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from siting.outputs.paper import Kind
    from siting.outputs.theme import Theme

WIDTH, HEIGHT = 160.0, 100.0  # millimetres: the text's width on A4
HEAD, FOOT = 10.0, 6.5  # points of titles and notes
LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
SIGNS = ("o", "s", "^", "D", "v", "P", "X")
MOST_SITES = 20  # rows of a chart of sites
MOST_BARS = 12  # rows of a tornado
COLUMNS = 5  # sites side by side in `criteria_bars`
RANKS = 10


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes
    ----------
    name
        Of its files.
    title, alt
        Title, and what it shows in words.
    table
        The numbers that are drawn.
    readable
        The same as a reader's table: headings and numbers in the current language.
    paint
        Draws it on a figure.
    width, height
        Millimetres, without title and note.
    note
        Sources, and what is modelled.
    """

    name: str
    title: str
    alt: str
    table: pd.DataFrame
    readable: pd.DataFrame
    paint: Callable[[Figure, Theme], None]
    width: float = WIDTH
    height: float = HEIGHT
    note: str = ""

    def figure(self, theme: Theme = DEFAULT, *, titled: bool = True) -> Figure:
        """Draw it; without its title and note where a document says them beside it."""
        with paper.style(theme):
            head, foot = [], []
            if titled:
                head = paper.wrap(self.title, self.width - 8, HEAD, theme, bold=True)
                foot_text = " ".join(filter(None, (self.note, theme.editor)))
                foot = paper.wrap(foot_text, self.width - 8, FOOT, theme) if foot_text else []
            above = 4.6 * len(head) + 3 if head else 1.0
            below = 2.9 * len(foot) + 2 if foot else 1.0
            high = self.height + above + below
            figure = paper.blank(self.width, high)
            figure.set_layout_engine(
                "constrained", rect=(0.01, below / high, 0.98, self.height / high)
            )
            self.paint(figure, theme)
            _lines(figure, head, 1 - 3 / high, HEAD, weight="bold", va="top")
            _lines(figure, foot, 2 / high, FOOT, color=theme.colours.muted, va="bottom")
            return figure

    def render(
        self, kind: Kind = "png", theme: Theme = DEFAULT, *, titled: bool = True, dpi: int = 300
    ) -> bytes:
        """Give the bytes of a PNG, SVG or PDF file, the same each time."""
        return paper.render(
            self.figure(theme, titled=titled), kind, theme, dpi=dpi, title=self.title
        )

    def noted(self, note: str) -> Chart:
        """The same with a note."""
        return replace(self, note=note)


def population_curve(table: pd.DataFrame, thresholds: Sequence[float] = ()) -> Chart:
    """Share of the people within so many minutes.

    Parameters
    ----------
    table
        `series,minutes,share`: the share of the people within `minutes`, for each named series.
    thresholds
        Minutes to mark.
    """
    names = list(dict.fromkeys(table["series"]))

    def at(name: str, minutes: float) -> float:
        rows = table[(table["series"] == name) & (table["minutes"] <= minutes)]
        return float(rows["share"].max()) if len(rows) else 0.0

    def paint(figure: Figure, theme: Theme) -> None:
        axes = _axes(figure)
        for i, name in enumerate(names):
            rows = table[table["series"] == name]
            axes.step(
                rows["minutes"],
                100 * rows["share"],
                where="post",
                label=name,
                color=_category(theme, i),
                linestyle=LINES[i % len(LINES)],
                linewidth=1.8,
            )
        shown = [threshold for threshold in thresholds if threshold <= table["minutes"].max()]
        for i, minutes in enumerate(shown):
            axes.axvline(minutes, color=theme.colours.muted, linewidth=0.5, linestyle=":")
            high = 100 * at(names[0], minutes)
            axes.plot([minutes], [high], SIGNS[0], color=_category(theme, 0), markersize=4)
            axes.annotate(
                texts.percent(high / 100),
                (minutes, high),
                (4, -9 - 2 * (i % 2)),
                textcoords="offset points",
                fontsize=7,
            )
        axes.set_xlim(0, float(np.ceil(table["minutes"].max() / 5) * 5))
        axes.set_ylim(0, 101)
        axes.set_xlabel(t("charts.curve.x"))
        axes.set_ylabel(t("charts.curve.y"))
        _percent_axis(axes.yaxis)
        _grid(axes, theme)
        if len(names) > 1:
            axes.legend(loc="lower right", frameon=False, handlelength=3.5)

    marks = list(thresholds) or [float(table["minutes"].median())]
    rows = [{"series": n, "minutes": m, "share": at(n, m)} for n in names for m in marks]
    sentences = [
        t(
            "charts.curve.one",
            series=n,
            marks=_listed(
                [
                    t("charts.curve.mark", share=texts.percent(at(n, m)), minutes=f"{m:g}")
                    for m in marks
                ]
            ),
        )
        for n in names
    ]
    readable = pd.DataFrame(
        {
            t("charts.curve.series"): [row["series"] for row in rows],
            t("charts.curve.minutes"): [f"{row['minutes']:g}" for row in rows],
            t("charts.curve.share"): [texts.percent(float(str(row["share"]))) for row in rows],
        }
    )
    return Chart(
        "population_curve",
        t("charts.curve.title"),
        " ".join([t("charts.curve.alt"), *sentences]),
        table,
        readable,
        paint,
    )


def before_after(table: pd.DataFrame, title: str) -> Chart:
    """Shares before and after a plan.

    Parameters
    ----------
    table
        `label,before,after`, shares of 0 to 1.
    title
        What is compared.
    """
    rows = table.reset_index(drop=True)

    def paint(figure: Figure, theme: Theme) -> None:
        axes = _axes(figure)
        place = np.arange(len(rows), dtype=float)
        looks = (
            ("before", -0.2, theme.colours.before, "////"),
            ("after", 0.2, theme.colours.after, ""),
        )
        for key, shift, colour, hatch in looks:
            values = 100 * rows[key].to_numpy(float)
            axes.barh(
                place + shift,
                values,
                0.36,
                color=colour,
                hatch=hatch,
                edgecolor=theme.colours.ink,
                linewidth=0.4,
                label=t(f"charts.before_after.{key}"),
            )
            for where, value in zip(place + shift, values, strict=True):
                axes.annotate(
                    texts.percent(value / 100),
                    (value, where),
                    (3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                )
        axes.set_yticks(place, rows["label"])
        axes.invert_yaxis()
        axes.set_xlim(0, 112)
        axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel(t("charts.before_after.x"))
        _percent_axis(axes.xaxis)
        _above(axes)

    sentences = [
        t(
            "charts.before_after.one",
            label=row["label"],
            before=texts.percent(row["before"]),
            after=texts.percent(row["after"]),
        )
        for row in rows.to_dict("records")
    ]
    readable = pd.DataFrame(
        {
            t("charts.before_after.label"): rows["label"].astype(str),
            t("charts.before_after.before"): rows["before"].map(texts.percent),
            t("charts.before_after.after"): rows["after"].map(texts.percent),
        }
    )
    high = 18 + 16 * len(rows)
    return Chart("before_after", title, " ".join(sentences), table, readable, paint, height=high)


def criteria_bars(table: pd.DataFrame) -> Chart:
    """Where each of the first sites stands on each criterion, 0 the worst and 100 the best.

    Parameters
    ----------
    table
        `site,rank,score,criterion,weight,place`: the place from 0 to 1, NaN where unknown.
    """
    sites = list(dict.fromkeys(table.sort_values("rank", kind="stable")["site"]))[:COLUMNS]
    shown = table[table["site"].isin(sites)]
    names = list(dict.fromkeys(shown["criterion"]))
    weight = shown.drop_duplicates("criterion").set_index("criterion")["weight"]

    def paint(figure: Figure, theme: Theme) -> None:
        drawn = figure.subplots(1, len(sites), sharey=True, squeeze=False)[0]
        for i, (axes, site) in enumerate(zip(drawn, sites, strict=True)):
            rows = shown[shown["site"] == site].set_index("criterion").reindex(names)
            places = 100 * rows["place"].to_numpy(float)
            for j, value in enumerate(places):
                if np.isnan(value):
                    axes.text(4, j, t("charts.criteria.unknown"), va="center", fontsize=6.5)
                    axes.barh(j, 100, 0.62, fill=False, hatch="///", edgecolor=theme.no_data)
                    continue
                axes.barh(j, value, 0.62, color=theme.colours.after)
                outside = value < 60
                axes.text(
                    value + 3 if outside else value - 3,
                    j,
                    texts.number(value),
                    va="center",
                    ha="left" if outside else "right",
                    fontsize=6.5,
                    color=theme.colours.ink if outside else ink_on(theme.colours.after, theme),
                )
            heading = t(
                "charts.criteria.site",
                rank=int(rows["rank"].iloc[0]),
                site=site,
                score=texts.number(float(rows["score"].iloc[0]), 1),
            )
            wide = (WIDTH - 55) / len(sites) - 1
            lines = [x for part in heading.split("\n") for x in paper.wrap(part, wide, 7, theme)]
            axes.set_title("\n".join(lines), fontsize=7, loc="left")
            axes.set_xlim(0, 100)
            axes.set_xticks([0, 50, 100])
            axes.tick_params(axis="x", labelsize=6.5)
            if i == 0:
                labels = [f"{name} ({texts.percent(float(weight[name]), 0)})" for name in names]
                axes.set_yticks(
                    range(len(names)),
                    ["\n".join(paper.wrap(label, 46, 7, theme)) for label in labels],
                )
                axes.tick_params(axis="y", labelsize=7)
            axes.grid(axis="x", color=theme.colours.fine_border, linewidth=0.4)
        drawn[0].invert_yaxis()
        labels = paper.wrap(t("charts.criteria.x"), 90, 7.5, theme)
        drawn[len(drawn) // 2].set_xlabel("\n".join(labels), fontsize=7.5)

    sentences = []
    for site in sites:
        best = shown[shown["site"] == site].dropna(subset=["place"]).nlargest(2, "place")
        of_site = shown[shown["site"] == site].iloc[0]
        sentences.append(
            t(
                "charts.criteria.one",
                site=site,
                rank=int(of_site["rank"]),
                score=texts.number(float(of_site["score"]), 1),
                best=_listed(list(best["criterion"])),
            )
        )
    readable = pd.DataFrame({t("charts.criteria.criterion"): names})
    for site in sites:
        places = shown[shown["site"] == site].set_index("criterion")["place"].reindex(names)
        readable[site] = [
            t("charts.criteria.unknown") if np.isnan(v) else texts.number(100 * v) for v in places
        ]
    return Chart(
        "criteria",
        t("charts.criteria.title", count=len(sites))
        if len(sites) > 1
        else t("charts.criteria.title_one"),
        " ".join(sentences),
        table,
        readable,
        paint,
        height=26 + 8.0 * len(names),
    )


def rank_acceptability(table: pd.DataFrame, draws: int) -> Chart:
    """How often each site takes each rank, when the weights are drawn at random.

    Parameters
    ----------
    table
        `site,rank,share`; sites in the order of their present rank, a missing pair is never.
    draws
        Weightings drawn.
    """
    every = list(dict.fromkeys(table["site"]))
    sites = every[:MOST_SITES]
    ranks = min(RANKS, len(every))
    wide = table.pivot_table(index="site", columns="rank", values="share", aggfunc="sum")
    grid = wide.reindex(index=sites, columns=range(1, ranks + 1)).fillna(0.0).to_numpy(float)

    def paint(figure: Figure, theme: Theme) -> None:
        from matplotlib.colors import BoundaryNorm, ListedColormap  # noqa: PLC0415 - drawing only

        axes = _axes(figure)
        bounds = [0, 0.005, 0.05, 0.1, 0.25, 0.5, 1.0001]
        colours = [theme.colours.background, *_ramp(theme, len(bounds) - 2)]
        axes.imshow(
            grid,
            cmap=ListedColormap(colours),
            norm=BoundaryNorm(bounds, len(colours)),
            aspect="auto",
        )
        for (i, j), share in np.ndenumerate(grid):
            if share >= 0.005:
                fill = colours[int(np.searchsorted(bounds, share, side="right")) - 1]
                axes.text(
                    j,
                    i,
                    texts.number(100 * share),
                    ha="center",
                    va="center_baseline",
                    fontsize=6.5,
                    color=ink_on(fill, theme),
                )
        axes.set_xticks(range(ranks), [str(r + 1) for r in range(ranks)])
        axes.set_yticks(range(len(sites)), sites)
        axes.set_xticks(np.arange(-0.5, ranks), minor=True)
        axes.set_yticks(np.arange(-0.5, len(sites)), minor=True)
        axes.grid(which="minor", color=theme.colours.fine_border, linewidth=0.4)
        axes.tick_params(which="both", length=0)
        axes.set_xlabel(t("charts.ranks.x"))
        for side in axes.spines.values():
            side.set_visible(False)

    order = np.argsort(-grid[:, 0], kind="stable")[:3]
    sentences = [
        t("charts.ranks.one", site=sites[i], share=texts.percent(float(grid[i, 0]), 0))
        for i in order
        if grid[i, 0] > 0
    ]
    readable = pd.DataFrame({t("charts.ranks.site"): sites})
    for r in range(ranks):
        readable[str(r + 1)] = [
            texts.percent(float(v), 0) if v >= 0.005 else "" for v in grid[:, r]
        ]
    return Chart(
        "rank_acceptability",
        t("charts.ranks.title"),
        " ".join([t("charts.ranks.alt", draws=texts.number(draws)), *sentences]),
        table,
        readable,
        paint,
        height=22 + 5.2 * len(sites),
    )


def tornado(table: pd.DataFrame, title: str, result: str, *, name: str = "tornado") -> Chart:
    """What each assumption moves by itself, the most first.

    Parameters
    ----------
    table
        `name,unit,value,low,high,at_value,at_low,at_high`.
    result
        What is moved, with its unit: the heading of the axis.
    """
    width = (table["at_high"] - table["at_low"]).abs()
    kept = np.isfinite(width) & (width > 0)
    rows = table[kept].assign(_w=width[kept]).sort_values("_w", ascending=False, kind="stable")
    rows = rows.drop(columns="_w").head(MOST_BARS).reset_index(drop=True)
    decimals = _decimals(rows[["at_low", "at_high", "at_value"]].to_numpy(float))

    def ends(row: Any) -> str:
        low, high = _short(row["low"]), _short(row["high"])
        return t("charts.tornado.range", low=low, high=high, unit=row["unit"]).rstrip()

    def paint(figure: Figure, theme: Theme) -> None:
        axes = _axes(figure)
        for i, row in enumerate(rows.to_dict("records")):
            for key, colour, hatch in (
                ("low", theme.colours.before, "////"),
                ("high", theme.colours.after, ""),
            ):
                axes.barh(
                    i,
                    row[f"at_{key}"] - row["at_value"],
                    0.6,
                    left=row["at_value"],
                    color=colour,
                    hatch=hatch,
                    edgecolor=theme.colours.ink,
                    linewidth=0.4,
                    label=t(f"charts.tornado.{key}") if i == 0 else None,
                )
            left, right = sorted((row["at_low"], row["at_high"]))
            for value, shift, side in ((left, -3, "right"), (right, 3, "left")):
                axes.annotate(
                    texts.number(value, decimals),
                    (value, i),
                    (shift, 0),
                    textcoords="offset points",
                    ha=side,
                    va="center",
                    fontsize=6.5,
                )
        if len(rows):
            axes.axvline(rows["at_value"].iloc[0], color=theme.colours.ink, linewidth=0.8)
        labels = [
            "\n".join([*paper.wrap(row["name"], 58, 7.5, theme), ends(row)])
            for row in rows.to_dict("records")
        ]
        axes.set_yticks(range(len(rows)), labels, fontsize=7)
        axes.invert_yaxis()
        axes.margins(x=0.16)
        axes.xaxis.set_major_formatter(lambda v, _: texts.number(v, decimals))
        axes.set_xlabel(result)
        _grid(axes, theme, "x")
        _above(axes)

    sentences = [
        t(
            "charts.tornado.one",
            name=row["name"],
            low=texts.number(row["at_low"], decimals),
            high=texts.number(row["at_high"], decimals),
        )
        for row in rows.head(3).to_dict("records")
    ]
    readable = pd.DataFrame(
        {
            t("charts.tornado.name"): rows["name"].astype(str),
            t("charts.tornado.ends"): [ends(row) for row in rows.to_dict("records")],
            t("charts.tornado.at_low"): rows["at_low"].map(lambda v: texts.number(v, decimals)),
            t("charts.tornado.at_high"): rows["at_high"].map(lambda v: texts.number(v, decimals)),
        }
    )
    alt = " ".join([t("charts.tornado.alt", result=result), *sentences])
    return Chart(name, title, alt, table, readable, paint, height=24 + 9.5 * max(len(rows), 1))


def lorenz(table: pd.DataFrame, ginis: dict[str, float]) -> Chart:
    """How unequally the minutes are shared among the people.

    Parameters
    ----------
    table
        `series,people,value`: the share of all minutes that the first people have, those with
        least first (`measures.equity.lorenz`).
    ginis
        Gini of each series.
    """
    names = list(dict.fromkeys(table["series"]))

    def paint(figure: Figure, theme: Theme) -> None:
        axes = _axes(figure)
        axes.plot([0, 100], [0, 100], color=theme.colours.muted, linewidth=0.8, linestyle=":")
        axes.annotate(
            t("charts.lorenz.equal"), (48, 51), rotation=45, fontsize=7, ha="center", va="bottom"
        )
        for i, name in enumerate(names):
            rows = table[table["series"] == name]
            axes.plot(
                100 * rows["people"],
                100 * rows["value"],
                color=_category(theme, i),
                linestyle=LINES[i % len(LINES)],
                linewidth=1.8,
                label=t("charts.lorenz.series", series=name, gini=texts.number(ginis[name], 2)),
            )
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_aspect("equal")
        axes.set_xlabel("\n".join(paper.wrap(t("charts.lorenz.x"), 90, 8, theme)))
        axes.set_ylabel(t("charts.lorenz.y"))
        _percent_axis(axes.xaxis)
        _percent_axis(axes.yaxis)
        _grid(axes, theme)
        axes.legend(loc="upper left", frameon=False, handlelength=3.5, fontsize=7.5)

    steps = np.linspace(0.1, 1, 10)
    readable = pd.DataFrame({t("charts.lorenz.people"): [texts.percent(s, 0) for s in steps]})
    sentences = []
    for name in names:
        rows = table[table["series"] == name]
        shares = np.interp(steps, rows["people"].to_numpy(float), rows["value"].to_numpy(float))
        readable[name] = [texts.percent(float(v)) for v in shares]
        sentences.append(
            t(
                "charts.lorenz.one",
                series=name,
                gini=texts.number(ginis[name], 2),
                half=texts.percent(float(shares[4]), 0),
                worst=texts.percent(float(1 - shares[8]), 0),
            )
        )
    return Chart(
        "lorenz", t("charts.lorenz.title"), " ".join(sentences), table, readable, paint, height=110
    )


def broadband(table: pd.DataFrame, whole: str) -> Chart:
    """Share of the premises that fibre reaches, at each date, by EPCI and for the whole.

    Parameters
    ----------
    table
        `zone_name,date,share`, the whole under the name `whole`.
    """
    days: list[Any] = sorted(pd.to_datetime(table["date"]).unique())
    wide: Any = table.assign(date=pd.to_datetime(table["date"])).pivot_table(
        index="zone_name", columns="date", values="share", sort=False
    )[days]
    zones = [zone for zone in wide.index if zone != whole]
    last = wide.loc[zones, days[-1]].sort_values(kind="stable") if zones else pd.Series(dtype=float)
    ends = list(dict.fromkeys([*last.index[:1], *last.index[-1:]]))

    def paint(figure: Figure, theme: Theme) -> None:
        axes = _axes(figure)
        for zone in zones:
            named = zone in ends
            axes.plot(
                days,
                100 * wide.loc[zone],
                color=theme.colours.muted if named else theme.colours.fine_border,
                linewidth=1.0 if named else 0.7,
                linestyle=LINES[1] if named else "-",
            )
        axes.plot(
            days,
            100 * wide.loc[whole],
            color=theme.colours.after,
            linewidth=2.2,
            marker=SIGNS[0],
            markersize=5,
        )
        for day in days[:-1]:
            share = float(wide.loc[whole, day])
            axes.annotate(
                texts.percent(share),
                (day, 100 * share),
                (-5, 4),
                textcoords="offset points",
                ha="right",
                fontsize=8,
                fontweight="bold",
            )
        marks = [
            (f"{zone_name} {texts.percent(float(wide.loc[zone_name, days[-1]]))}", zone_name)
            for zone_name in ends
        ]
        marks.append((f"{whole} {texts.percent(float(wide.loc[whole, days[-1]]))}", whole))
        marks.sort(key=lambda mark: float(wide.loc[mark[1], days[-1]]))
        written = [paper.wrap(label, 42, 7, theme) for label, _ in marks]
        true = [100 * float(wide.loc[zone, days[-1]]) for _, zone in marks]
        for lines, (_, zone), end, high in zip(
            written,
            marks,
            true,
            spread(true, [2 + 4.2 * len(lines_of_label) for lines_of_label in written]),
            strict=True,
        ):
            axes.annotate(
                "\n".join(lines),
                (days[-1], end),
                (1.03, high),
                xycoords="data",
                textcoords=("axes fraction", "data"),
                va="center",
                fontsize=7,
                fontweight="bold" if zone == whole else "normal",
                annotation_clip=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": theme.colours.muted,
                    "linewidth": 0.5,
                    "shrinkB": 4,
                    "relpos": (0, 0.5),
                },
            )
        axes.set_xticks(days, [_day(day) for day in days])
        axes.margins(x=0.16)
        axes.set_ylim(0, 103)
        axes.set_ylabel(t("charts.broadband.y"))
        _percent_axis(axes.yaxis)
        _grid(axes, theme)

    sentences = [
        t("charts.broadband.one", day=_day(day), share=texts.percent(float(wide.loc[whole, day])))
        for day in days
    ]
    if len(ends) > 1:
        sentences.append(
            t(
                "charts.broadband.ends",
                low=ends[0],
                low_share=texts.percent(float(last.iloc[0])),
                high=ends[1],
                high_share=texts.percent(float(last.iloc[-1])),
            )
        )
    readable = pd.DataFrame({t("charts.broadband.zone"): [whole, *zones]})
    for day in days:
        values = wide.loc[[whole, *zones], day].to_numpy(float)
        readable[_day(day)] = ["" if np.isnan(v) else texts.percent(float(v)) for v in values]
    alt = " ".join([t("charts.broadband.alt", zone=whole), *sentences])
    return Chart("broadband", t("charts.broadband.title"), alt, table, readable, paint)


def spread(values: Sequence[float], heights: Sequence[float], top: float = 103.0) -> list[float]:
    """Middles of labels, none over another, near the values that they tell and under a top.

    Parameters
    ----------
    values
        Increasing.
    heights
        Of the labels, in the values' unit.
    """
    placed: list[float] = []
    for value, high in zip(values, heights, strict=True):
        low = placed[-1] + heights[len(placed) - 1] / 2 if placed else -np.inf
        placed.append(max(value, low + high / 2))
    over = float(np.mean(np.subtract(placed, values))) if placed else 0.0
    ceiling = placed[-1] + heights[-1] / 2 - top if placed else 0.0
    return [middle - max(over, ceiling) for middle in placed]


def _axes(figure: Figure) -> Axes:
    made: Axes = figure.subplots()
    return made


def _category(theme: Theme, i: int) -> str:
    return theme.categories[i % len(theme.categories)]


def _ramp(theme: Theme, count: int) -> list[str]:
    """So many colours of the theme's scale, light to dark."""
    scale = theme.palette
    places = np.linspace(0, len(scale) - 1, count).round().astype(int)
    return [scale[i] for i in places]


def _grid(axes: Axes, theme: Theme, which: Any = "both") -> None:
    axes.grid(axis=which, color=theme.colours.fine_border, linewidth=0.4)


def _above(axes: Axes) -> None:
    """A legend of one row above the bars."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, fontsize=7.5)


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(lambda v, _: texts.percent(v / 100, 0))


def _lines(figure: Figure, lines: list[str], high: float, size: float, **look: Any) -> None:
    if lines:
        figure.text(0.02, high, "\n".join(lines), fontsize=size, ha="left", **look)


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return t("charts.and", first=", ".join(parts[:-1]), last=parts[-1])


def _day(day: Any) -> str:
    when = pd.Timestamp(day)
    return t("charts.day", day=f"{when.day:02}", month=f"{when.month:02}", year=when.year)


def _short(value: float) -> str:
    """A number with at most two decimals, none where they say nothing."""
    whole = float(value).is_integer()
    return texts.number(value) if whole else texts.number(value, 2).rstrip("0")


def _decimals(values: Any) -> int:
    """Decimals that tell values apart: three digits of their spread."""
    finite = values[np.isfinite(values)]
    spread = float(np.ptp(finite)) if finite.size else 0.0
    return 0 if spread == 0 else int(np.clip(2 - np.floor(np.log10(spread)), 0, 3))
