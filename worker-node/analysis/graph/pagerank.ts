/** PageRank by power iteration (Page, Brin, Motwani, Winograd 1999) over a weighted graph. */

export interface RankedEdge {
  readonly source: string;
  readonly target: string;
  /** Positive. */
  readonly weight: number;
}

const DAMPING = 0.85;
const MAX_ITERATIONS = 50;
const TOLERANCE = 1e-9;

/** Ranks that sum to 1. Edges to or from a node that is not in `nodes` are left out. */
export function pageRank(nodes: readonly string[], edges: readonly RankedEdge[]): Map<string, number> {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const size = index.size;
  const links = edges.flatMap(({ source, target, weight }) => {
    const [from, to] = [index.get(source), index.get(target)];
    return from === undefined || to === undefined ? [] : [{ from, to, weight }];
  });
  const outgoing = new Float64Array(size);
  for (const { from, weight } of links) outgoing[from] = at(outgoing, from) + weight;

  let ranks = new Float64Array(size).fill(1 / size);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    // What nodes without a way out hold goes to all alike.
    const dangling = ranks.reduce((sum, rank, node) => (outgoing[node] === 0 ? sum + rank : sum), 0);
    const next = new Float64Array(size).fill((1 - DAMPING + DAMPING * dangling) / size);
    for (const { from, to, weight } of links) next[to] = at(next, to) + (DAMPING * at(ranks, from) * weight) / at(outgoing, from);
    const moved = next.reduce((sum, rank, node) => sum + Math.abs(rank - at(ranks, node)), 0);
    ranks = next;
    if (moved < TOLERANCE) break;
  }
  return new Map([...index].map(([node, i]) => [node, at(ranks, i)]));
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Below this a ranking costs next to nothing. */
const SMALL = 12;

/**
 * Whether a library of `size` that was last ranked at `ranked` (undefined: not that we know) is to be ranked anew: when
 * it has grown or shrunk by a tenth, so that ranking costs each document the same however many there are.
 */
export function isRankingDue(size: number, ranked: number | undefined): boolean {
  return ranked === undefined || size <= SMALL || Math.abs(size - ranked) * 10 >= ranked;
}

/**
 * The rank of one node by one step from those around it: what a newcomer has until the whole is ranked again. `size`
 * counts it; `weightsOut` is what each neighbour's edges weigh together, `ranks` their ranks (a missing one is average).
 */
export function estimateRank(
  size: number,
  incoming: readonly { readonly source: string; readonly weight: number }[],
  { ranks, weightsOut }: { ranks: ReadonlyMap<string, number | null>; weightsOut: ReadonlyMap<string, number> },
): number {
  const given = incoming.reduce((sum, { source, weight }) => {
    const share = weight / Math.max(weight, weightsOut.get(source) ?? weight);
    return sum + (ranks.get(source) ?? 1 / size) * share;
  }, 0);
  return Math.min(1, (1 - DAMPING) / size + DAMPING * given);
}
