/** Texts and numbers in the reader's language. */

let held: Record<string, string> = {};
let code = "fr";

export function use(language: string, texts: Record<string, string>): void {
  code = language;
  held = texts;
}

export const language = (): string => code;

/** The text of a key, its `{placeholders}` filled. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const said = held[key];
  if (said === undefined) throw new Error(`no text: ${key}`);
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export const number = (value: number, digits = 0): string =>
  value.toLocaleString(code, { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share: number, digits = 1): string =>
  share.toLocaleString(code, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

/** A difference with its sign, `+1 250`, `−3`, `0`. */
export function signed(value: number, digits = 0): string {
  const shown = number(Math.abs(value), digits);
  if (Number(Math.abs(value).toFixed(digits)) === 0) return number(0, digits);
  return (value > 0 ? "+" : "\u2212") + shown;
}
