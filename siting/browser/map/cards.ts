/** What the pop-ups say: of a commune, of a cell, of a place. */

import { make, table } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import type { MapData, PlaceData } from "./data.js";
import type { Ground } from "./layers.js";
import { titleOf } from "./places.js";
import type { Choosing } from "./views.js";

const pairs = (lines: [string, string][]): HTMLElement =>
  make("dl", {}, ...lines.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));

export class Cards {
  constructor(
    private readonly data: MapData,
    private readonly ground: Ground,
    private readonly choosing: Choosing,
  ) {}

  /** Name of a commune's EPCI, or that it has none. */
  epciOf(i: number): string {
    return this.data.epci.name[this.data.communes.epci[i] ?? -1] ?? this.data.words.no_epci;
  }

  commune(i: number): HTMLElement {
    const { words, communes } = this.data;
    const lines: [string, string][] = [[words.population, number(communes.people[i] ?? 0)]];
    for (const [name, values] of this.choosing.shown.data.columns) lines.push([name, values[i] ?? ""]);
    return make(
      "div",
      { class: "card" },
      make("h2", {}, communes.name[i] ?? ""),
      make("p", {}, this.epciOf(i)),
      pairs(lines),
    );
  }

  cell(s: number): HTMLElement {
    const { words, communes } = this.data;
    const { shown, other, chosen, right } = this.choosing;
    const tenths = this.ground.cells?.people[s] ?? 0;
    const lines: [string, string][] = [[words.population, number(tenths / 10, tenths % 10 ? 1 : 0)]];
    const value = shown.inWords(shown.cellValue(s));
    if (other) {
      lines.push([this.choosing.nameOf(chosen), value]);
      lines.push([this.choosing.nameOf(right), other.inWords(other.cellValue(s))]);
    } else lines.push([shown.data.term, value]);
    const nearest = shown.nearest();
    if (nearest) {
      const place = this.data.points[this.data.near]?.places[(nearest[s] ?? 0) - 1];
      lines.push([words.nearest, place?.name ?? words.none_near]);
    }
    return make(
      "div",
      { class: "card" },
      make("h2", {}, communes.name[this.ground.cells?.commune[s] ?? -1] ?? ""),
      make("p", {}, words.cell),
      pairs(lines),
      shown.data.modelled ? make("p", { class: "note" }, words.modelled) : null,
    );
  }

  place(place: PlaceData): HTMLElement {
    const { words } = this.data;
    const rows = place.opened.map(([name, source, ...rest]) => {
      const criterion = make("span", {}, name, make("small", {}, source));
      return [criterion, ...rest];
    });
    const heads = [words.criterion, words.value, words.weight, words.points];
    const region = { class: "scroll", tabindex: 0, role: "region", "aria-label": words.opened };
    return make(
      "div",
      { class: "card" },
      make("h2", {}, titleOf(place)),
      pairs(place.lines),
      rows.length ? make("div", region, table(heads, rows)) : null,
    );
  }
}
