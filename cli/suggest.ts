/** "Did you mean": the known word nearest to a mistyped one. */

/** Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** `; did you mean "users create"?` for a word within a third of its length, otherwise an empty string. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known.map((name) => ({ name, off: distance(word, name) })).toSorted((a, b) => a.off - b.off);
  return nearest && nearest.off <= Math.max(1, Math.floor(word.length / 3)) ? `; did you mean "${nearest.name}"?` : '';
}
