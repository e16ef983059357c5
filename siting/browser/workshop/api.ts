/** Questions to the server. */

import { bytes } from "../shared/packing.js";
import type * as api from "./api_types.js";
import type { Answer, Scenario } from "./model.js";

export class Refused extends Error {
  /** `version` is that of what stands in the way, where the server names it. */
  constructor(
    readonly status: number,
    readonly key: string,
    sentence: string,
    readonly version = "",
  ) {
    super(sentence);
  }
}

let spoken = "fr";

export function speak(language: string): void {
  spoken = language;
}

async function ask(path: string, method = "GET", body?: unknown, more: Record<string, string> = {}): Promise<Response> {
  const headers: Record<string, string> = { "accept-language": spoken, ...more };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "", "");
  }
  if (response.ok) return response;
  const refusal = (await response.json().catch(() => ({}))) as Partial<api.Refusal>;
  const sentence = refusal.error ?? String(response.status);
  throw new Refused(response.status, refusal.key ?? "", sentence, response.headers.get("etag") ?? "");
}

async function json<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  return (await (await ask(path, method, body)).json()) as T;
}

/** Ask about a scenario. */
const post = <Q, A>(path: string, question: Q): Promise<A> => json(path, "POST", question);

const unpacked = (reply: api.ScenarioReply): Answer => ({
  ...reply,
  minutes: new Uint16Array(bytes(reply.minutes).buffer),
  facility: new Int16Array(bytes(reply.facility).buffer),
});

export const study = (): Promise<api.StudyReply> => json("/api/study");
export const layers = (): Promise<api.LayersReply> => json("/api/layers");
export const surroundings = (): Promise<api.SurroundingsReply> => json("/api/surroundings");
export const texts = (language: string): Promise<Record<string, string>> => json(`/api/texts/${language}`);
export const login = (token: string): Promise<unknown> => post("/api/login", { token });

export const answer = async (scenario: Scenario): Promise<Answer> =>
  unpacked(await post<api.ScenarioQuestion, api.ScenarioReply>("/api/answer", { scenario }));

export const ranking = (scenario: Scenario): Promise<api.RankingReply> =>
  post<api.ScenarioQuestion, api.RankingReply>("/api/ranking", { scenario });

export const robustness = (scenario: Scenario): Promise<api.RobustnessReply> =>
  post<api.ScenarioQuestion, api.RobustnessReply>("/api/robustness", { scenario });

export const plan = (scenario: Scenario): Promise<api.PlanReply> =>
  post<api.ScenarioQuestion, api.PlanReply>("/api/plan", { scenario });

export const zone = (scenario: Scenario, corners: [number, number][]): Promise<api.ZoneReply> =>
  post<api.ZoneQuestion, api.ZoneReply>("/api/zone", { scenario, zone: corners });

export const access = (scenario: Scenario, lon: number, lat: number): Promise<api.AccessReply> =>
  post<api.PlaceQuestion, api.AccessReply>("/api/access", { scenario, lon, lat });

export const isochrone = (question: api.IsochroneQuestion): Promise<api.IsochroneReply> =>
  post<api.IsochroneQuestion, api.IsochroneReply>("/api/isochrone", question);

export const start = (question: api.JobQuestion): Promise<api.JobReply> =>
  post<api.JobQuestion, api.JobReply>("/api/jobs", question);
export const job = (id: string): Promise<api.JobReply> => json(`/api/jobs/${id}`);
export const cancel = (id: string): Promise<api.JobReply> => json(`/api/jobs/${id}`, "DELETE");

const meetingPath = (id: string): string => `/api/meetings/${encodeURIComponent(id)}`;

export const beginMeeting = (question: api.MeetingQuestion): Promise<api.MeetingReply> =>
  post<api.MeetingQuestion, api.MeetingReply>("/api/meetings", question);
export const meeting = (id: string): Promise<api.MeetingReply> => json(meetingPath(id));
export const takeHand = (id: string, question: api.HandQuestion): Promise<api.MeetingReply> =>
  post<api.HandQuestion, api.MeetingReply>(`${meetingPath(id)}/hand`, question);
export const changeMeeting = (id: string, question: api.StateQuestion): Promise<api.MeetingReply> =>
  json(meetingPath(id), "PUT", question);

const scenarioPath = (name: string): string => `/api/scenarios/${encodeURIComponent(name)}`;

export const saved = (): Promise<api.SavedNamesReply> => json("/api/scenarios");
/** What was loaded or saved, and the version that the server has now. */
export interface Versioned<T> {
  content: T;
  version: string;
}

async function versioned<T>(response: Response): Promise<Versioned<T>> {
  return { content: (await response.json()) as T, version: response.headers.get("etag") ?? "" };
}

export const load = async (name: string): Promise<Versioned<Scenario>> => versioned(await ask(scenarioPath(name)));

/** Save; `replaced` is the version that may be replaced, empty for none. */
export const save = async (name: string, scenario: Scenario, replaced: string): Promise<Versioned<api.SavedReply>> => {
  const question: api.SaveQuestion = { scenario, replace: replaced !== "" };
  const headers: Record<string, string> = replaced ? { "if-match": replaced } : {};
  return versioned(await ask(scenarioPath(name), "PUT", question, headers));
};

export const minutes = async (question: api.MinutesQuestion): Promise<Blob> =>
  (await ask("/api/minutes", "POST", question)).blob();

export const exported = async (kind: string, question: api.ExportQuestion): Promise<Blob> =>
  (await ask(`/api/export/${kind}`, "POST", question)).blob();
