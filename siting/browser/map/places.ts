/** The places of a map: markers that a keyboard reaches, one group a layer. */

import type { Box } from "../shared/labels.js";
import { textIcon } from "../shared/leaflet.js";
import type { LayerData, PlaceData } from "./data.js";

const SIZES = { facility: 13, candidate: 22, plan: 24 };
/** Signs that are smaller than those of their layer: what opens little, or does not count. */
const SMALL = ["few_hours", "uncounted"];
const SMALL_SIZE = 9;

export interface MarkerLayer {
  data: LayerData;
  group: L.LayerGroup;
  marks: L.Marker[];
  /** Pixels from a marker's middle to its edge. */
  radius: number;
}

/** A place's name, after its rank if it has one. */
export const titleOf = ({ mark, name }: PlaceData): string => (mark ? `${mark}. ${name}` : name);

export function markerLayers(
  layers: LayerData[],
  card: (place: PlaceData) => HTMLElement,
  options: () => L.PopupOptions,
): MarkerLayer[] {
  return layers.map((data, order) => {
    const size = SIZES[data.style];
    const marks = data.places.map((place, i) => {
      const title = titleOf(place);
      const icon = textIcon(`mark ${data.style} ${place.meaning}`.trim(), SMALL.includes(place.meaning) ? SMALL_SIZE : size, place.mark);
      const mark = L.marker(place.at, { title, alt: title, zIndexOffset: 1000 * order - i, icon });
      mark.on("add", () => {
        // for those who do not see it
        mark.getElement()?.setAttribute("aria-label", title);
        mark.getElement()?.setAttribute("role", "button");
      });
      return mark.bindPopup(() => card(place), options());
    });
    return { data, group: L.layerGroup(marks), marks, radius: size / 2 };
  });
}

/** Pixels that the markers take which are shown. */
export function boxesOf(map: L.Map, markers: MarkerLayer[]): Box[] {
  const taken: Box[] = [];
  for (const { group, radius, marks } of markers) {
    if (!map.hasLayer(group)) continue;
    for (const mark of marks) {
      const { x, y } = map.latLngToLayerPoint(mark.getLatLng());
      taken.push([x - radius, y - radius, x + radius, y + radius]);
    }
  }
  return taken;
}
