/** How many documents the list holds. Pure: what has no room is not added, and nothing that is unsent or failed leaves the list. */
import { type Entry, kindOf } from './entry.ts';

/** Entries of one page that are not ready; a folder with more is taken in parts. */
export const MAX_ENTRIES = 5_000;
/** Documents of one drop, or of one paste. */
export const MAX_AT_ONCE = 2_000;

/** Ready documents make room: they stay in the library. */
export function roomIn(entries: readonly Entry[]): number {
  const others = entries.filter((entry) => kindOf(entry) !== 'ready').length;
  return Math.max(0, Math.min(MAX_AT_ONCE, MAX_ENTRIES - others));
}

/** The list without the ready documents at its end that are too many. */
export function fitted(entries: readonly Entry[], most = MAX_ENTRIES): readonly Entry[] {
  const tooMany = entries.length - most;
  if (tooMany <= 0) return entries;
  const leaving = new Set(entries.filter((entry) => kindOf(entry) === 'ready').slice(-tooMany));
  return entries.filter((entry) => !leaving.has(entry));
}
