/** Throws TypeError for a value that would lead to another path: URLs resolve dots, and an empty segment is none. */
export function requireSegment(name: string, value: unknown): void {
  if (value === '' || value === '.' || value === '..') throw new TypeError(`${name}: expected an id, not "${value}"`);
}
