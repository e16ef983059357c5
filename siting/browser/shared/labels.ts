/** Names of communes beside their dots: main towns always, then the largest, where they meet no obstacle and no other
 * name. */

import { Painted, pane } from "./painting.js";

/** Pixels of a layer point. */
export type Box = [left: number, top: number, right: number, bottom: number];

/** Places with names; the largest come first. */
export interface NamedPlaces {
  name: string[];
  people: ArrayLike<number>;
  /** Latitude and longitude. */
  seat: [number, number][];
  /** Rows of those that are named wherever they are seen. */
  main?: number[];
}

/** Places of a name around its point: left edge and middle, the best first. */
function around(x: number, y: number, width: number): [number, number][] {
  const [after, before, centred] = [x + 9, x - 9 - width, x - width / 2];
  return [
    [after, y], [before, y], [centred, y - 16], [centred, y + 16],
    [after, y - 13], [after, y + 13], [before, y - 13], [before, y + 13],
    [centred, y - 27], [centred, y + 27], [after + 14, y], [before - 14, y],
  ];
}

const meet = (box: Box, other: Box): boolean =>
  box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];

/** Make the layer of names; `most` are written at a zoom, none over an obstacle. */
export function labels(
  map: L.Map,
  communes: NamedPlaces,
  obstacles: () => Box[],
  most: (zoom: number) => number,
): Painted {
  const people = (i: number): number => communes.people[i] ?? 0;
  const main = new Set(communes.main ?? []);
  const order = (a: number, b: number): number =>
    Number(main.has(b)) - Number(main.has(a)) || people(b) - people(a) || a - b;
  const ranked = communes.name.map((_, i) => i).sort(order);
  const font = getComputedStyle(document.body).fontFamily;

  const paint = (pen: CanvasRenderingContext2D, bounds: L.Bounds): void => {
    const zoom = map.getZoom();
    const size = zoom > 11 ? 13 : 12;
    pen.font = `600 ${size}px ${font}`;
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    // a name that the window would cut is not written
    const left = map.containerPointToLayerPoint([0, 0]).x;
    const right = left + map.getSize().x;
    const signs = obstacles();
    const names: Box[] = [];
    let room = most(zoom);
    for (const i of ranked) {
      if (room <= 0) break;
      const { x, y } = map.latLngToLayerPoint(communes.seat[i] ?? [0, 0]);
      if (!bounds.contains([x, y])) continue;
      const text = communes.name[i] ?? "";
      const width = pen.measureText(text).width;
      const places = around(x, y, width)
        .map(([start, middle]): Box => [start - 2, middle - size / 2 - 1, start + width + 2, middle + size / 2 + 1])
        .filter((box) => box[0] >= left && box[2] <= right && !names.some((other) => meet(box, other)));
      const free = places.find((box) => !signs.some((other) => meet(box, other)));
      const box = free ?? (main.has(i) ? leastHidden(places, signs) : undefined);
      if (!box) continue;
      names.push(box);
      room -= 1;
      if (!signs.some(([west, north, east, south]) => x > west && x < east && y > north && y < south)) {
        names.push([x - 4, y - 4, x + 4, y + 4]);
        dot(pen, x, y);
      }
      pen.strokeStyle = "rgba(255,255,255,.92)";
      pen.lineWidth = 3.5;
      pen.strokeText(text, box[0] + 2, (box[1] + box[3]) / 2);
      pen.fillStyle = "#16202a";
      pen.fillText(text, box[0] + 2, (box[1] + box[3]) / 2);
    }
  };
  return new Painted(paint, { pane: pane(map, "labels", 610), padding: 0.1 });
}

/** Where a name that must be written hides least of the signs. */
function leastHidden(places: Box[], signs: Box[]): Box | undefined {
  const hidden = (box: Box): number => signs.reduce((sum, other) => sum + shared(box, other), 0);
  return places.map((box) => ({ box, price: hidden(box) })).sort((a, b) => a.price - b.price)[0]?.box;
}

/** Square pixels that two boxes share. */
const shared = (box: Box, other: Box): number =>
  Math.max(0, Math.min(box[2], other[2]) - Math.max(box[0], other[0])) *
  Math.max(0, Math.min(box[3], other[3]) - Math.max(box[1], other[1]));

/** The dot of a named place. */
function dot(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.beginPath();
  pen.arc(x, y, 2.4, 0, 2 * Math.PI);
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.fillStyle = "#16202a";
  pen.fill();
}
