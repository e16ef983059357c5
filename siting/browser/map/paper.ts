/** A map on paper: fitted to the sheet at a round scale, its title above, legend and sources beside or below. */

import { make } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { printable } from "../shared/printing.js";
import type { MapData } from "./data.js";
import type { Legend } from "./legend.js";
import { Painted } from "../shared/painting.js";

const PIXEL = 0.0254 / 96; // metres of paper in a pixel of CSS
const DOTS = 4; // dots of the printed canvas in a pixel; Chromium rounds 1 / DOTS down to 64ths
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
      const sheet = oneCanvas(map);
      map.getContainer().append(sheet);
      return () => sheet.remove();
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

/** What the layers paint, on one canvas: browsers print canvases as drawings, each wiping what is below it. */
function oneCanvas(map: L.Map): HTMLCanvasElement {
  const { x, y } = map.getSize();
  const canvas = make("canvas", { class: "sheet", width: x * DOTS, height: y * DOTS, "aria-hidden": "true" });
  canvas.style.width = `${x}px`;
  canvas.style.height = `${y}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(DOTS, DOTS);
  pen.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
  pen.fillRect(0, 0, x, y);
  const corner = map.containerPointToLayerPoint([0, 0]);
  pen.translate(-corner.x, -corner.y);
  const inSight = L.bounds(corner, corner.add([x, y]));
  const layers: Painted[] = [];
  map.eachLayer((layer) => {
    if (layer instanceof Painted) layers.push(layer);
  });
  for (const layer of layers.sort((a, b) => a.order - b.order)) layer.paintOn(pen, inSight);
  return canvas;
}
