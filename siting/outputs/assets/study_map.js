// The study's map. `map` (Leaflet) and `data` come from the page. Every text is set as text, never as
// HTML, so that names may hold any character.
"use strict";
const words = data.words;
const french = data.language === "fr";
const number = (value, digits = 0) =>
  value.toLocaleString(french ? "fr-FR" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[-'’]/g, " ").toLowerCase();

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for" || key === "scope") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

// ---- geometry: rings of whole numbers, see siting/outputs/compact.py ----
function rings(shape) {
  return shape.map((steps) => {
    const ring = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      ring.push([y / 1e5, x / 1e5]);
    }
    return ring;
  });
}

// ---- classes ----
const classOf = (minutes) => {
  if (minutes === null) return -1;
  const found = data.classes.findIndex((limit) => minutes <= limit);
  return found < 0 ? data.classes.length : found;
};
const classNames = data.classes.map((limit, i) => (i === 0 ? `≤ ${limit}` : `${data.classes[i - 1]} – ${limit}`));
classNames.push(words.beyond.replace("{}", data.classes[data.classes.length - 1]));

// Hatching on canvas: a pattern instead of a plain colour.
const hatch = (() => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = data.noData;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(-2, 10); pen.lineTo(10, -2);
  pen.moveTo(-2, 2); pen.lineTo(2, -2);
  pen.moveTo(6, 10); pen.lineTo(10, 6);
  pen.stroke();
  return tile;
})();
const fillStroke = L.Canvas.prototype._fillStroke;
L.Canvas.include({
  _fillStroke(context, layer) {
    if (layer.options.hatched) layer.options.fillColor = context.createPattern(hatch, "repeat");
    fillStroke.call(this, context, layer);
  },
});
const fill = (minutes) => {
  const found = classOf(minutes);
  return found < 0 ? { hatched: true, fillOpacity: 1 } : { fillColor: data.palette[found] };
};

// ---- layers ----
map.createPane("cells").style.zIndex = 350;
map.createPane("communes").style.zIndex = 340;
map.createPane("lines").style.zIndex = 380;
map.getPane("lines").style.pointerEvents = "none";
const canvas = (pane) => L.canvas({ pane, padding: 0.3 });

function rows(pairs) {
  const list = make("dl");
  for (const [term, value] of pairs) list.append(make("dt", { textContent: term }), make("dd", { textContent: value }));
  return list;
}
const timeText = (minutes, reason) =>
  minutes === null ? words["reason_" + reason] || words.no_data : `${number(minutes, 1)} ${words.minutes}`;

// A popup pans the map until it stands clear of the title.
const clear = () => ({ autoPanPaddingTopLeft: window.innerWidth > 640 ? [360, 12] : [8, 150], autoPanPaddingBottomRight: [60, 12] });

const share = words.share.replace("{}", data.threshold);
function communeCard(i) {
  const { name, epci, people, minutes } = data.communes;
  const within = data.communes.share[i];
  return make("div", { className: "card" }, make("h3", { textContent: name[i] }), make("p", { textContent: epci[i] }),
    rows([
      [words.population, number(people[i])],
      [words.mean, timeText(minutes[i])],
      [share, within === null ? words.unknown : `${number(within * 100, 1)} %`],
    ]));
}
function cellCard(i) {
  const { commune, people, minutes, facility, reason } = data.cells;
  const near = facility[i] < 0 ? words.unknown : data.facilities[facility[i]].name;
  const card = make("div", { className: "card" },
    make("h3", { textContent: data.communes.name[commune[i]] }),
    rows([
      [words.population, number(people[i])],
      [words.access, timeText(minutes[i], reason[i])],
      [words.facility, near],
    ]));
  if (data.cellsModelled) card.append(make("p", { className: "note", textContent: words.modelled }));
  return card;
}

const communeRenderer = canvas("communes");
const communes = L.featureGroup(data.communes.shape.map((shape, i) =>
  L.polygon(rings(shape), {
    pane: "communes", renderer: communeRenderer, weight: 0.6, color: "#555", fillOpacity: 0.85,
    ...fill(data.communes.minutes[i]),
  }).bindPopup(() => communeCard(i), clear())));
const cellRenderer = canvas("cells");
const cells = L.featureGroup(data.cells.shape.map((shape, i) =>
  L.polygon(rings(shape), {
    pane: "cells", renderer: cellRenderer, weight: 0.4, color: "#ffffff", opacity: 0.5, fillOpacity: 0.95,
    smoothFactor: 0, ...fill(data.cells.minutes[i]),
  }).bindPopup(() => cellCard(i), clear())));
const lineRenderer = canvas("lines");
const outline = (shapes, options) => shapes.map((shape) =>
  L.polygon(rings(shape), { pane: "lines", renderer: lineRenderer, fill: false, interactive: false, ...options }));
const communeLines = L.layerGroup(outline(data.communes.shape, { weight: 0.5, color: "#6b6b6b", opacity: 0.7 }));
const epci = L.layerGroup(outline(data.epci.shape, { weight: 1.4, color: "#333", opacity: 0.9 }));

const facilities = L.layerGroup(data.facilities.map((one) =>
  L.marker(one.at, {
    title: one.name, alt: one.name,
    icon: L.divIcon({ className: "facility", iconSize: [12, 12] }),
  }).bindPopup(() => make("div", { className: "card" }, make("h3", { textContent: one.name }),
    make("p", { textContent: one.kind })), clear())));

function scoreCard(one) {
  const header = make("tr", {}, ...[words.criterion, words.value, words.weight, words.points].map((text) =>
    make("th", { textContent: text, scope: "col" })));
  const body = one.opened.map((line) => make("tr", {}, make("th", { textContent: line.name, scope: "row" }),
    ...[line.value, line.weight, line.points].map((text) => make("td", { textContent: text }))));
  return make("div", { className: "card score" }, make("h3", { textContent: `${one.rank}. ${one.name}` }),
    make("p", { textContent: `${words.score} : ${one.score} / 100` }),
    make("table", {}, make("thead", {}, header), make("tbody", {}, ...body)));
}
const candidates = L.layerGroup(data.candidates.map((one) =>
  L.marker(one.at, {
    title: `${one.rank}. ${one.name}`, alt: `${one.rank}. ${one.name}`, zIndexOffset: 1000 - one.rank,
    icon: L.divIcon({ className: "candidate", iconSize: [22, 22], html: String(one.rank) }),
  }).bindPopup(() => scoreCard(one), { ...clear(), maxWidth: Math.min(420, window.innerWidth - 60) })));

const labels = L.layerGroup(data.labels.map((i) =>
  L.marker(data.seats[i], {
    interactive: false, keyboard: false,
    icon: L.divIcon({ className: "label", iconSize: null, html: make("span", { textContent: data.communes.name[i] }) }),
  })));

// Labels that would cover an earlier (larger) town or a candidate, or leave the map, are hidden.
function placeLabels() {
  const frame = map.getContainer().getBoundingClientRect();
  // a label may touch the edge of its own town's marker
  const taken = [...document.querySelectorAll(".candidate")].map((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return { left: left + 7, right: right - 7, top: top + 7, bottom: bottom - 7 };
  });
  labels.eachLayer((one) => {
    const element = one.getElement();
    if (!element) return;
    element.style.visibility = "visible";
    const box = element.firstChild.getBoundingClientRect();
    const clash = box.right > frame.right || taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
    if (clash) element.style.visibility = "hidden";
    else taken.push(box);
  });
}

const bases = {
  [words.none]: L.layerGroup(),
  [words.ign]: L.tileLayer(
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2" +
    "&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
    { attribution: "© IGN Géoplateforme", maxZoom: 18 }),
  [words.osm]: L.tileLayer("https://{s}.tile.openstreetmap.fr/osmfr/{z}/{x}/{y}.png",
    { attribution: "© les contributeurs d’OpenStreetMap", maxZoom: 19 }),
};
const cellsName = data.cellsModelled ? `${words.cells} (${words.modelled_mark})` : words.cells;
const overlays = {
  [words.communes]: communes, [cellsName]: cells, [words.epci]: epci,
  [data.service]: facilities, [words.candidates]: candidates,
};
for (const layer of [bases[words.none], cells, communeLines, epci, facilities, candidates, labels]) layer.addTo(map);
map.attributionControl.setPrefix(false);
L.control.zoom({ position: "topright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
const layerControl = L.control.layers(bases, overlays, { position: "topright", collapsed: true }).addTo(map);
layerControl.getContainer().querySelector("a").title = words.layers;
layerControl.getContainer().querySelector("a").setAttribute("aria-label", words.layers);
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

function panel(position, element) {
  const control = L.control({ position });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    return element;
  };
  control.addTo(map);
}

// ---- title and search ----
const list = make("datalist", { id: "names" }, ...data.communes.name.map((value) => make("option", { value })));
const field = make("input", { type: "search", placeholder: words.search, "aria-label": words.search_label });
field.setAttribute("list", "names");
const said = make("span", { className: "said", role: "status" });
const search = make("form", { className: "search", role: "search" }, field, list, said);
search.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("change", () => {
  const wanted = fold(field.value.trim());
  if (!wanted) return;
  const names = data.communes.name.map(fold);
  let found = names.indexOf(wanted);
  if (found < 0) found = names.findIndex((name) => name.startsWith(wanted));
  said.textContent = found < 0 ? words.not_found : "";
  if (found < 0) return;
  const shape = L.polygon(rings(data.communes.shape[found]));
  map.fitBounds(shape.getBounds(), { maxZoom: 12 });
  map.openPopup(communeCard(found), shape.getBounds().getCenter());
});
const opener = make("button", { type: "button", className: "opener", textContent: words.table });
panel("topleft", make("section", { className: "panel heading" },
  make("h1", { textContent: data.title }), make("p", { textContent: data.headline }),
  make("div", { className: "tools" }, search, opener)));

// ---- legend ----
const swatch = (className, style = "") => { const s = make("span", { className }); s.style = style; return s; };
const line = (mark, text) => make("li", {}, mark, make("span", { textContent: text }));
const legend = make("ul", {},
  ...data.palette.map((colour, i) => line(swatch("swatch", `background:${colour}`), `${classNames[i]} ${words.minutes}`)),
  line(swatch("swatch hatched"), words.no_data),
  line(swatch("swatch facility"), data.service),
  line(swatch("swatch candidate"), words.candidates));
const notes = data.cellsModelled ? [make("p", { className: "note modelled", textContent: words.modelled })] : [];
const sources = make("details", { className: "sources" }, make("summary", { textContent: words.sources }),
  make("ul", {}, ...data.sources.map((one) =>
    make("li", {}, make("b", { textContent: one.status }), ` ${one.text}`))),
  make("p", { className: "note", textContent: words.offline_note }));
const details = make("details", { className: "panel legend", open: window.innerWidth > 640 },
  make("summary", { textContent: words.legend }), make("p", { textContent: words.access }), legend, ...notes, sources);
panel("bottomleft", details);
const arrow = make("div", { className: "north", title: words.north, role: "img" }, make("span", { textContent: "▲" }),
  make("span", { textContent: "N" }));
arrow.setAttribute("aria-label", words.north);
panel("bottomright", arrow);

// ---- the same as a table ----
function table(heads, lines) {
  return make("table", {},
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { textContent: text, scope: "col" })))),
    make("tbody", {}, ...lines.map((cells) => make("tr", {},
      ...cells.map((text, i) => (i ? make("td", { textContent: text }) : make("th", { textContent: text, scope: "row" })))))));
}
let dialog = null;
opener.addEventListener("click", () => {
  if (!dialog) {
    const c = data.communes;
    const close = make("button", { type: "button", textContent: words.close });
    close.addEventListener("click", () => dialog.close());
    dialog = make("dialog", { className: "tables" }, close,
      make("h2", { textContent: words.candidates }),
      table([words.candidates, words.rank, words.score], data.candidates.map((one) => [one.name, one.rank, one.score])),
      make("h2", { textContent: `${words.communes} (${data.service})` }),
      table([words.commune, "EPCI", words.population, `${words.mean} (${words.minutes})`, share],
        c.name.map((name, i) => [name, c.epci[i], number(c.people[i]),
          c.minutes[i] === null ? words.unknown : number(c.minutes[i], 1),
          c.share[i] === null ? words.unknown : `${number(c.share[i] * 100, 1)} %`])));
    dialog.setAttribute("aria-label", words.table);
    document.body.append(dialog);
  }
  dialog.showModal();
});

const [west, south, east, north] = data.bounds;
const home = L.latLngBounds([south, west], [north, east]);
const wide = () => window.innerWidth > 640;
map.options.zoomSnap = 0.25;
map.fitBounds(home, wide()
  ? { paddingTopLeft: [230, 20], paddingBottomRight: [60, 20] }
  : { paddingTopLeft: [6, 150], paddingBottomRight: [6, 50] });
map.on("zoomend moveend layeradd", placeLabels);
placeLabels();
document.documentElement.dataset.ready = "true";
