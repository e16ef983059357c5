// A map in one file. `map` (Leaflet) and `data` come from the page (siting/outputs/web_map.py). Every
// text is set as text, never as HTML, so that names may hold any character.
"use strict";
const words = data.words;
const french = data.language === "fr";
const number = (value, digits = 0) =>
  value.toLocaleString(french ? "fr-FR" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[-'’]/g, " ").toLowerCase();
const wide = () => window.innerWidth > 640;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for" || key === "scope") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

// ---- whole numbers and shapes: see siting/outputs/compact.py ----
function unpack(text) {
  const bytes = atob(text);
  const found = [];
  let value = 0, scale = 1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    value += (byte & 127) * scale;
    if (byte & 128) scale *= 128;
    else { found.push(value); value = 0; scale = 1; }
  }
  return found;
}
// Shapes in world pixels at zoom 0: `xy`, first point of each part, first part of each shape, boxes.
function shapes(packed) {
  const parts = unpack(packed.parts), points = unpack(packed.points), steps = unpack(packed.steps);
  const xy = new Float64Array(steps.length), partFirst = [0], shapeFirst = [0], box = [], square = [];
  let lon = 0, lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i] % 2 ? -(steps[i] + 1) / 2 : steps[i] / 2;
    lat += steps[i + 1] % 2 ? -(steps[i + 1] + 1) / 2 : steps[i + 1] / 2;
    const sine = Math.sin((lat / 1e5) * (Math.PI / 180));
    xy[i] = (lon / 1e5 + 180) / 360 * 256;
    xy[i + 1] = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256;
  }
  for (const count of points) partFirst.push(partFirst[partFirst.length - 1] + count);
  for (const count of parts) shapeFirst.push(shapeFirst[shapeFirst.length - 1] + count);
  for (let s = 0; s < parts.length; s++) {
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (let p = 2 * partFirst[shapeFirst[s]]; p < 2 * partFirst[shapeFirst[s + 1]]; p += 2) {
      if (xy[p] < left) left = xy[p];
      if (xy[p] > right) right = xy[p];
      if (xy[p + 1] < top) top = xy[p + 1];
      if (xy[p + 1] > bottom) bottom = xy[p + 1];
    }
    box.push([left, top, right, bottom]);
    const p = 2 * partFirst[shapeFirst[s]], n = partFirst[shapeFirst[s] + 1] - partFirst[shapeFirst[s]];
    let twice = 0;
    if (parts[s] === 1 && n === 4) {
      for (let i = 0, j = 3; i < 4; j = i++) twice += xy[p + 2 * j] * xy[p + 2 * i + 1] - xy[p + 2 * i] * xy[p + 2 * j + 1];
    }
    square.push(Math.abs(twice) / 2 > 0.9 * (right - left) * (bottom - top));
  }
  return { xy, partFirst, shapeFirst, box, square, count: parts.length };
}
function inside(held, s, x, y) {
  const [left, top, right, bottom] = held.box[s];
  if (x < left || x > right || y < top || y > bottom) return false;
  let odd = false;
  for (let part = held.shapeFirst[s]; part < held.shapeFirst[s + 1]; part++) {
    const first = held.partFirst[part], last = held.partFirst[part + 1] - 1;
    for (let i = first, j = last; i <= last; j = i++) {
      const xi = held.xy[2 * i], yi = held.xy[2 * i + 1], xj = held.xy[2 * j], yj = held.xy[2 * j + 1];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}
const hit = (held, at) => {
  const point = map.project(at, 0);
  for (let s = 0; s < held.count; s++) if (inside(held, s, point.x, point.y)) return s;
  return -1;
};
const boundsOf = (held, s) => {
  const [left, top, right, bottom] = held.box[s];
  return L.latLngBounds(map.unproject([left, bottom], 0), map.unproject([right, top], 0));
};

const communes = shapes(data.communes.shape);
const epciShapes = shapes(data.epci.shape);
const cells = data.cells && shapes(data.cells.shape);
const cellCommune = data.cells && unpack(data.cells.commune);
const cellPeople = data.cells && unpack(data.cells.people);
const roads = data.roads && shapes(data.roads.shape);
const roadKind = data.roads && unpack(data.roads.kind);

// ---- views ----
const classOf = (view, value) => {
  if (value === null || value === undefined) return -1;
  if (!view.limits.length) return value;
  const found = view.limits.findIndex((limit) => value <= limit);
  return found < 0 ? view.limits.length : found;
};
// A view is unpacked when it is first shown: a page may hold twenty.
function lazily(view, name, make) {
  Object.defineProperty(view, name, { configurable: true, get() {
    const value = make();
    Object.defineProperty(view, name, { value });
    return value;
  } });
}
let fullest = null;
for (const view of data.views) {
  if (view.cells) fullest = view;
  const base = fullest;
  view.hasCells = Boolean(view.cells || view.changed);
  lazily(view, "coded", () => {
    if (view.cells) return unpack(view.cells);
    if (!view.changed) return null;
    const coded = base.coded.slice();
    const gaps = unpack(view.changed[0]), values = unpack(view.changed[1]);
    let at = 0;
    gaps.forEach((gap, i) => { at += gap; coded[at] = values[i]; });
    return coded;
  });
  view.cellValue = (i) => (view.coded[i] ? (view.coded[i] - 1) / view.factor : null);
  lazily(view, "cellClass", () => view.coded && view.coded.map((code) => (code ? classOf(view, (code - 1) / view.factor) : -1)));
  lazily(view, "communeClass", () => view.communes && view.communes.map((value) => classOf(view, value)));
  lazily(view, "near", () => view.nearest && unpack(view.nearest));
}
const sizes = data.choices.map((one) => one.options.length);
const viewAt = (chosen) => data.views[chosen.reduce((sum, option, i) => sum * sizes[i] + option, 0)];
const chosen = data.choices.map((_, k) => data.first[k] ?? 0);
let shown = viewAt(chosen);
let other = null; // the view on the right of the slider
let split = 0.5;
const nameOf = (options) => data.choices.map((one, i) => one.options[options[i]]).join(", ");

// ---- painting: all shapes of a layer on one canvas, one path a class ----
function hatching(colour, size, width, up) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  if (up) { pen.translate(size, 0); pen.scale(-1, 1); }
  for (const move of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(move - 1, -1);
    pen.lineTo(move + size + 1, size + 1);
    pen.stroke();
  }
  return tile;
}
const missingTile = hatching(data.noData, 8, 1.4, true);
const modelledTile = hatching("rgba(40, 40, 40, 0.30)", 9, 0.8, false);

const Painted = L.Canvas.extend({
  initialize(paint, options) {
    L.Canvas.prototype.initialize.call(this, options);
    this._paint = paint;
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._ctx = this._container.getContext("2d");
  },
  _draw() {
    if (!this._bounds) return;
    this._ctx.save();
    this._paint(this._ctx, this._bounds);
    this._ctx.restore();
  },
  repaint() {
    if (!this._map || !this._bounds) return;
    this._clear();
    this._draw();
  },
});
// Calls `each(shape)` for what is in sight, and gives a function that traces a shape.
function tracer(held, bounds, closed) {
  const scale = Math.pow(2, map.getZoom()), origin = map.getPixelOrigin();
  const left = (bounds.min.x + origin.x) / scale, right = (bounds.max.x + origin.x) / scale;
  const top = (bounds.min.y + origin.y) / scale, bottom = (bounds.max.y + origin.y) / scale;
  const seen = (s) => {
    const box = held.box[s];
    return box[0] <= right && box[2] >= left && box[1] <= bottom && box[3] >= top;
  };
  const { xy, partFirst, shapeFirst, box: boxes, square } = held, ox = origin.x, oy = origin.y;
  const trace = (context, s) => {
    if (square[s]) {
      // a square cell of a few pixels is as good as its box, and five times as fast
      const [x, y, far, low] = boxes[s];
      if ((far - x) * scale < 12) return context.rect(x * scale - ox, y * scale - oy, (far - x) * scale, (low - y) * scale);
    }
    for (let part = shapeFirst[s]; part < shapeFirst[s + 1]; part++) {
      const first = partFirst[part], end = partFirst[part + 1];
      for (let i = first; i < end; i++) {
        const x = xy[2 * i] * scale - ox, y = xy[2 * i + 1] * scale - oy;
        if (i === first) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      if (closed) context.closePath();
    }
  };
  return { seen, trace };
}
function fillClasses(context, bounds, held, classes, view, seam) {
  const { seen, trace } = tracer(held, bounds, true);
  const groups = view.colours.map(() => []);
  const missing = [];
  for (let s = 0; s < held.count; s++) if (seen(s)) (classes[s] < 0 ? missing : groups[classes[s]]).push(s);
  const path = (list) => {
    const made = new Path2D();
    for (const s of list) trace(made, s);
    return made;
  };
  const paths = groups.map(path);
  paths.forEach((made, i) => {
    context.fillStyle = view.colours[i];
    context.fill(made, "evenodd");
    if (seam) {
      context.strokeStyle = view.colours[i];
      context.lineWidth = 0.7;
      context.stroke(made);
    }
  });
  const bare = path(missing);
  context.fillStyle = "#ffffff";
  context.fill(bare, "evenodd");
  context.fillStyle = context.createPattern(missingTile, "repeat");
  context.fill(bare, "evenodd");
  if (view.modelled && seam) {
    context.fillStyle = context.createPattern(modelledTile, "repeat");
    for (const made of paths) context.fill(made, "evenodd");
  }
}
function bySide(context, bounds, paint) {
  if (!other) return paint(shown);
  const across = map.containerPointToLayerPoint([map.getSize().x * split, 0]).x;
  const height = bounds.max.y - bounds.min.y;
  for (const [view, from, to] of [[shown, bounds.min.x, across], [other, across, bounds.max.x]]) {
    context.save();
    context.beginPath();
    context.rect(from, bounds.min.y, to - from, height);
    context.clip();
    paint(view);
    context.restore();
  }
}
function strokeAll(context, bounds, held, colour, width, closed = true, only = null) {
  const { seen, trace } = tracer(held, bounds, closed);
  context.beginPath();
  for (let s = 0; s < held.count; s++) if ((!only || only(s)) && seen(s)) trace(context, s);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.stroke();
}
function pane(name, order) {
  const made = map.createPane(name);
  made.style.zIndex = order;
  made.style.pointerEvents = "none";
  return name;
}
const land = new Painted((context, bounds) => {
  const { seen, trace } = tracer(communes, bounds, true);
  context.beginPath();
  for (let s = 0; s < communes.count; s++) if (seen(s)) trace(context, s);
  context.fillStyle = "#ffffff";
  context.fill("evenodd");
}, { pane: pane("land", 330), padding: 0.3 });
const communeLayer = new Painted((context, bounds) => bySide(context, bounds, (view) => {
  if (view.communeClass) fillClasses(context, bounds, communes, view.communeClass, view, false);
}), { pane: pane("communes", 340), padding: 0.3 });
const cellLayer = cells && new Painted((context, bounds) => bySide(context, bounds, (view) => {
  if (view.cellClass) fillClasses(context, bounds, cells, view.cellClass, view, true);
}), { pane: pane("cells", 350), padding: 0.3 });
const roadLayer = roads && new Painted((context, bounds) => {
  const zoom = map.getZoom();
  for (const [kind, from, width] of [[2, 11, 0.7], [1, 9, 1.1], [0, 0, 2]]) {
    if (zoom < from) continue;
    const only = (s) => roadKind[s] === kind;
    if (kind < 2) strokeAll(context, bounds, roads, "rgba(255,255,255,.85)", width + 1.6, false, only);
    strokeAll(context, bounds, roads, kind === 0 ? "#7a5c3a" : "#6f6f6f", width, false, only);
  }
}, { pane: pane("roads", 370), padding: 0.3 });
const lineLayer = new Painted((context, bounds) =>
  strokeAll(context, bounds, communes, "rgba(135,135,135,.75)", map.getZoom() < 10 ? 0.5 : 0.8),
{ pane: pane("lines", 375), padding: 0.3 });
const epciLayer = new Painted((context, bounds) => {
  strokeAll(context, bounds, epciShapes, "rgba(255,255,255,.6)", 3);
  strokeAll(context, bounds, epciShapes, "#2b2b2b", 1.3);
}, { pane: pane("epci", 380), padding: 0.3 });

// ---- what lies around and under the territory: see siting/outputs/web_context.py ----
function contextLayers() {
  const around = data.context;
  if (!around) return {};
  const { colours } = around, made = {};
  map.getContainer().style.background = colours.neighbour;
  const held = (layer) => layer && { ...layer, shapes: shapes(layer.shape), main: layer.main && unpack(layer.main) };
  const departements = held(around.departements), lakes = held(around.lakes), rivers = held(around.rivers);
  const railways = held(around.railways), roadsAround = held(around.roads);
  const lines = (context, bounds, layer, colour, thin, thick) => {
    strokeAll(context, bounds, layer.shapes, colour, thin, false, layer.main && ((s) => !layer.main[s]));
    if (layer.main) strokeAll(context, bounds, layer.shapes, colour, thick, false, (s) => layer.main[s]);
  };
  const fill = (context, bounds, layer, colour) => {
    const { seen, trace } = tracer(layer.shapes, bounds, true);
    context.beginPath();
    for (let s = 0; s < layer.shapes.count; s++) if (seen(s)) trace(context, s);
    context.fillStyle = colour;
    context.fill("evenodd");
  };
  if (departements) made[words.context_around] = new Painted((context, bounds) => {
    fill(context, bounds, departements, colours.neighbour);
    strokeAll(context, bounds, departements.shapes, colours.border, 1);
  }, { pane: pane("around", 320), padding: 0.3 });
  if (lakes || rivers) made[words.context_water] = new Painted((context, bounds) => {
    if (lakes) fill(context, bounds, lakes, colours.water);
    if (rivers) lines(context, bounds, rivers, colours.river, 0.8, 1.4);
  }, { pane: pane("water", 362), padding: 0.3 });
  if (railways || roadsAround) made[words.context_roads] = new Painted((context, bounds) => {
    if (railways) {
      context.setLineDash([6, 3]);
      lines(context, bounds, railways, colours.railway, 0.9, 0.9);
      context.setLineDash([]);
    }
    if (roadsAround) lines(context, bounds, roadsAround, colours.road, 1, 2);
  }, { pane: pane("mainroads", 366), padding: 0.3 });
  made[words.context_names] = contextNames(around, colours);
  return made;
}
// Their names, below those of the communes: neighbours, then numbers of roads, then towns.
function contextNames(around, colours) {
  return new Painted((context, bounds) => {
    const family = getComputedStyle(document.body).fontFamily, taken = [];
    const write = ([text, lat, lon], font, colour, dx, box) => {
      const { x, y } = map.latLngToLayerPoint([lat, lon]);
      if (x < bounds.min.x || x > bounds.max.x || y < bounds.min.y || y > bounds.max.y) return;
      context.font = `${font} ${family}`;
      const width = context.measureText(text).width, left = dx ? x + dx : x - width / 2;
      const room = [left - 3, y - 8, left + width + 3, y + 8];
      if (taken.some((b) => room[0] < b[2] && b[0] < room[2] && room[1] < b[3] && b[1] < room[3])) return;
      taken.push(room);
      if (box) {
        context.fillStyle = "#ffffff";
        context.strokeStyle = colours.road;
        context.lineWidth = 0.8;
        context.fillRect(left - 2, y - 6, width + 4, 12);
        context.strokeRect(left - 2, y - 6, width + 4, 12);
      } else {
        context.strokeStyle = "rgba(255,255,255,.7)";
        context.lineWidth = 2.5;
        context.strokeText(text, left, y);
      }
      context.fillStyle = colour;
      context.fillText(text, left, y);
      if (!dx) return;
      context.strokeStyle = colours.town;
      context.lineWidth = 1;
      context.beginPath();
      context.arc(x, y, 2, 0, 7);
      context.stroke();
    };
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const zoom = map.getZoom();
    for (const [name, ...at] of around.departements?.names ?? []) {
      write([name.toUpperCase().split("").join("\u2009"), ...at], "500 13px", colours.words, 0, false);
    }
    if (zoom >= 8) for (const one of around.roads?.names ?? []) write(one, "600 10px", colours.shield, 0, true);
    for (const one of (around.towns ?? []).slice(0, zoom < 9 ? 12 : 60)) write(one, "400 11px", colours.words, 6, false);
  }, { pane: pane("aroundnames", 368), padding: 0.3 });
}

// Names of communes, the largest first, where they meet neither a marker nor another name.
const bySize = data.communes.people.map((_, i) => i).sort((a, b) => data.communes.people[b] - data.communes.people[a] || a - b);
const labelLayer = new Painted((context, bounds) => {
  const zoom = map.getZoom();
  const most = Math.round((wide() ? 16 : 9) * Math.pow(2.4, Math.max(0, zoom - startZoom)));
  const size = zoom > 11 ? 13 : 12;
  context.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  // a name that the window would cut is not written
  const corner = map.containerPointToLayerPoint([0, 0]);
  const edge = { left: corner.x, right: corner.x + map.getSize().x };
  const taken = [];
  const meets = (one) => taken.some((b) => one[0] < b[2] && b[0] < one[2] && one[1] < b[3] && b[1] < one[3]);
  for (const layer of markerLayers) {
    if (!map.hasLayer(layer.group)) continue;
    layer.group.eachLayer((marker) => {
      const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
      const r = layer.radius;
      taken.push([x - r, y - r, x + r, y + r]);
    });
  }
  let written = 0;
  for (const i of bySize) {
    if (written >= most) break;
    const { x, y } = map.latLngToLayerPoint(data.communes.seat[i]);
    if (x < bounds.min.x || x > bounds.max.x || y < bounds.min.y || y > bounds.max.y) continue;
    const text = data.communes.name[i], width = context.measureText(text).width;
    const after = x + 9, before = x - 9 - width, centred = x - width / 2;
    const places = [[after, y], [before, y], [centred, y - 16], [centred, y + 16],
      [after, y - 13], [after, y + 13], [before, y - 13], [before, y + 13], [centred, y - 27], [centred, y + 27],
      [after + 14, y], [before - 14, y]];
    for (const [left, middle] of places) {
      const box = [left - 2, middle - size / 2 - 1, left + width + 2, middle + size / 2 + 1];
      if (box[0] < edge.left || box[2] > edge.right || meets(box)) continue;
      taken.push(box);
      written++;
      context.strokeStyle = "rgba(255,255,255,.92)";
      context.lineWidth = 3.5;
      context.strokeText(text, left, middle);
      context.fillStyle = "#16202a";
      context.fillText(text, left, middle);
      break;
    }
  }
}, { pane: pane("labels", 590), padding: 0.1 });

// ---- what the pop-ups say ----
const clear = () => ({
  autoPanPaddingTopLeft: wide() ? [370, 12] : [8, 84],
  autoPanPaddingBottomRight: [60, 30], maxWidth: Math.min(460, window.innerWidth - 40), minWidth: Math.min(220, window.innerWidth - 60),
});
function pairs(list) {
  const held = make("dl");
  for (const [term, value] of list) held.append(make("dt", { textContent: term }), make("dd", { textContent: value }));
  return held;
}
const told = (view, value) => {
  if (value === null) return view.missing;
  return view.limits.length ? `${number(value, view.decimals)} ${view.unit}`.trim() : view.labels[value];
};
function communeLines(i) {
  const lines = [[words.population, number(data.communes.people[i])]];
  for (const [name, values] of shown.columns) lines.push([name, values[i]]);
  return lines;
}
const epciOf = (i) => (data.communes.epci[i] < 0 ? words.no_epci : data.epci.name[data.communes.epci[i]]);
const communeCard = (i) => make("div", { className: "card" }, make("h2", { textContent: data.communes.name[i] }),
  make("p", { textContent: epciOf(i) }), pairs(communeLines(i)));
function cellCard(s) {
  const i = cellCommune[s];
  const lines = [[words.population, number(cellPeople[s] / 10, cellPeople[s] % 10 ? 1 : 0)]];
  if (other) {
    lines.push([nameOf(chosen), told(shown, shown.cellValue(s))], [nameOf(against), told(other, other.cellValue(s))]);
  } else {
    lines.push([shown.term, told(shown, shown.cellValue(s))]);
  }
  if (shown.near) {
    const place = shown.near[s] - 1;
    lines.push([words.nearest, place < 0 ? words.none_near : data.points[data.near].places[place].name]);
  }
  const card = make("div", { className: "card" }, make("h2", { textContent: data.communes.name[i] }),
    make("p", { textContent: words.cell }), pairs(lines));
  if (shown.modelled) card.append(make("p", { className: "note", textContent: words.modelled }));
  return card;
}
function pointCard(one) {
  const card = make("div", { className: "card" },
    make("h2", { textContent: one.mark ? `${one.mark}. ${one.name}` : one.name }), pairs(one.lines));
  if (one.opened.length) {
    const heads = [words.criterion, words.value, words.weight, words.points];
    card.append(make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": words.opened },
      make("table", {},
        make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { textContent: text, scope: "col" })))),
        make("tbody", {}, ...one.opened.map(([name, source, ...rest]) => make("tr", {},
          make("th", { scope: "row" }, name, make("small", { textContent: source })),
          ...rest.map((text) => make("td", { textContent: text }))))))));
  }
  return card;
}
map.on("click", (event) => {
  const onCells = cells && map.hasLayer(cellLayer) && shown.hasCells;
  const s = onCells ? hit(cells, event.latlng) : -1;
  const i = s < 0 ? hit(communes, event.latlng) : -1;
  if (s >= 0) map.openPopup(cellCard(s), event.latlng, clear());
  else if (i >= 0) map.openPopup(communeCard(i), event.latlng, clear());
});

// ---- places ----
const markSize = { facility: 13, candidate: 22, plan: 24 };
const markerLayers = data.points.map((layer, order) => {
  const size = markSize[layer.style];
  const group = L.layerGroup(layer.places.map((one, i) => {
    const title = one.mark ? `${one.mark}. ${one.name}` : one.name;
    return L.marker(one.at, {
      title, alt: title, zIndexOffset: 1000 * order - i,
      icon: L.divIcon({ className: `mark ${layer.style}`, iconSize: [size, size], html: make("span", { textContent: one.mark }) }),
    }).bindPopup(() => pointCard(one), clear());
  }));
  return { group, radius: size / 2, layer };
});
// the words of a marker are those of its place, for those who do not see it
for (const { group } of markerLayers) {
  group.eachLayer((marker) => marker.on("add", () => {
    const element = marker.getElement();
    element.setAttribute("aria-label", marker.options.title);
    element.setAttribute("role", "button");
  }));
}
let opener = null;
map.on("popupopen", (event) => {
  opener = event.popup._source && event.popup._source.getElement ? event.popup._source.getElement() : document.activeElement;
  const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
  if (close) { close.setAttribute("aria-label", words.close); close.title = words.close; }
  // a pop-up that the keyboard opened is where the keyboard goes on
  if (opener && opener !== document.body && opener.matches(":focus-visible") && close) close.focus();
});
map.on("popupopen popupclose", (event) => map.getContainer().classList.toggle("reading", event.type === "popupopen"));
map.on("popupclose", () => { if (opener && opener.isConnected && opener !== document.body) opener.focus({ preventScroll: true }); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) map.closePopup(); });

// ---- layers ----
const bases = {
  [words.none]: L.layerGroup(),
  [words.ign]: L.tileLayer(
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2" +
    "&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
    { attribution: "© IGN Géoplateforme", maxZoom: 18 }),
  [words.osm]: L.tileLayer("https://{s}.tile.openstreetmap.fr/osmfr/{z}/{x}/{y}.png",
    { attribution: words.osm_credit, maxZoom: 19 }),
};
const anyCells = cells && data.views.some((view) => view.hasCells);
const anyCommunes = data.views.some((view) => view.communes);
const overlays = {};
if (anyCells) overlays[data.views[0].modelled ? `${words.cells} (${words.modelled_mark})` : words.cells] = cellLayer;
if (anyCommunes) overlays[words.communes] = communeLayer;
overlays[words.epci] = epciLayer;
if (roads) overlays[words.roads] = roadLayer;
overlays[words.labels] = labelLayer;
const around = contextLayers();
Object.assign(overlays, around);
for (const { group, layer } of markerLayers) overlays[layer.name] = group;
map.attributionControl.setPrefix(false);
const north = make("div", { className: "north", title: words.north, role: "img", "aria-label": words.north },
  make("span", { textContent: "▲" }), make("span", { textContent: "N" }));
function panel(position, element) {
  const control = L.control({ position });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    return element;
  };
  control.addTo(map);
}
const zoom = L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
const layerControl = L.control.layers(bases, overlays, { position: "topright", collapsed: true }).addTo(map);
const layerButton = layerControl.getContainer().querySelector("a");
layerButton.title = words.layers;
layerButton.setAttribute("aria-label", words.layers);
layerControl.getContainer().addEventListener("keydown", (event) => {
  if (event.key === "Escape") { layerControl.collapse(); layerButton.focus(); }
});
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
panel("bottomright", north);

// ---- title, choices, search ----
const headline = make("p", { role: "status" });
const list = make("datalist", { id: "names" }, ...data.communes.name.map((value) => make("option", { value })));
const field = make("input", { type: "search", placeholder: words.search, "aria-label": words.search_label, autocomplete: "off" });
field.setAttribute("list", "names");
const said = make("span", { className: "said", role: "status" });
function show(i) {
  map.fitBounds(boundsOf(communes, i), { maxZoom: 12, animate: false });
  map.openPopup(communeCard(i), data.communes.seat[i], clear());
}
function find() {
  const wanted = fold(field.value.trim());
  said.textContent = "";
  if (!wanted) return;
  const names = data.communes.name.map(fold);
  let found = names.indexOf(wanted);
  if (found < 0) found = names.findIndex((name) => name.startsWith(wanted));
  if (found < 0) found = names.findIndex((name) => name.includes(wanted));
  if (found < 0) said.textContent = words.not_found;
  else show(found);
}
field.addEventListener("change", find);
const search = make("form", { className: "search", role: "search" }, field, list, said);
search.addEventListener("submit", (event) => event.preventDefault());
const tableButton = make("button", { type: "button", textContent: words.table });

let asked = 0;
function chooser(name, options, selected, change) {
  const id = `choice${asked++}`;
  const total = options.reduce((sum, text) => sum + text.length, 0);
  if (options.length <= 4 && total <= 44) {
    const group = make("fieldset", { className: "choice" }, make("legend", { textContent: name }));
    options.forEach((text, i) => {
      const input = make("input", { type: "radio", name: id, id: `${id}-${i}`, checked: i === selected });
      input.addEventListener("change", () => change(i));
      group.append(input, make("label", { htmlFor: `${id}-${i}`, textContent: text }));
    });
    return group;
  }
  const select = make("select", { id }, ...options.map((text, i) => make("option", { value: i, textContent: text, selected: i === selected })));
  select.addEventListener("change", () => change(Number(select.value)));
  return make("div", { className: "choice" }, make("label", { htmlFor: id, textContent: name }), select);
}
const choosers = data.choices.map((one, k) => one.options.length < 2 ? "" :
  chooser(one.name, one.options, chosen[k], (option) => { chosen[k] = option; renew(); }));

// ---- two views side by side ----
const against = chosen.slice();
let compareBox = "";
if (data.compare && data.views.length > 1) {
  const last = data.choices.length - 1;
  const box = make("input", { type: "checkbox", id: "compare" });
  const right = chooser(words.compare_with, data.choices[last].options, 0, (option) => { against[last] = option; renew(); });
  right.hidden = true;
  const slider = make("input", { type: "range", className: "slider", min: 0, max: 100, step: 1, value: 50, "aria-label": words.slider });
  const bar = make("div", { className: "bar", "aria-hidden": "true" });
  const leftName = make("span", { className: "side left" }), rightName = make("span", { className: "side right" });
  const curtain = make("div", { className: "curtain", hidden: true }, bar, leftName, rightName, slider);
  L.DomEvent.disableClickPropagation(slider);
  slider.addEventListener("mousedown", () => map.dragging.disable());
  slider.addEventListener("touchstart", () => map.dragging.disable(), { passive: true });
  for (const end of ["mouseup", "touchend", "change"]) slider.addEventListener(end, () => map.dragging.enable());
  const place = () => {
    split = slider.value / 100;
    // the thumb's middle, as browsers place it
    const width = map.getSize().x, at = 16 + (width - 32) * split;
    split = at / width;
    bar.style.left = leftName.style.left = rightName.style.left = `${at}px`;
  };
  slider.addEventListener("input", () => { place(); repaint(); });
  map.on("move resize", () => { if (other) { place(); repaint(); } });
  box.addEventListener("change", () => renew());
  data.sideBySide = () => {
    right.hidden = curtain.hidden = !box.checked;
    for (let k = 0; k < last; k++) against[k] = chosen[k];
    other = box.checked ? viewAt(against) : null;
    leftName.textContent = data.choices[last].options[chosen[last]];
    rightName.textContent = data.choices[last].options[against[last]];
    place();
  };
  map.getContainer().append(curtain);
  compareBox = make("div", { className: "choice" },
    make("label", { htmlFor: "compare", className: "check" }, box, ` ${words.compare}`), right);
}
// whose map it is: a logo says the editor's name, which need not be written twice
const publisher = data.logo || data.editor ? make("p", { className: "by" },
  data.logo ? make("img", { src: data.logo, alt: data.editor }) : "",
  data.editor ? make("span", { textContent: data.editor, "aria-hidden": data.logo ? "true" : "false" }) : "") : "";
panel("topleft", make("section", { className: "panel heading" },
  publisher, make("h1", { textContent: data.title }), headline, ...choosers, compareBox,
  make("div", { className: "tools" }, search, tableButton)));

// ---- legend ----
const swatch = (className, colour) => {
  const made = make("span", { className: `swatch ${className}` });
  if (colour) made.style.background = colour;
  return made;
};
const row = (mark, text) => make("li", {}, mark, make("span", { textContent: text }));
const legendTitle = make("p", { className: "what" });
const legendList = make("ul");
const legendNotes = make("div");
const sources = make("details", { className: "sources" }, make("summary", { textContent: words.sources }),
  make("p", { textContent: data.date }),
  make("ul", {}, ...data.sources.map((one) => make("li", {}, make("b", { textContent: one.status }), ` ${one.text}`))),
  make("p", { className: "note", textContent: words.offline_note }));
panel("bottomleft", make("details", { className: "panel legend", open: wide() && window.innerHeight > 560 },
  make("summary", { textContent: words.legend }), legendTitle, legendList, legendNotes, sources));

function drawLegend() {
  legendTitle.textContent = shown.legend;
  const coloured = shown.labels.map((text, i) => row(swatch("", shown.colours[i]), text));
  const lacking = [shown.cellClass, shown.communeClass].some((classes) => classes && classes.includes(-1));
  if (lacking) coloured.push(row(swatch("hatched"), shown.missing));
  if (shown.modelled) coloured.push(row(swatch("model"), words.modelled_cells));
  for (const { layer, group } of markerLayers) {
    if (map.hasLayer(group) && layer.places.length) coloured.push(row(make("span", { className: `swatch mark ${layer.style}` }), layer.name));
  }
  if (roads) coloured.push(row(make("span", { className: "swatch line road" }), words.roads));
  coloured.push(row(make("span", { className: "swatch line" }), words.epci));
  legendList.replaceChildren(...coloured);
  legendNotes.replaceChildren(...shown.notes.map((text) => make("p", { className: "note", textContent: text })));
}
function repaint() {
  communeLayer.repaint();
  if (cellLayer) cellLayer.repaint();
}
function renew() {
  shown = viewAt(chosen);
  if (data.sideBySide) data.sideBySide();
  headline.textContent = shown.headline;
  markerLayers.forEach(({ group }, i) => {
    if (!shown.points) return;
    if (shown.points.includes(i)) group.addTo(map);
    else group.remove();
  });
  map.closePopup();
  drawLegend();
  repaint();
  labelLayer.repaint();
}

// ---- the same as a table ----
function table(caption, heads, lines) {
  return make("table", {}, make("caption", { textContent: caption }),
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { textContent: text, scope: "col" })))),
    make("tbody", {}, ...lines.map((line) => make("tr", {}, ...line.map((text, i) => {
      const cell = make(i ? "td" : "th", i ? {} : { scope: "row" });
      cell.append(text);
      return cell;
    })))));
}
const closeButton = make("button", { type: "button", textContent: words.close });
const content = make("div");
const dialog = make("dialog", { className: "tables", "aria-label": words.table }, closeButton, content);
closeButton.addEventListener("click", () => dialog.close());
document.body.append(dialog);
tableButton.addEventListener("click", () => {
  const parts = [make("p", { textContent: shown.headline })];
  for (const { layer, group } of markerLayers) {
    if (!map.hasLayer(group) || !layer.places.length) continue;
    const terms = [...new Set(layer.places.flatMap((one) => one.lines.map(([term]) => term)))];
    parts.push(make("h2", { textContent: layer.name }), table(layer.name, [words.name, ...terms], layer.places.map((one) => {
      const lines = Object.fromEntries(one.lines);
      return [one.mark ? `${one.mark}. ${one.name}` : one.name, ...terms.map((term) => lines[term] ?? "")];
    })));
  }
  const heads = [words.commune, words.epci_one, words.population, ...shown.columns.map(([name]) => name)];
  parts.push(make("h2", { textContent: words.communes_all }), table(shown.legend, heads, data.communes.name.map((name, i) => {
    const go = make("button", { type: "button", className: "link", textContent: name, title: words.see });
    go.addEventListener("click", () => { dialog.close(); show(i); });
    return [go, epciOf(i), number(data.communes.people[i]), ...shown.columns.map(([, values]) => values[i])];
  })));
  parts.push(make("h2", { textContent: words.sources }), make("p", { textContent: data.date }),
    make("ul", {}, ...data.sources.map((one) => make("li", { textContent: `${one.status} : ${one.text}` }))));
  content.replaceChildren(...parts);
  dialog.showModal();
  dialog.scrollTop = 0;
});

// ---- begin ----
map.getContainer().setAttribute("role", "main");
const [west, south, east, far] = data.bounds;
const home = L.latLngBounds([south, west], [far, east]);
map.options.zoomSnap = 0.25;
let startZoom = 9;
const fit = () => map.fitBounds(home, {
  animate: false,
  ...(wide() ? { paddingTopLeft: [Math.min(372, window.innerWidth * 0.29), 16], paddingBottomRight: [56, 16] }
    : { paddingTopLeft: [6, Math.min(250, window.innerHeight / 3)], paddingBottomRight: [6, 56] }),
});
fit();
startZoom = map.getZoom();
markerLayers.forEach(({ group, layer }) => { if (layer.shown) group.addTo(map); });
renew(); // before the canvases are there, so that each is painted once
land.addTo(map);
if (anyCommunes && !(anyCells && data.views[0].hasCells)) communeLayer.addTo(map);
if (anyCells) cellLayer.addTo(map);
lineLayer.addTo(map);
bases[words.none].addTo(map);
epciLayer.addTo(map);
if (roads) roadLayer.addTo(map);
for (const layer of Object.values(around)) layer.addTo(map);
labelLayer.addTo(map);
map.on("baselayerchange", (event) => {
  // an online basemap shows through
  const online = event.name !== words.none;
  map.getPane("land").style.display = online ? "none" : "";
  for (const name of ["cells", "communes"]) map.getPane(name).style.opacity = online ? 0.7 : 1;
});
map.on("overlayadd overlayremove", () => { drawLegend(); labelLayer.repaint(); });
let moved = false;
map.on("dragstart zoomstart", () => { moved = true; });
drawLegend();

// ---- a page that frames the map is told the height that suits its width ----
if (window.parent !== window) {
  const tell = () => {
    const width = window.innerWidth;
    const height = width > 640 ? Math.round(Math.min(820, Math.max(520, width * 0.66))) : 640;
    window.parent.postMessage({ siting: "height", height }, "*");
  };
  tell();
  window.addEventListener("resize", tell);
}
map.on("resize", () => { if (!moved) fit(); });
document.documentElement.dataset.ready = "true";
