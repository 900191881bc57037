/** Places of documents in the drawing of connections, by forces: connected ones are near, all keep apart. */
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force';
import type { components } from '../../../../clients/typescript/src/index.ts';

export type Graph = components['schemas']['ResourceGraph'];

export interface PlacedNode extends SimulationNodeDatum {
  readonly id: string;
  readonly title: string;
  readonly isHere: boolean;
  x: number;
  y: number;
}

export interface PlacedEdge {
  readonly source: PlacedNode;
  readonly target: PlacedNode;
  readonly weight: number;
}

const STEPS = 250;

/** The same graph is placed alike each time. Between two documents one line is drawn. */
export function layoutOf(
  graph: Graph,
  width: number,
  height: number,
  untitled: string,
): { nodes: PlacedNode[]; edges: PlacedEdge[] } {
  const nodes = graph.nodes.map(({ id, title, url }, index): PlacedNode => {
    const isHere = id === graph.resource_id;
    const [angle, radius] = [index * 2.4, isHere ? 0 : 10 * Math.sqrt(index + 1)];
    const place = { x: width / 2 + radius * Math.cos(angle), y: height / 2 + radius * Math.sin(angle) };
    return { id, title: title ?? url ?? untitled, isHere, ...place, ...(isHere ? { fx: width / 2, fy: height / 2 } : {}) };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edges = new Map<string, PlacedEdge>();
  for (const { source, target, weight } of graph.edges) {
    const [from, to] = [byId.get(source), byId.get(target)];
    if (!from || !to || from === to) continue;
    const key = [source, target].toSorted().join(' ');
    edges.set(key, { source: from, target: to, weight: Math.max(weight, edges.get(key)?.weight ?? 0) });
  }
  const reach = Math.min(width, height) / 3;
  const simulation = forceSimulation(nodes)
    .force('links', forceLink(edges.size > 0 ? [...edges.values()].map((edge) => ({ ...edge })) : []).distance(reach))
    .force('apart', forceManyBody().strength(-160))
    .force('size', forceCollide(12))
    .force('x', forceX(width / 2).strength(0.08))
    .force('y', forceY(height / 2).strength(0.12))
    .stop();
  simulation.tick(STEPS);
  for (const node of nodes) {
    node.x = Math.min(width - 12, Math.max(12, node.x));
    node.y = Math.min(height - 24, Math.max(12, node.y));
  }
  return { nodes, edges: [...edges.values()] };
}

/** The node within reach of a place. */
export function nodeAt(nodes: readonly PlacedNode[], x: number, y: number, reach = 14): PlacedNode | undefined {
  let nearest: PlacedNode | undefined;
  let least = reach;
  for (const node of nodes) {
    const distance = Math.hypot(node.x - x, node.y - y);
    if (distance > least) continue;
    least = distance;
    nearest = node;
  }
  return nearest;
}
