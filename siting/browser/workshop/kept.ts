/** What a tab of the browser keeps over a reload; one that keeps nothing starts anew. */

export function keep(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(`siting-${key}`, JSON.stringify(value));
  } catch {
    // full, or forbidden by the reader: the next reload starts anew
  }
}

/** What was kept under a key; null where nothing was. */
export function recall<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(`siting-${key}`) ?? "null") as T | null;
  } catch {
    return null;
  }
}
