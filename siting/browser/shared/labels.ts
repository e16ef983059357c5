/** Names of communes, the largest first, where they meet no obstacle and no other name. */

import { Painted, pane } from "./painting.js";

/** Pixels of a layer point. */
export type Box = [left: number, top: number, right: number, bottom: number];

/** Places with names; the largest come first. */
export interface NamedPlaces {
  name: string[];
  people: ArrayLike<number>;
  /** Latitude and longitude. */
  seat: [number, number][];
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
  const bySize = communes.name.map((_, i) => i).sort((a, b) => people(b) - people(a) || a - b);
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
    const taken = obstacles();
    let room = most(zoom);
    for (const i of bySize) {
      if (room <= 0) break;
      const point = map.latLngToLayerPoint(communes.seat[i] ?? [0, 0]);
      if (!bounds.contains(point)) continue;
      const text = communes.name[i] ?? "";
      const width = pen.measureText(text).width;
      for (const [x, y] of around(point.x, point.y, width)) {
        const box: Box = [x - 2, y - size / 2 - 1, x + width + 2, y + size / 2 + 1];
        if (box[0] < left || box[2] > right || taken.some((other) => meet(box, other))) continue;
        taken.push(box);
        room -= 1;
        pen.strokeStyle = "rgba(255,255,255,.92)";
        pen.lineWidth = 3.5;
        pen.strokeText(text, x, y);
        pen.fillStyle = "#16202a";
        pen.fillText(text, x, y);
        break;
      }
    }
  };
  return new Painted(paint, { pane: pane(map, "labels", 590), padding: 0.1 });
}
