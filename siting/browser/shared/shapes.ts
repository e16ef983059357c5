/** Shapes in pixels of the world at zoom 0: unpacked once, traced at any zoom. */

import { WORLD, worldX, worldY } from "./mercator.js";
import { unsigned, wholeNumbers } from "./packing.js";

const UNITS_A_DEGREE = 1e5;

/** Shapes as `siting/outputs/compact.py` packs them. */
export interface Packed {
  parts: string;
  points: string;
  steps: string;
}

type Box = [left: number, top: number, right: number, bottom: number];

export interface Shapes {
  count: number;
  /** x and y of each point, one after the other. */
  xy: Float64Array;
  /** First point of each part, and one past the last. */
  partFirst: number[];
  /** First part of each shape, and one past the last. */
  shapeFirst: number[];
  boxes: Box[];
  /** Whether a shape is as good as its box. */
  square: boolean[];
}

// typed arrays answer `undefined` beyond their end: never asked here
const at = (numbers: ArrayLike<number>, i: number): number => numbers[i] ?? 0;

export function unpack(packed: Packed): Shapes {
  const parts = wholeNumbers(packed.parts);
  const xy = pixels(wholeNumbers(packed.steps));
  const partFirst = running(wholeNumbers(packed.points));
  const shapeFirst = running(parts);
  const boxes: Box[] = [];
  const square: boolean[] = [];
  for (let s = 0; s < parts.length; s += 1) {
    const first = at(partFirst, at(shapeFirst, s));
    const box = boxOf(xy, first, at(partFirst, at(shapeFirst, s + 1)));
    boxes.push(box);
    const corners = at(partFirst, at(shapeFirst, s) + 1) - first;
    square.push(parts[s] === 1 && corners === 4 && fills(xy, first, box));
  }
  return { count: parts.length, xy, partFirst, shapeFirst, boxes, square };
}

function pixels(steps: number[]): Float64Array {
  const xy = new Float64Array(steps.length);
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += unsigned(at(steps, i));
    lat += unsigned(at(steps, i + 1));
    xy[i] = worldX(lon / UNITS_A_DEGREE);
    xy[i + 1] = worldY(lat / UNITS_A_DEGREE);
  }
  return xy;
}

function running(counts: number[]): number[] {
  const firsts = [0];
  for (const count of counts) firsts.push(at(firsts, firsts.length - 1) + count);
  return firsts;
}

function boxOf(xy: Float64Array, first: number, end: number): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = first; p < end; p += 1) {
    const [x, y] = [at(xy, 2 * p), at(xy, 2 * p + 1)];
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }
  return box;
}

/** Whether four corners fill nine tenths of their box. */
function fills(xy: Float64Array, first: number, [left, top, right, bottom]: Box): boolean {
  let twice = 0;
  for (let i = 0, j = 3; i < 4; j = i, i += 1) {
    const [p, q] = [2 * (first + i), 2 * (first + j)];
    twice += at(xy, q) * at(xy, p + 1) - at(xy, p) * at(xy, q + 1);
  }
  return Math.abs(twice) / 2 > 0.9 * (right - left) * (bottom - top);
}

function inside(shapes: Shapes, s: number, x: number, y: number): boolean {
  const [left, top, right, bottom] = shapes.boxes[s] ?? [0, 0, 0, 0];
  if (x < left || x > right || y < top || y > bottom) return false;
  const { xy } = shapes;
  let odd = false;
  for (let part = at(shapes.shapeFirst, s); part < at(shapes.shapeFirst, s + 1); part += 1) {
    const first = at(shapes.partFirst, part);
    const last = at(shapes.partFirst, part + 1) - 1;
    for (let i = first, j = last; i <= last; j = i, i += 1) {
      const [xi, yi, xj, yj] = [at(xy, 2 * i), at(xy, 2 * i + 1), at(xy, 2 * j), at(xy, 2 * j + 1)];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}

/** The shape in which a place is, -1 where there is none. */
export function hit(shapes: Shapes, place: L.LatLng): number {
  const [x, y] = [worldX(place.lng), worldY(place.lat)];
  for (let s = 0; s < shapes.count; s += 1) if (inside(shapes, s, x, y)) return s;
  return -1;
}

export function boundsOf(map: L.Map, shapes: Shapes, s: number): L.LatLngBounds {
  const [left, top, right, bottom] = shapes.boxes[s] ?? [0, 0, WORLD, WORLD];
  return L.latLngBounds(map.unproject([left, bottom], 0), map.unproject([right, top], 0));
}

interface Tracer {
  seen(s: number): boolean;
  trace(path: CanvasPath, s: number): void;
}

/** Tell what is in sight, and trace it at the map's zoom. */
export function tracer(map: L.Map, shapes: Shapes, bounds: L.Bounds, closed: boolean): Tracer {
  const scale = 2 ** map.getZoom();
  const origin = map.getPixelOrigin();
  const [min, max] = [bounds.getTopLeft(), bounds.getBottomRight()];
  const [left, right] = [(min.x + origin.x) / scale, (max.x + origin.x) / scale];
  const [top, bottom] = [(min.y + origin.y) / scale, (max.y + origin.y) / scale];
  const { xy, partFirst, shapeFirst, boxes, square } = shapes;
  const { x: ox, y: oy } = origin;
  const seen = (s: number): boolean => {
    const box = boxes[s];
    return box !== undefined && box[0] <= right && box[2] >= left && box[1] <= bottom && box[3] >= top;
  };
  const trace = (path: CanvasPath, s: number): void => {
    const box = boxes[s];
    if (square[s] && box && (box[2] - box[0]) * scale < 12) {
      // a square cell of a few pixels is as good as its box, and five times as fast
      const [x, y, far, low] = box;
      path.rect(x * scale - ox, y * scale - oy, (far - x) * scale, (low - y) * scale);
      return;
    }
    for (let part = at(shapeFirst, s); part < at(shapeFirst, s + 1); part += 1) {
      const first = at(partFirst, part);
      const end = at(partFirst, part + 1);
      for (let i = first; i < end; i += 1) {
        const [x, y] = [at(xy, 2 * i) * scale - ox, at(xy, 2 * i + 1) * scale - oy];
        if (i === first) path.moveTo(x, y);
        else path.lineTo(x, y);
      }
      if (closed) path.closePath();
    }
  };
  return { seen, trace };
}
