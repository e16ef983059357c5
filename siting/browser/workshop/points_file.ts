/** Reads points of a CSV (`name`, `lon`, `lat`) or GeoJSON file; what is wrong is told with its row. */

export interface OwnPoint {
  name: string;
  lon: number;
  lat: number;
}

/** The points, or the key of a sentence and its values. */
export type Read = { points: OwnPoint[] } | { problem: string; values: Record<string, string | number> };

const MOST_POINTS = 5000;
const LON = ["lon", "longitude", "lng", "x"];
const LAT = ["lat", "latitude", "y"];
const NAME = ["name", "nom", "libelle", "label", "id"];

const wrong = (problem: string, values: Record<string, string | number> = {}): Read => ({ problem, values });

export function readPoints(file: string, text: string): Read {
  const whole = text.replace(/^\uFEFF/, "");
  const read = /json$/i.test(file) || whole.trimStart().startsWith("{") ? fromGeoJson(whole) : fromCsv(whole);
  if ("problem" in read) return read;
  if (read.points.length === 0) return wrong("own_empty");
  return read.points.length > MOST_POINTS ? wrong("own_too_many", { most: MOST_POINTS }) : read;
}

function place(row: number, name: string, lon: number, lat: number): OwnPoint | Read {
  if (Number.isNaN(lon) || Number.isNaN(lat)) return wrong("own_not_number", { row });
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return wrong("own_not_degrees", { row });
  return { name: name || String(row), lon, lat };
}

function fromGeoJson(text: string): Read {
  let content: { features?: { geometry?: { type?: string; coordinates?: unknown[] }; properties?: Record<string, unknown> }[] };
  try {
    content = JSON.parse(text) as typeof content;
  } catch {
    return wrong("own_not_json");
  }
  if (!Array.isArray(content.features)) return wrong("own_no_features");
  const points: OwnPoint[] = [];
  for (const [i, feature] of content.features.entries()) {
    const { geometry, properties } = feature;
    if (geometry?.type !== "Point") return wrong("own_not_point", { row: i + 1 });
    const [lon, lat] = (geometry.coordinates ?? []).map(Number);
    const named = Object.entries(properties ?? {}).find(([key]) => NAME.includes(key.toLowerCase()));
    const read = place(i + 1, String(named?.[1] ?? ""), lon ?? Number.NaN, lat ?? Number.NaN);
    if (!("lon" in read)) return read;
    points.push(read);
  }
  return { points };
}

function fromCsv(text: string): Read {
  const [first = "", ...others] = text.split(/\r?\n/);
  const comma = first.includes(";") ? ";" : first.includes("\t") ? "\t" : ",";
  const heads = cells(first, comma).map((head) => head.trim().toLowerCase());
  const column = (names: string[]): number => heads.findIndex((head) => names.includes(head));
  const [lon, lat, name] = [column(LON), column(LAT), column(NAME)];
  if (lon < 0 || lat < 0) return wrong("own_no_columns", { found: heads.join(", ") });
  const points: OwnPoint[] = [];
  for (const [i, line] of others.entries()) {
    if (line.trim() === "") continue;
    const row = cells(line, comma);
    const read = place(i + 2, row[name] ?? "", numberOf(row[lon]), numberOf(row[lat]));
    if (!("lon" in read)) return read;
    points.push(read);
  }
  return { points };
}

const numberOf = (cell: string | undefined): number =>
  cell === undefined || cell.trim() === "" ? Number.NaN : Number(cell.trim().replace(",", "."));

/** Cells of a line; a quoted one may hold the separator. */
function cells(line: string, comma: string): string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const letter = line[i] ?? "";
    if (letter === '"' && quoted && line[i + 1] === '"') {
      cell += '"';
      i += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === comma && !quoted) {
      found.push(cell);
      cell = "";
    } else cell += letter;
  }
  return [...found, cell];
}
