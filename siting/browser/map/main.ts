/** A map in one file: `draw` takes Leaflet's map and what `siting/outputs/web_map.py` wrote. */

import { background } from "../shared/context.js";
import { make } from "../shared/dom.js";
import { labels } from "../shared/labels.js";
import { controlsFirst, corner, limit, readablePopups } from "../shared/leaflet.js";
import { speak } from "../shared/numbers.js";
import { boundsOf, hit } from "../shared/shapes.js";
import { Cards } from "./cards.js";
import { controls } from "./controls.js";
import { curtain } from "./curtain.js";
import type { MapData } from "./data.js";
import { tellHeight } from "./framed.js";
import { chooser, heading, search } from "./heading.js";
import { ground, Layers } from "./layers.js";
import { Legend } from "./legend.js";
import { onPaper } from "./paper.js";
import { boxesOf, markerLayers } from "./places.js";
import { tables } from "./tables.js";
import { Choosing } from "./views.js";

const PHONE = 640; // pixels of width up to which panels are narrow
const LOW = 560; // pixels of height up to which the legend is folded
const NAMES = { wide: 16, phone: 9 }; // written at first sight

const wide = (): boolean => window.innerWidth > PHONE;

/** Draw the page on a map of Leaflet. */
export function draw(map: L.Map, data: MapData): void {
  speak(data.language, data.tag);
  const { words } = data;
  const shapes = ground(data);
  const choosing = new Choosing(data);
  const layers = new Layers(map, shapes, choosing, data.noData);
  const cards = new Cards(data, shapes, choosing);
  const markers = markerLayers(data.points, (place) => cards.place(place), () => popupRoom(map));
  const around = background(map, data.context);
  let startZoom = 0;
  const most = (zoom: number): number =>
    Math.round((wide() ? NAMES.wide : NAMES.phone) * 2.4 ** Math.max(0, zoom - startZoom));
  const names = labels(map, [{ ...data.communes, most }], () => boxesOf(map, markers));
  const legend = new Legend(map, data, markers, wide() && window.innerHeight > LOW);
  const home = homeOf(map, data.bounds);

  const show = (commune: number): void => {
    map.fitBounds(boundsOf(map, shapes.communes, commune), { maxZoom: 12, animate: false });
    map.openPopup(cards.commune(commune), data.communes.seat[commune] ?? [0, 0], popupRoom(map));
  };
  readablePopups(map, words.close);
  map.on("click", ({ latlng }: L.LeafletMouseEvent) => {
    const { cells } = shapes;
    const onCells = cells && layers.cells && map.hasLayer(layers.cells) && choosing.shown.hasCells;
    const cell = onCells ? hit(cells.shapes, latlng) : -1;
    const commune = cell < 0 ? hit(shapes.communes, latlng) : -1;
    if (cell >= 0) map.openPopup(cards.cell(cell), latlng, popupRoom(map));
    else if (commune >= 0) map.openPopup(cards.commune(commune), latlng, popupRoom(map));
  });

  const headline = make("p", { class: "finding", role: "status" });
  const choices = data.choices.flatMap(({ name, options }, k) => {
    if (options.length < 2) return [];
    const change = (option: number): void =>
      choosing.choose(() => {
        choosing.chosen[k] = option;
      });
    return [chooser(name, options, choosing.chosen[k] ?? 0, change)];
  });
  if (data.compare && data.views.length > 1) {
    choices.push(curtain(map, data, choosing, () => layers.repaint()));
  }
  const openTable = tables(map, data, choosing, markers, cards, show);
  controls(map, data, choosing, layers, names, around, markers, home);
  corner(map, "topleft", heading(data, headline, choices, search(data, show), openTable));
  corner(map, "bottomleft", legend.element);
  controlsFirst(map);
  skipLink(words.skip, openTable);

  const renew = (): void => {
    const { shown } = choosing;
    headline.textContent = shown.data.headline;
    markers.forEach(({ group }, i) => {
      if (!shown.data.points) return;
      if (shown.data.points.includes(i)) group.addTo(map);
      else group.remove();
    });
    map.closePopup();
    layers.follow(shown);
    legend.draw(shown);
    layers.repaint();
    names.repaint();
  };
  choosing.listen(renew);

  map.getContainer().setAttribute("role", "main");
  map.options.zoomSnap = 0.25;
  home();
  startZoom = map.getZoom();
  limit(map, L.latLngBounds(corners(data.bounds)));
  for (const { group, data: layer } of markers) if (layer.shown) group.addTo(map);
  for (const layer of [layers.land, layers.lines, layers.epci, layers.roads]) layer?.addTo(map);
  for (const { layer } of around) layer.addTo(map);
  renew();
  names.addTo(map);
  map.on("overlayadd overlayremove", () => {
    legend.draw(choosing.shown);
    names.repaint();
  });
  let moved = false;
  map.on("dragstart zoomstart", () => {
    moved = true;
  });
  map.on("resize", () => {
    if (!moved && !printing()) home();
  });
  onPaper(map, data, legend, L.latLngBounds(corners(data.bounds)));
  tellHeight(PHONE);
  document.documentElement.dataset["ready"] = "true";
}

const printing = (): boolean => document.body.classList.contains("printing");

const corners = ([west, south, east, north]: MapData["bounds"]): [number, number][] => [
  [south, west],
  [north, east],
];

/** Show the whole territory beside the panels. */
function homeOf(map: L.Map, bounds: MapData["bounds"]): () => void {
  return () => {
    const { x, y } = map.getSize();
    const beside = x > PHONE
      ? { paddingTopLeft: [Math.min(372, x * 0.29), 16], paddingBottomRight: [56, 16] }
      : { paddingTopLeft: [6, Math.min(250, y / 3)], paddingBottomRight: [6, 56] };
    map.fitBounds(corners(bounds), { animate: false, ...(beside as L.FitBoundsOptions) });
  };
}

/** Room for a pop-up: beside the panels, and never larger than what is in sight. */
function popupRoom(map: L.Map): L.PopupOptions {
  const { x, y } = map.getSize();
  const top = wide() ? 12 : 84;
  return {
    autoPanPaddingTopLeft: wide() ? [370, top] : [8, top],
    autoPanPaddingBottomRight: wide() ? [60, 30] : [8, 30],
    maxWidth: Math.min(460, x - 60),
    minWidth: Math.min(220, x - 60),
    maxHeight: Math.max(120, y - top - 90),
  };
}

/** The first stop of a keyboard: the same map as a table. */
function skipLink(text: string, openTable: () => void): void {
  const link = make("a", { class: "skip", href: "#table" }, text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    openTable();
  });
  document.body.prepend(link);
}
