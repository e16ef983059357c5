/** The address holds the state; browsers refuse to have it written too often. */

import { fragment, type State } from "./store.js";

// Safari takes a hundred in thirty seconds
const MOST = 80;
const WINDOW_MS = 30_000;
const AGAIN_MS = 3_500;

export class Address {
  private waiting: { state: State; timer: number } | null = null;
  private times: number[] = []; // of what was written lately

  /** Write a state at once, or when the browser will take it; of several, the last. */
  write(state: State): void {
    if (this.waiting) {
      this.waiting.state = state;
      return;
    }
    const now = performance.now();
    this.times = this.times.filter((time) => now - time < WINDOW_MS);
    const oldest = this.times[this.times.length - MOST];
    if (oldest === undefined) this.put(state);
    else {
      const left = oldest + WINDOW_MS - now;
      this.waiting = { state, timer: window.setTimeout(() => this.flush(), left) };
    }
  }

  /** Write what waits. */
  flush(): void {
    if (!this.waiting) return;
    const { state, timer } = this.waiting;
    window.clearTimeout(timer);
    this.waiting = null;
    this.put(state);
  }

  private put(state: State): void {
    this.times.push(performance.now());
    try {
      history.replaceState(null, "", `#${fragment(state)}`);
    } catch {
      // refused all the same: once more, later
      this.waiting ??= { state, timer: window.setTimeout(() => this.flush(), AGAIN_MS) };
    }
  }
}
