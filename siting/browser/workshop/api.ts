/** Questions to the server. */

import { bytes } from "../shared/packing.js";
import type { Answer, Job, Layers, Ranking, Robustness, Scenario, Study, Told } from "./model.js";

export class Refused extends Error {
  constructor(
    readonly status: number,
    said: string,
  ) {
    super(said);
  }
}

let spoken = "fr";

export function speak(language: string): void {
  spoken = language;
}

async function ask(path: string, method = "GET", body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { "accept-language": spoken };
  if (body !== undefined) headers["content-type"] = "application/json";
  let got: Response;
  try {
    got = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "");
  }
  if (got.ok) return got;
  const said = (await got.json().catch(() => ({}))) as { error?: string };
  throw new Refused(got.status, said.error ?? String(got.status));
}

async function json<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  return (await (await ask(path, method, body)).json()) as T;
}

const unpacked = (told: Told): Answer => ({
  ...told,
  minutes: new Uint16Array(bytes(told.minutes).buffer),
  facility: new Int16Array(bytes(told.facility).buffer),
});

export const study = (): Promise<Study> => json("/api/study");
export const layers = (): Promise<Layers> => json("/api/layers");
export const texts = (language: string): Promise<Record<string, string>> =>
  json(`/api/texts/${language}`);
export const login = (token: string): Promise<unknown> => json("/api/login", "POST", { token });

export const answer = async (scenario: Scenario): Promise<Answer> =>
  unpacked(await json("/api/answer", "POST", { scenario }));

export const ranking = (scenario: Scenario): Promise<Ranking> =>
  json("/api/ranking", "POST", { scenario });

export const robustness = (scenario: Scenario): Promise<Robustness> =>
  json("/api/robustness", "POST", { scenario });

export const access = (
  scenario: Scenario,
  lon: number,
  lat: number,
): Promise<{ facilities: { id: string; name: string; minutes: number | null }[] }> =>
  json("/api/access", "POST", { scenario, lon, lat });

export const isochrone = (
  scenario: Scenario,
  lon: number,
  lat: number,
  minutes: number[],
): Promise<GeoJSON.FeatureCollection> =>
  json("/api/isochrone", "POST", { scenario, lon, lat, minutes });

export const start = (
  scenario: Scenario,
  model: string,
  sites: number,
  max_minutes: number | null,
  required: string[],
  closed: string[],
): Promise<Job> =>
  json("/api/jobs", "POST", { scenario, model, sites, max_minutes, required, closed });
export const job = (id: string): Promise<Job> => json(`/api/jobs/${id}`);
export const cancel = (id: string): Promise<Job> => json(`/api/jobs/${id}`, "DELETE");

export const saved = (): Promise<{ names: string[] }> => json("/api/scenarios");
export const load = (name: string): Promise<Scenario> =>
  json(`/api/scenarios/${encodeURIComponent(name)}`);
export const save = (name: string, scenario: Scenario): Promise<{ file: string }> =>
  json(`/api/scenarios/${encodeURIComponent(name)}`, "PUT", { scenario });

export const exported = async (kind: string, scenario: Scenario): Promise<Blob> =>
  (await ask(`/api/export/${kind}`, "POST", { scenario })).blob();
