/** A meeting on several screens: all see one plan, whoever has the hand changes it, anyone may take the hand. */

import { byId } from "../shared/dom.js";
import * as api from "./api.js";
import type { MeetingReply, SharedState } from "./api_types.js";
import { recall, keep } from "./kept.js";
import { completed, type Scenario } from "./model.js";
import type { Theme } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const KEY = "reunion"; // in the address
const NAME = "siting-name";

/** What everybody in a meeting looks at. */
export interface Shared {
  scenario: Scenario;
  compared: Scenario | null;
  limit: number;
  theme: Theme;
}

export class Together {
  private readonly client: string;
  private meeting: MeetingReply | null = null;
  private stream: EventSource | null = null;
  /** The state that the server has, as text. */
  private known = "";
  private sending = false;

  /** `mine` gives what this screen shows, `show` what everybody sees, `again` asks anew after a cut. */
  constructor(
    private readonly bench: Workbench,
    private readonly mine: () => Shared,
    private readonly show: (state: Shared) => void,
    private readonly again: () => void,
  ) {
    this.client = recall<string>("client") ?? crypto.getRandomValues(new Uint32Array(3)).join("-");
    keep("client", this.client);
    byId<HTMLInputElement>("meet-name").value = localStorage.getItem(NAME) ?? "";
    byId("meet").addEventListener("click", () => this.act(this.begin()));
    byId("meet-hand").addEventListener("click", () => this.act(this.takeHand()));
    byId("meet-leave").addEventListener("click", () => this.leave(t("meet_left")));
    byId("meet-link").addEventListener("focus", () => byId<HTMLInputElement>("meet-link").select());
    byId("meet-name").addEventListener("change", () => localStorage.setItem(NAME, this.name));
    const id = new URLSearchParams(location.search).get(KEY);
    if (id) this.follow(id);
  }

  /** Whether somebody else has the hand: nothing may be changed here. */
  get watching(): boolean {
    return this.meeting !== null && this.meeting.hand !== this.client;
  }

  /** Send what this screen shows, if it has the hand and everybody sees something else. */
  push(): void {
    if (this.meeting === null || this.watching || this.sending) return;
    if (JSON.stringify(this.mine()) === this.known) return;
    this.sending = true;
    const state = this.mine();
    const text = JSON.stringify(state);
    api
      .changeMeeting(this.meeting.id, { client: this.client, version: this.meeting.version, state: state as SharedState })
      .then((meeting) => {
        this.known = text;
        this.sending = false;
        this.stands(meeting);
        this.push(); // what came meanwhile
      })
      .catch((error: unknown) => {
        this.sending = false;
        const moved = error instanceof api.Refused && error.status === 409;
        if (moved && this.meeting) void api.meeting(this.meeting.id).then((meeting) => this.adopt(meeting));
        if (moved) this.bench.fail(error);
        else this.cut(); // the stream comes back, and sends it then
      });
  }

  private get name(): string {
    return byId<HTMLInputElement>("meet-name").value.trim();
  }

  private act(action: Promise<void>): void {
    action.catch((error: unknown) => this.bench.fail(error));
  }

  private async begin(): Promise<void> {
    const state = this.mine();
    const meeting = await api.beginMeeting({ client: this.client, name: this.name, state: state as SharedState });
    this.known = JSON.stringify(state);
    history.replaceState(null, "", `?${KEY}=${meeting.id}${location.hash}`);
    this.stands(meeting);
    this.follow(meeting.id);
    byId("meet-link").focus();
  }

  private async takeHand(): Promise<void> {
    if (!this.meeting) return;
    this.adopt(await api.takeHand(this.meeting.id, { client: this.client, name: this.name }));
    this.bench.announce(t("meet_mine"));
  }

  /** Listen; a stream that is cut is opened again by the browser. */
  private follow(id: string): void {
    this.stream?.close();
    byId("meeting").hidden = false;
    byId("meet").hidden = true;
    byId<HTMLInputElement>("meet-link").value = `${location.origin}/?${KEY}=${id}`;
    const stream = new EventSource(`/api/meetings/${encodeURIComponent(id)}/events`);
    this.stream = stream;
    stream.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const meeting = JSON.parse(data) as MeetingReply;
      const own = meeting.hand === this.client && this.meeting?.version === meeting.version;
      if (own || this.sending) {
        this.stands({ ...meeting, version: Math.max(meeting.version, this.meeting?.version ?? 0) });
        this.push(); // what was done while the line was cut
      } else this.adopt(meeting);
    });
    stream.addEventListener("open", () => {
      if (document.body.dataset["meeting"] === "cut") this.again();
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) this.leave(t("meet_over"));
      else this.cut();
    });
  }

  /** Show what everybody sees; older than what is known already, it is left. */
  private adopt(meeting: MeetingReply): void {
    if (this.meeting && meeting.version < this.meeting.version) return;
    const before = this.meeting?.version;
    this.stands(meeting);
    const given = meeting.state as Shared;
    const state: Shared = {
      ...given,
      scenario: completed(given.scenario),
      compared: given.compared && completed(given.compared),
    };
    if (before === meeting.version) return; // only somebody came or went
    this.known = JSON.stringify(state);
    this.show(state);
  }

  private stands(meeting: MeetingReply): void {
    const held = this.meeting !== null && !this.watching;
    this.meeting = meeting;
    const name = meeting.name || t("meet_somebody");
    byId("meet-state").textContent = this.watching ? t("meet_theirs", { name }) : t("meet_mine");
    byId("meet-present").textContent = t("meet_present", { count: meeting.present });
    byId("meet-hand").hidden = !this.watching;
    if (held && this.watching) this.bench.announce(t("meet_theirs", { name }));
    document.body.dataset["meeting"] = String(meeting.version);
    document.body.dataset["hand"] = String(!this.watching);
  }

  private cut(): void {
    byId("meet-state").textContent = t("meet_cut");
    document.body.dataset["meeting"] = "cut";
  }

  /** Stay with the plan as it is, alone. */
  private leave(sentence: string): void {
    this.stream?.close();
    this.stream = null;
    this.meeting = null;
    history.replaceState(null, "", `${location.pathname}${location.hash}`);
    byId("meeting").hidden = true;
    byId("meet").hidden = false;
    byId("note").textContent = sentence;
    this.bench.announce(sentence);
  }
}
