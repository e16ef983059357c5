/** The legend of what is on the map, with its sources. */

import { make, swatch } from "../shared/dom.js";
import type { MapData } from "./data.js";
import type { MarkerLayer } from "./places.js";
import type { View } from "./views.js";

const row = (mark: HTMLElement, text: string): HTMLElement => make("li", {}, mark, make("span", {}, text));

export class Legend {
  readonly element: HTMLDetailsElement;
  private readonly title = make("p", { class: "what" });
  private readonly list = make("ul");
  private readonly notes = make("div");
  private readonly sources: HTMLDetailsElement;

  constructor(
    private readonly map: L.Map,
    private readonly data: MapData,
    private readonly markers: MarkerLayer[],
    open: boolean,
  ) {
    const { words } = data;
    this.sources = make(
      "details",
      { class: "sources" },
      make("summary", {}, words.sources),
      make("p", {}, data.date),
      make("ul", {}, ...data.sources.map(({ status, text }) => make("li", {}, make("b", {}, status), ` ${text}`))),
      make("p", { class: "note online" }, words.offline_note),
    );
    this.element = make(
      "details",
      { class: "panel legend", open },
      make("summary", {}, words.legend),
      this.title,
      this.list,
      this.notes,
      this.sources,
    );
  }

  draw(shown: View): void {
    const { words, roads } = this.data;
    const { legend, labels, colours, missing, modelled, notes } = shown.data;
    const rows = labels.map((text, i) => row(swatch("", colours[i]), text));
    if (shown.lacks) rows.push(row(swatch("hatched"), missing));
    if (shown.hasCells) rows.push(row(swatch("empty"), words.empty));
    if (modelled) rows.push(row(swatch("model"), words.modelled_cells));
    for (const { data, group } of this.markers) {
      if (!this.map.hasLayer(group) || !data.places.length) continue;
      for (const [meaning, text] of data.legend) rows.push(row(swatch(`mark ${data.style} ${meaning}`.trim()), text));
    }
    if (roads) rows.push(row(swatch("line road"), words.roads));
    rows.push(row(swatch("line"), words.epci));
    this.title.textContent = legend;
    this.list.replaceChildren(...rows);
    this.notes.replaceChildren(...notes.map((text) => make("p", { class: "note" }, text)));
  }

  /** Unfold it; gives what folds it again. */
  open(): () => void {
    const before = this.element.open;
    this.element.open = true;
    return () => {
      this.element.open = before;
    };
  }
}
