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

/** Ranks by node, which sum to 1. Edges to or from a node outside `nodes` are ignored. */
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
    // Rank of nodes without outgoing edges is distributed evenly over all nodes.
    const dangling = ranks.reduce((sum, rank, node) => (outgoing[node] === 0 ? sum + rank : sum), 0);
    const next = new Float64Array(size).fill((1 - DAMPING + DAMPING * dangling) / size);
    for (const { from, to, weight } of links) next[to] = at(next, to) + (DAMPING * at(ranks, from) * weight) / at(outgoing, from);
    const change = next.reduce((sum, rank, node) => sum + Math.abs(rank - at(ranks, node)), 0);
    ranks = next;
    if (change < TOLERANCE) break;
  }
  return new Map([...index].map(([node, i]) => [node, at(ranks, i)]));
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Libraries up to this size are cheap to rank every time. */
const SMALL_LIBRARY = 12;

/**
 * Whether to rank a library of `size` documents again that was last ranked at `ranked` documents (undefined: unknown). It
 * is due when the size has changed by a tenth, which keeps the cost per document constant as the library grows.
 */
export function isRankingDue(size: number, ranked: number | undefined): boolean {
  return ranked === undefined || size <= SMALL_LIBRARY || Math.abs(size - ranked) * 10 >= ranked;
}

/**
 * Estimates the rank of a new node by one step of the iteration; it holds until the library is ranked again. `size`
 * includes the node; `weightsOut` is the sum of each neighbour's outgoing weights; a missing rank counts as average.
 */
export function estimateRank(
  size: number,
  incoming: readonly { readonly source: string; readonly weight: number }[],
  { ranks, weightsOut }: { ranks: ReadonlyMap<string, number | null>; weightsOut: ReadonlyMap<string, number> },
): number {
  const received = incoming.reduce((sum, { source, weight }) => {
    const share = weight / Math.max(weight, weightsOut.get(source) ?? weight);
    return sum + (ranks.get(source) ?? 1 / size) * share;
  }, 0);
  return Math.min(1, (1 - DAMPING) / size + DAMPING * received);
}
