/** The page's texts in the reader's language. */

import { speak } from "../shared/numbers.js";

let catalogue: Record<string, string> = {};

export function use(language: string, texts: Record<string, string>): void {
  speak(language, texts["tag"] ?? language);
  catalogue = texts;
}

/** The text of a key, its `{placeholders}` filled. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`no text: ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
