/** A map on paper: fitted to the sheet at a round scale, its title above, legend and sources beside or below. */

import { make } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { printable } from "../shared/printing.js";
import type { MapData } from "./data.js";
import type { Legend } from "./legend.js";
import { onOneCanvas } from "../shared/one_canvas.js";

const PIXEL = 0.0254 / 96; // metres of paper in a pixel of CSS
const ROUND = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10]; // of scales, times a power of ten

export function onPaper(map: L.Map, data: MapData, legend: Legend, whole: L.LatLngBounds): void {
  printable({
    map,
    whole,
    showWhole: () => map.fitBounds(whole, { animate: false, padding: [2, 2] }),
    prepare: () => {
      map.closePopup();
      const unfold = legend.open();
      const moved = besideMap(map);
      const day = make("p", { class: "day" }, data.date);
      document.querySelector(".heading")?.append(day);
      const sources = data.sources.map(({ status, text }) => `${text.replace(/\.$/, "")} (${status})`);
      const credits = make("p", { class: "credits" }, `${data.words.sources} : ${sources.join(" ; ")}.`);
      document.body.append(credits);
      return () => {
        for (const element of [day, credits]) element.remove();
        unfold();
        moved();
      };
    },
    fitted: () => {
      const scale = make("span", { class: "scale" }, roundScale(map, data.words.scale));
      document.querySelector(".day")?.append(" ", scale);
      return onOneCanvas(map);
    },
  });
}

/** Title before the map, legend after it; gives what puts them back. */
function besideMap(map: L.Map): () => void {
  const panels = map.getContainer().querySelectorAll<HTMLElement>(".heading, .legend");
  const homes = [...panels].map((panel) => ({ panel, parent: panel.parentElement }));
  for (const panel of panels) {
    if (panel.classList.contains("heading")) map.getContainer().before(panel);
    else map.getContainer().after(panel);
  }
  return () => {
    for (const { panel, parent } of homes) parent?.prepend(panel);
  };
}

/** Bring the map to the next smaller round scale; gives its words. */
function roundScale(map: L.Map, words: string): string {
  const middle = map.getSize().divideBy(2);
  const across = map.distance(
    map.containerPointToLatLng(middle.subtract([50, 0])),
    map.containerPointToLatLng(middle.add([50, 0])),
  );
  const denominator = across / 100 / PIXEL;
  const power = 10 ** Math.floor(Math.log10(denominator));
  const rounded = power * (ROUND.find((step) => step * power >= denominator * 0.999) ?? 10);
  const snap = map.options.zoomSnap;
  map.options.zoomSnap = 0;
  map.setZoom(map.getZoom() - Math.log2(rounded / denominator), { animate: false });
  map.options.zoomSnap = snap;
  return words.replace("{number}", number(rounded));
}
