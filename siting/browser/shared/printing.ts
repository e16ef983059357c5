/** A map on a sheet: the size of the paper, the same ground in sight, then as it was. */

export interface Printed {
  map: L.Map;
  /** Show the whole territory in the map's present size. */
  showWhole(): void;
  whole: L.LatLngBounds;
  /** What else the sheet needs; gives what takes it away again. */
  prepare(): () => void;
  /** What is to be done once the map has the sheet's size; gives what takes it away again. */
  fitted?(): () => void;
}

/** Fit the map to the sheet before printing (the class `printing` has its size) and back after. */
export function printable({ map, showWhole, whole, prepare, fitted }: Printed): void {
  let after: (() => void) | null = null;
  window.addEventListener("beforeprint", () => {
    if (after) return;
    const before = { centre: map.getCenter(), zoom: map.getZoom() };
    const inSight = map.getBounds();
    document.body.classList.add("printing");
    const restore = prepare();
    map.invalidateSize({ animate: false });
    if (inSight.contains(whole)) showWhole();
    else map.fitBounds(inSight, { animate: false });
    const clean = fitted?.();
    after = () => {
      document.body.classList.remove("printing");
      clean?.();
      restore();
      map.invalidateSize({ animate: false });
      map.setView(before.centre, before.zoom, { animate: false });
      after = null;
    };
  });
  window.addEventListener("afterprint", () => after?.());
}
