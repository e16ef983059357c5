/** Markers that lie on each other, drawn side by side, each with a line to its place. */

export interface Spreadable {
  marker: L.Marker;
  size: number;
}

const TOUCHING = 0.8; // of the sum of both radii under which two markers hide each other
const TURNS = 12; // directions that are tried
const RINGS = [12, 18, 24, 30, 38, 46, 56]; // pixels from the place

const moves = new WeakMap<L.Marker, L.Point>();

/** Pixels by which a marker is drawn beside its place. */
export const moveOf = (marker: L.Marker): L.Point => moves.get(marker) ?? L.point(0, 0);

/** Where a marker is seen. */
export const seenAt = (map: L.Map, marker: L.Marker): L.LatLng =>
  map.layerPointToLatLng(map.latLngToLayerPoint(marker.getLatLng()).add(moveOf(marker)));

/** Draw markers side by side; the first keep their places. */
export function spread(map: L.Map, markers: Spreadable[]): void {
  const placed: { at: L.Point; size: number }[] = [];
  const free = (at: L.Point, size: number): boolean =>
    placed.every((other) => other.at.distanceTo(at) >= TOUCHING * ((other.size + size) / 2));
  for (const { marker, size } of markers) {
    const at = map.latLngToLayerPoint(marker.getLatLng());
    const move = freeMove(at, size, free);
    placed.push({ at: at.add(move), size });
    put(marker, size, move);
  }
}

/** The least move to where a marker touches none; none where all around is taken. */
function freeMove(at: L.Point, size: number, free: (at: L.Point, size: number) => boolean): L.Point {
  const stays = L.point(0, 0);
  if (free(at, size)) return stays;
  for (const reach of RINGS) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const angle = (2 * Math.PI * turn) / TURNS;
      const move = L.point(Math.round(reach * Math.cos(angle)), Math.round(reach * Math.sin(angle)));
      if (free(at.add(move), size)) return move;
    }
  }
  return stays;
}

function put(marker: L.Marker, size: number, move: L.Point): void {
  moves.set(marker, move);
  const element = marker.getElement();
  if (!element) return;
  element.style.marginLeft = `${move.x - size / 2}px`;
  element.style.marginTop = `${move.y - size / 2}px`;
  const reach = Math.hypot(move.x, move.y);
  element.classList.toggle("spread", reach > 0);
  element.style.setProperty("--edge", `${size / 2}px`);
  element.style.setProperty("--reach", `${Math.max(0, reach - size / 2)}px`);
  element.style.setProperty("--turn", `${Math.atan2(-move.y, -move.x)}rad`);
}
