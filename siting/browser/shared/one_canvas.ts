/** What a map's layers paint, on one canvas: browsers print canvases as drawings, each wiping what is below it. */

import { make } from "./dom.js";

const DOTS = 4; // dots of the printed canvas in a pixel; Chromium rounds 1 / DOTS down to 64ths

/** A layer that can be painted elsewhere than on its own canvas. */
export interface OnPaper {
  /** Its place among the layers, from the lowest. */
  readonly order: number;
  /** Paint what lies within bounds, both in Leaflet's layer points. */
  paintOn(pen: CanvasRenderingContext2D, bounds: L.Bounds): void;
}

/** Lay the sheet's canvas under the map (the class `printing` hides the others); gives what removes it. */
export function onOneCanvas(map: L.Map): () => void {
  const sheet = oneCanvas(map);
  map.getContainer().append(sheet);
  return () => sheet.remove();
}

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
  const layers: OnPaper[] = [];
  map.eachLayer((layer) => {
    if ("paintOn" in layer) layers.push(layer as unknown as OnPaper);
  });
  for (const layer of layers.sort((a, b) => a.order - b.order)) layer.paintOn(pen, inSight);
  return canvas;
}
