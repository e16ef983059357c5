/** What both pages ask of Leaflet: texts that stay texts, pop-ups that keyboards reach, home. */

import { button, make } from "./dom.js";

/** A text for where Leaflet takes HTML: names of layers, credits. */
export function asHtml(text: string): string {
  return make("span", {}, text).innerHTML;
}

/** A marker of a class of ours, with a short text in it. */
export const textIcon = (className: string, size: number, text: string): L.DivIcon =>
  L.divIcon({ className, html: make("span", {}, text), iconSize: [size, size] });

/** Put something of ours in a corner of the map; what is done on it is not done on the map. */
export function corner(map: L.Map, position: L.ControlPosition, element: HTMLElement): void {
  const control = new L.Control({ position });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    return element;
  };
  control.addTo(map);
}

/** A button under those of the zoom that shows the whole territory again. */
export function homeButton(zoom: L.Control.Zoom, label: string, home: () => void): void {
  const pressed = button("\u2302", home, { class: "home", title: label, "aria-label": label });
  L.DomEvent.disableClickPropagation(pressed);
  zoom.getContainer()?.append(pressed);
}

/** Keep the map near its territory: neither the whole world nor a street. */
export function limit(map: L.Map, whole: L.LatLngBounds): void {
  map.setMinZoom(Math.floor(map.getBoundsZoom(whole)) - 1);
  map.setMaxZoom(17);
  map.setMaxBounds(whole.pad(1));
}

/** Let the keyboard come to the controls before the many markers, which come first in Leaflet. */
export function controlsFirst(map: L.Map): void {
  const controls = map.getContainer().querySelector(".leaflet-control-container");
  if (controls) map.getContainer().prepend(controls);
}

/** A pop-up says its close button, takes the keyboard that opened it and gives it back; it closes with Escape. */
export function readablePopups(map: L.Map, close: string): void {
  let opener: Element | null = null;
  let watched: ResizeObserver | null = null;
  map.on("popupopen", ({ popup }: L.PopupEvent) => {
    const source = (popup as unknown as { _source?: L.Marker })._source;
    opener = source?.getElement?.() ?? document.activeElement;
    const element = popup.getElement();
    const cross = element?.querySelector<HTMLElement>(".leaflet-popup-close-button");
    cross?.setAttribute("aria-label", close);
    cross?.setAttribute("title", close);
    if (opener && opener !== document.body && opener.matches(":focus-visible")) cross?.focus();
    map.getContainer().classList.add("reading");
    watched = grown(map, popup);
  });
  map.on("popupclose", () => {
    watched?.disconnect();
    map.getContainer().classList.remove("reading");
    if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) {
      opener.focus({ preventScroll: true });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) map.closePopup();
  });
}

/** Bring a pop-up back into sight when what it says grows. */
function grown(map: L.Map, popup: L.Popup): ResizeObserver | null {
  const content = popup.getElement()?.querySelector(".leaflet-popup-content > *");
  if (!content) return null;
  let height = content.clientHeight;
  const watched = new ResizeObserver(() => {
    if (content.clientHeight <= height || !map.hasLayer(popup)) return;
    height = content.clientHeight;
    // what `update` does without taking the content, and the keyboard's place, away
    const inner = popup as unknown as Record<"_updateLayout" | "_updatePosition" | "_adjustPan", () => void>;
    inner._updateLayout();
    inner._updatePosition();
    inner._adjustPan();
  });
  watched.observe(content);
  return watched;
}
