/** What the map says: surroundings, EPCI outlines and names, names of communes, and what is under the hand. */

import { background } from "../shared/context.js";
import type { ContextData } from "../shared/context_data.js";
import { labels, type Box, type NamedPlaces } from "../shared/labels.js";
import { number } from "../shared/numbers.js";
import { Painted, pane, strokeAll } from "../shared/painting.js";
import { unpack, type Packed } from "../shared/shapes.js";
import type { SurroundingsReply } from "./api_types.js";
import { UNREACHED, type Answer, type Layers } from "./model.js";
import type { Surface } from "./surface.js";
import { t } from "./words.js";

const NAMES = { wide: 14, narrow: 7 }; // communes named at first sight
const NARROW = 600; // pixels of map
const MORE = 2.4; // times as many at each zoom
const EPCI_FROM = 0.5; // zooms after the first sight from which EPCI are named
const EPCI_COLOUR = "#3a3a3a";
const LEGAL_FORM = /^(?:CC|CA|CU|Métropole)\s+(?:d[eu]\s+|des\s+|d['’]|l['’])?/i;

/** Draw what lies around and over the communes; gives what repaints the names. */
export function drawNames(
  map: L.Map,
  surface: Surface,
  layers: Layers,
  around: SurroundingsReply,
  obstacles: () => Box[],
): () => void {
  for (const { layer } of background(map, around.context as ContextData | null)) layer.addTo(map);
  const outlines = unpack(around.epci.shape as unknown as Packed);
  new Painted(
    (pen, bounds) => {
      strokeAll(map, pen, bounds, outlines, { colour: "#ffffff", width: 3 });
      strokeAll(map, pen, bounds, outlines, { colour: EPCI_COLOUR, width: 1.3 });
    },
    { pane: pane(map, "epci", 372), padding: 0.3 },
  ).addTo(map);
  const start = map.getZoom();
  const people = peopleOf(surface, layers.communes.length);
  const most = (zoom: number): number => {
    const first = map.getSize().x > NARROW ? NAMES.wide : NAMES.narrow;
    return Math.round(first * MORE ** Math.max(0, zoom - start));
  };
  const epci: NamedPlaces = {
    name: around.epci.name.map((name) => name.replace(LEGAL_FORM, "").toUpperCase()),
    people: around.epci.name.map((_, row) => sumOver(people, around.epci_of, row)),
    seat: around.epci.at,
    most: (zoom) => (zoom < start + EPCI_FROM ? 0 : Infinity),
    lettering: { weight: 700, larger: -1, colour: "#4a3a6b", centred: true },
  };
  const communes: NamedPlaces = {
    name: layers.communes.map(({ name }) => name),
    people,
    seat: layers.communes.map(({ at }): [number, number] => [at[1], at[0]]),
    most,
  };
  const names = labels(map, [epci, communes], obstacles);
  names.addTo(map);
  return () => names.repaint();
}

function peopleOf(surface: Surface, communes: number): number[] {
  const people = new Array<number>(communes).fill(0);
  for (let cell = 0; cell < surface.count; cell += 1) {
    const commune = surface.commune[cell] ?? -1;
    if (commune >= 0) people[commune] = (people[commune] ?? 0) + (surface.people[cell] ?? 0);
  }
  return people;
}

const sumOver = (people: number[], owners: number[], owner: number): number =>
  people.reduce((sum, count, i) => (owners[i] === owner ? sum + count : sum), 0);

/** Follow the mouse with what the cell under it is. */
export function follow(
  map: L.Map,
  surface: Surface,
  layers: Layers,
  epciOf: (commune: number) => string,
  answer: () => Answer,
): void {
  const told = L.tooltip({ className: "hover", direction: "top", offset: [0, -12], interactive: false });
  const away = (): void => void told.remove();
  map.on("mousemove", ({ latlng, originalEvent }: L.LeafletMouseEvent) => {
    const bare = !(originalEvent.target as Element).closest(".leaflet-marker-icon, .leaflet-popup, .leaflet-control");
    const cell = bare && originalEvent.buttons === 0 ? surface.at(latlng) : -1;
    if (cell < 0) {
      away();
      return;
    }
    told.setLatLng(latlng).setContent(cellCard(surface, layers, epciOf, answer(), cell));
    if (!map.hasLayer(told)) told.addTo(map);
  });
  map.on("mouseout movestart zoomstart popupopen", away);
}

function cellCard(
  surface: Surface,
  layers: Layers,
  epciOf: (commune: number) => string,
  answer: Answer,
  cell: number,
): HTMLElement {
  const commune = surface.commune[cell] ?? -1;
  const minutes = answer.minutes[cell] ?? UNREACHED;
  const nearest = answer.facilities[answer.facility[cell] ?? -1]?.name ?? "";
  const people = number(surface.people[cell] ?? 0);
  const line = (text: string, kind = "p"): HTMLElement => {
    const element = document.createElement(kind);
    element.textContent = text;
    return element;
  };
  const card = document.createElement("div");
  card.append(line(layers.communes[commune]?.name ?? "", "strong"));
  const epci = epciOf(commune);
  if (epci) card.append(line(epci));
  card.append(
    line(
      minutes === UNREACHED
        ? t("no_way")
        : t("hover_minutes", { minutes: number(minutes / 100, 1), name: nearest }),
    ),
    line(t("hover_people", { people })),
  );
  return card;
}
