/** What stands in the map's corners beside title and legend: zoom, home, layers, scale, north. */

import { make } from "../shared/dom.js";
import { asHtml, corner, homeButton } from "../shared/leaflet.js";
import type { Background } from "../shared/context.js";
import type { MapData, Words } from "./data.js";
import type { Layers } from "./layers.js";
import type { Painted } from "../shared/painting.js";
import type { MarkerLayer } from "./places.js";
import type { Choosing } from "./views.js";

const IGN =
  "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2" +
  "&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}";
const OSM = "https://{s}.tile.openstreetmap.fr/osmfr/{z}/{x}/{y}.png";

/** Basemaps by name; the first is none. */
function basemaps(words: Words): [string, L.Layer][] {
  return [
    [words.none, L.layerGroup()],
    [words.ign, L.tileLayer(IGN, { attribution: "© IGN Géoplateforme", maxZoom: 18 })],
    [words.osm, L.tileLayer(OSM, { attribution: asHtml(words.osm_credit), maxZoom: 19 })],
  ];
}

export function controls(
  map: L.Map,
  data: MapData,
  choosing: Choosing,
  layers: Layers,
  labels: Painted,
  around: Background[],
  markers: MarkerLayer[],
  home: () => void,
): void {
  const { words } = data;
  map.attributionControl.setPrefix(false);
  const zoom = L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out });
  homeButton(zoom.addTo(map), words.home, home);

  const chooser = L.control.layers({}, {}, { position: "topright", collapsed: true });
  const bases = basemaps(words);
  for (const [name, layer] of bases) chooser.addBaseLayer(layer, asHtml(name));
  const overlay = (layer: L.Layer | null, name: string): void => {
    if (layer) chooser.addOverlay(layer, asHtml(name));
  };
  const modelled = choosing.all[0]?.data.modelled ? ` (${words.modelled_mark})` : "";
  if (choosing.all.some((view) => view.hasCells)) overlay(layers.cells, words.cells + modelled);
  if (choosing.all.some((view) => view.data.communes)) overlay(layers.communes, words.communes);
  overlay(layers.epci, words.epci);
  overlay(layers.roads, words.roads);
  overlay(labels, words.labels);
  for (const { part, layer } of around) overlay(layer, words[`context_${part}`]);
  for (const { group, data: layer } of markers) overlay(group, layer.name);
  chooser.addTo(map);
  layersButton(chooser, words.layers);

  const [none] = bases;
  none?.[1].addTo(map);
  map.on("baselayerchange", ({ layer }: L.LayersControlEvent) => {
    const online = layer !== none?.[1]; // an online basemap shows through
    const opacity = (name: string, value: string): void => {
      const pane = map.getPane(name);
      if (pane) pane.style.opacity = value;
    };
    for (const name of ["land", "around"]) opacity(name, online ? "0" : "1");
    for (const name of ["cells", "communes"]) opacity(name, online ? "0.7" : "1");
  });
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const north = { class: "north", title: words.north, role: "img", "aria-label": words.north };
  corner(map, "bottomright", make("div", north, make("span", {}, "▲"), make("span", {}, "N")));
}

/** Name the button of the layers; Escape closes their list. */
function layersButton(chooser: L.Control.Layers, name: string): void {
  const link = chooser.getContainer()?.querySelector("a");
  link?.setAttribute("title", name);
  link?.setAttribute("aria-label", name);
  chooser.getContainer()?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    chooser.collapse();
    link?.focus();
  });
}
