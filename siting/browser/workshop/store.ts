/** The page's state: a scenario, the plan it is compared with, their past and their future. */

import { completed, type Scenario } from "./model.js";

export interface State {
  scenario: Scenario;
  compared: Scenario | null;
}

/** A state, with what came before and what was taken back. */
export interface History {
  now: State;
  past: State[];
  future: State[];
}

const MOST = 200;

/** A state that can be undone and is told to listeners; kept in the address's fragment. */
export class Store {
  private past: State[] = [];
  private future: State[] = [];
  private readonly listeners: ((state: State, settled: boolean) => void)[] = [];

  /** `before` is what a reload kept; it holds only where it ends in the same state. */
  constructor(
    private now: State,
    before: History | null = null,
  ) {
    if (before === null || JSON.stringify(before.now) !== JSON.stringify(now)) return;
    this.past = before.past;
    this.future = before.future;
  }

  /** Whether nothing may be changed here; who tries is told by `refused`. */
  locked: () => boolean = () => false;
  refused: () => void = () => undefined;

  /** Refuse a change while it is locked; all is drawn again from the state. */
  private isRefused(): boolean {
    if (!this.locked()) return false;
    this.tell();
    this.refused();
    return true;
  }

  /** What a reload needs to undo. */
  get history(): History {
    return { now: this.now, past: this.past, future: this.future };
  }

  get state(): State {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  listen(listener: (state: State, settled: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** Show a state while a hand is still moving; the last `set` is what undo returns from. */
  preview(state: State): void {
    if (this.locked()) return;
    for (const listener of this.listeners) listener(state, false);
  }

  set(state: State): void {
    if (!this.isRefused()) this.follow(state);
  }

  /** Set what somebody else changed, or this hand. */
  follow(state: State): void {
    if (JSON.stringify(state) === JSON.stringify(this.now)) {
      this.tell();
      return;
    }
    this.past = [...this.past, this.now].slice(-MOST);
    this.future = [];
    this.now = state;
    this.tell();
  }

  change(action: (scenario: Scenario) => Scenario): void {
    this.set({ ...this.now, scenario: action(this.now.scenario) });
  }

  undo(): void {
    if (this.isRefused()) return;
    const before = this.past.pop();
    if (!before) return;
    this.future.push(this.now);
    this.now = before;
    this.tell();
  }

  /** Take back a state that cannot be; `instead` where there is none before it. */
  reject(instead: State): void {
    this.now = this.past.pop() ?? instead;
    this.tell();
  }

  redo(): void {
    if (this.isRefused()) return;
    const after = this.future.pop();
    if (!after) return;
    this.past.push(this.now);
    this.now = after;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener(this.now, true);
  }
}

/** Write a state as an address's fragment. */
export function fragment(state: State): string {
  const bytes = new TextEncoder().encode(JSON.stringify([state.scenario, state.compared]));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Read a state from a fragment; null where it is not one. */
export function fromFragment(text: string): State | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const [scenario, compared] = JSON.parse(new TextDecoder().decode(bytes)) as [
      Scenario,
      Scenario | null,
    ];
    if (!Array.isArray(scenario.what_if.open) || !Array.isArray(scenario.thresholds_minutes)) return null;
    return { scenario: completed(scenario), compared: compared === null ? null : completed(compared) };
  } catch {
    return null;
  }
}
