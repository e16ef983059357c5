/** The address holds the state; browsers refuse to have it written too often. */

import { fragment, type State } from "./store.js";

const APART_MS = 350; // Safari takes a hundred in thirty seconds

export class Address {
  private waiting: { state: State; timer: number } | null = null;
  private last = -Infinity;

  /** Write a state at once, or when the browser will take it; of several, the last. */
  write(state: State): void {
    if (this.waiting) {
      this.waiting.state = state;
      return;
    }
    const left = this.last + APART_MS - performance.now();
    if (left <= 0) this.put(state);
    else this.waiting = { state, timer: window.setTimeout(() => this.flush(), left) };
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
    this.last = performance.now();
    try {
      history.replaceState(null, "", `#${fragment(state)}`);
    } catch {
      // refused all the same: once more, later
      this.waiting ??= { state, timer: window.setTimeout(() => this.flush(), 10 * APART_MS) };
    }
  }
}
