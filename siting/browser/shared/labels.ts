/** Names of places beside their dots: main ones always, then the largest, where they meet no obstacle and no other
 * name. */

import { Painted, pane } from "./painting.js";

/** Pixels of a layer point. */
export type Box = [left: number, top: number, right: number, bottom: number];

/** Places with names; the largest come first, at most so many at a zoom. */
export interface NamedPlaces {
  name: string[];
  people: ArrayLike<number>;
  /** Latitude and longitude. */
  seat: [number, number][];
  /** Rows of those that are named wherever they are seen. */
  main?: number[];
  most: (zoom: number) => number;
  /** Of a kind of names that is not the first. */
  lettering?: { weight: number; larger: number; colour: string; centred: boolean };
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

/** Places of a name over its point. */
const centredAt = (x: number, y: number, width: number): [number, number][] =>
  [0, 14, -14, 28, -28].map((down) => [x - width / 2, y + down]);

const meet = (box: Box, other: Box): boolean =>
  box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];

/** Make the layer of names: group after group, none over a sign or another name. */
export function labels(map: L.Map, groups: NamedPlaces[], obstacles: () => Box[]): Painted {
  const font = getComputedStyle(document.body).fontFamily;
  const paint = (pen: CanvasRenderingContext2D, bounds: L.Bounds): void => {
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const [signs, names]: [Box[], Box[]] = [obstacles(), []];
    for (const group of groups) writeGroup(map, pen, bounds, font, group, signs, names);
  };
  return new Painted(paint, { pane: pane(map, "labels", 610), padding: 0.1 });
}

/** Write names, main ones and then the largest first; what they take is added to `names`. */
function writeGroup(
  map: L.Map,
  pen: CanvasRenderingContext2D,
  bounds: L.Bounds,
  font: string,
  { name, people, seat, most, main = [], lettering }: NamedPlaces,
  signs: Box[],
  names: Box[],
): void {
  const zoom = map.getZoom();
  const size = (zoom > 11 ? 13 : 12) + (lettering?.larger ?? 0);
  pen.font = `${lettering?.weight ?? 600} ${size}px ${font}`;
  // a name that the window would cut is not written
  const left = map.containerPointToLayerPoint([0, 0]).x;
  const right = left + map.getSize().x;
  const count = (i: number): number => people[i] ?? 0;
  const always = new Set(main);
  const order = (a: number, b: number): number =>
    Number(always.has(b)) - Number(always.has(a)) || count(b) - count(a) || a - b;
  let room = most(zoom);
  for (const i of name.map((_, k) => k).sort(order)) {
    if (room <= 0) break;
    const { x, y } = map.latLngToLayerPoint(seat[i] ?? [0, 0]);
    if (!bounds.contains([x, y])) continue;
    const text = name[i] ?? "";
    const width = pen.measureText(text).width;
    const places = (lettering?.centred ? centredAt : around)(x, y, width)
      .map(([start, middle]): Box => [start - 2, middle - size / 2 - 1, start + width + 2, middle + size / 2 + 1])
      .filter((box) => box[0] >= left && box[2] <= right && !names.some((other) => meet(box, other)));
    const free = places.find((box) => !signs.some((other) => meet(box, other)));
    const box = free ?? (always.has(i) ? leastHidden(places, signs) : undefined);
    if (!box) continue;
    names.push(box);
    room -= 1;
    const bare = !signs.some(([west, north, east, south]) => x > west && x < east && y > north && y < south);
    if (bare && !lettering?.centred) {
      names.push([x - 4, y - 4, x + 4, y + 4]);
      dot(pen, x, y);
    }
    pen.strokeStyle = "rgba(255,255,255,.92)";
    pen.lineWidth = 3.5;
    pen.strokeText(text, box[0] + 2, (box[1] + box[3]) / 2);
    pen.fillStyle = lettering?.colour ?? "#16202a";
    pen.fillText(text, box[0] + 2, (box[1] + box[3]) / 2);
  }
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
