/** The map as tables, for those who do not see it and those who want its figures. */

import { button, make, table } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import type { Cards } from "./cards.js";
import type { LayerData, MapData } from "./data.js";
import { titleOf, type MarkerLayer } from "./places.js";
import type { Choosing } from "./views.js";

function placesTable({ name, places }: LayerData, heading: string): HTMLElement {
  const terms = [...new Set(places.flatMap((place) => place.lines.map(([term]) => term)))];
  const rows = places.map((place) => {
    const lines = new Map(place.lines);
    return [titleOf(place), ...terms.map((term) => lines.get(term) ?? "")];
  });
  return table([heading, ...terms], rows, name);
}

/** Make the dialog; gives what opens it. */
export function tables(
  map: L.Map,
  data: MapData,
  choosing: Choosing,
  markers: MarkerLayer[],
  cards: Cards,
  show: (commune: number) => void,
): () => void {
  const { words, communes } = data;
  const content = make("div");
  const dialog = make("dialog", { class: "tables", "aria-label": words.table }, button(words.close, () => dialog.close()), content);
  document.body.append(dialog);

  const communesTable = (): HTMLElement => {
    const { legend, columns } = choosing.shown.data;
    const heads = [words.commune, words.epci_one, words.population, ...columns.map(([name]) => name)];
    const rows = communes.name.map((name, i) => {
      const go = (): void => {
        dialog.close();
        show(i);
      };
      const link = button(name, go, { class: "link", title: words.see });
      return [link, cards.epciOf(i), number(communes.people[i] ?? 0), ...columns.map(([, values]) => values[i] ?? "")];
    });
    return table(heads, rows, legend);
  };

  return () => {
    const shown = markers.filter(({ group, data: { places } }) => map.hasLayer(group) && places.length);
    content.replaceChildren(
      make("p", {}, choosing.shown.data.headline),
      ...shown.flatMap((layer) => [make("h2", {}, layer.data.name), placesTable(layer.data, words.name)]),
      make("h2", {}, words.communes_all),
      communesTable(),
      make("h2", {}, words.sources),
      make("p", {}, data.date),
      make("ul", {}, ...data.sources.map(({ status, text }) => make("li", {}, `${status} : ${text}`))),
    );
    dialog.showModal();
    dialog.scrollTop = 0;
  };
}
