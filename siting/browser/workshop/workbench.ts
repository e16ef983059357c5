/** What forms, markers and pop-ups do to the page. */

import type { Layers, Scenario, Study } from "./model.js";
import type { State } from "./store.js";

export interface Workbench {
  readonly study: Study;
  readonly layers: Layers;
  /** As it is now: whoever acts later asks again. */
  state(): State;
  /** Name of the commune of a place. */
  communeAt(at: L.LatLng): string;
  /** Show a scenario while a hand is still moving. */
  preview(scenario: Scenario): void;
  /** Change the scenario; the sentence is for who does not see. */
  settle(action: (now: Scenario) => Scenario, sentence: string): void;
  /** Change scenario and plan compared with. */
  set(state: State, sentence: string): void;
  /** Say something to who does not see. */
  announce(sentence: string): void;
  /** Say what is wrong, until the next gesture. */
  refuse(sentence: string): void;
  /** Say what an answer says is wrong. */
  fail(error: unknown): void;
}
