/** The legend of the shown theme, and where the layers come from. */

import { byId, make, swatch } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import type { Study } from "./model.js";
import { legend, type Theme } from "./surface.js";
import { t } from "./words.js";

export function showLegend(study: Study, theme: Theme, mode: string): void {
  const unit = theme === "people" ? "people" : "minutes";
  const between = (from: number, to: number | null): string =>
    to === null ? t(`more_${unit}`, { from: number(from) }) : t(`between_${unit}`, { from: number(from), to: number(to) });
  const rows = legend(theme, between).map(({ colour, label }) => make("li", {}, swatch("", colour), label));
  byId("legend-title").textContent = t(`legend_${theme}`, { mode: t(`mode_${mode}`) });
  const unknown = theme === "people" ? [] : [make("li", {}, swatch("hatched"), t("no_way"))];
  byId("legend").replaceChildren(...rows, ...unknown);
  byId("legend-note").textContent = [
    study.modelled_cells ? t("note_modelled") : "",
    study.roads === "distances" ? t("note_distances") : t("roads_osm"),
  ].join(" ");
}

export function showSources(study: Study): void {
  const notes = [
    study.modelled_cells ? t("modelled_cells") : "",
    t(`roads_${study.roads}`),
    ...study.sources.map(
      ({ title, status, vintage, licence }) => `${title} (${t(`status_${status}`)}, ${vintage}) : ${licence}`,
    ),
  ].filter(Boolean);
  byId("sources").replaceChildren(...notes.map((note) => make("li", {}, note)));
}
