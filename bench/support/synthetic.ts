/** Synthetic libraries for the search benches: clusters of unequal size on the unit sphere, and words distributed as in a language. */

/** Mulberry32: the same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = Array.from({ length: 20_000 }, (_, i) => `w${i.toString(36)}`);

export function synthetic({ chunks, dimensions }: { chunks: number; dimensions: number }) {
  const next = random(7);
  const gaussian = () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
  const centres = Array.from({ length: Math.max(20, Math.floor(chunks / 100)) }, () =>
    Float32Array.from({ length: dimensions }, gaussian),
  );
  /** Squaring favours the first clusters: a library covers a few subjects in depth and many briefly. */
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() ** 2 * list.length)] as T;
  /** Word frequencies fall off as in a language (Zipf): rank r is about 1 / r as frequent as the first. */
  const word = () => WORDS[Math.floor(WORDS.length ** next())] as string;
  return {
    word,
    passage: () => Array.from({ length: 200 }, word).join(' '),
    vector: (): Float32Array => {
      const spread = 0.4 + 0.8 * next();
      const raw = pick(centres).map((value) => value + spread * gaussian());
      const norm = Math.hypot(...raw);
      return raw.map((value) => value / norm);
    },
  };
}

const quantile = (times: readonly number[], q: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Number.NaN;

export const show = (name: string, times: readonly number[], more = '') =>
  console.log(
    `${name.padEnd(34)} p50 ${quantile(times, 0.5).toFixed(1).padStart(7)} ms   p99 ${quantile(times, 0.99).toFixed(1).padStart(7)} ms   ${more}`,
  );

/** Times `query` for each of `count` queries in sequence; shows the best of several rounds. */
export async function measure<T>(
  name: string,
  count: number,
  query: (i: number) => Promise<T>,
  more: (results: T[]) => string = () => '',
  rounds = 1,
): Promise<T[]> {
  let results: T[] = [];
  let best: number[] | undefined;
  for (let round = 0; round < rounds; round++) {
    const times: number[] = [];
    results = [];
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      results.push(await query(i));
      times.push(performance.now() - started);
    }
    if (best === undefined || quantile(times, 0.5) < quantile(best, 0.5)) best = times;
  }
  show(name, best ?? [], more(results));
  return results;
}

/** The average share of the ten best of `truth` among the ten best of `found`. */
export function recallAt10(
  truth: readonly (readonly { seq: number }[])[],
  found: readonly (readonly { seq: number }[])[],
): string {
  const shares = found.map((hits, i) => {
    const best = new Set((truth[i] ?? []).slice(0, 10).map((hit) => hit.seq));
    return hits.slice(0, 10).filter((hit) => best.has(hit.seq)).length / best.size;
  });
  return `recall@10 ${(shares.reduce((sum, one) => sum + one, 0) / shares.length).toFixed(3)}`;
}
