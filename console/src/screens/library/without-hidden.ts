/** Rows that are hidden before the server has deleted them: the others move up, as they will. */

/** `hidden`: places of hidden rows, ascending. The place in the whole list of the row that is shown at `shown`. */
export function placeOf(shown: number, hidden: readonly number[]): number {
  let place = shown;
  for (const each of hidden) {
    if (each > place) break;
    place += 1;
  }
  return place;
}
