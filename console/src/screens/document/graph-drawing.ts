/** Draws the connections of a document on a canvas, in the colours of the theme. */
import type { PlacedEdge, PlacedNode } from './graph-layout.ts';

export interface Drawing {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** Under the pointer. */
  readonly near: PlacedNode | undefined;
}

const LONGEST_LABEL = 22;
/** More labels than these cover each other. */
const LABELS = 12;

export function draw(canvas: HTMLCanvasElement, { nodes, edges, near }: Drawing): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const colour = coloursOf(canvas);
  for (const { source, target, weight } of edges) {
    const isNear = near === source || near === target;
    context.strokeStyle = isNear ? colour('--color-ink-3') : colour('--color-line-2');
    context.lineWidth = 0.75 + 1.5 * Math.min(1, Math.max(0, weight));
    context.beginPath();
    context.moveTo(source.x, source.y);
    context.lineTo(target.x, target.y);
    context.stroke();
  }
  for (const node of nodes) {
    context.beginPath();
    context.arc(node.x, node.y, node.isHere ? 7 : 6, 0, 2 * Math.PI);
    context.fillStyle = node.isHere ? colour('--color-lamp') : colour('--color-surface');
    context.strokeStyle = node.isHere ? colour('--color-lamp') : colour('--color-ink-3');
    context.lineWidth = node === near ? 2.5 : 1.5;
    context.fill();
    context.stroke();
  }
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textAlign = 'center';
  const labelled = nodes.filter((node) => node === near || (!node.isHere && nodes.length <= LABELS));
  for (const node of labelled) {
    const text = node.title.length > LONGEST_LABEL && node !== near ? `${node.title.slice(0, LONGEST_LABEL - 1)}…` : node.title;
    const half = context.measureText(text).width / 2;
    const x = Math.min(Math.max(node.x, half + 4), Math.max(half + 4, width - half - 4));
    if (node === near) {
      context.fillStyle = colour('--color-raised');
      context.fillRect(x - half - 4, node.y + 9, 2 * half + 8, 15);
    }
    context.fillStyle = node === near ? colour('--color-ink') : colour('--color-ink-2');
    context.fillText(text, x, node.y + 20);
  }
}

/** Tokens hold both themes, so a colour is read where the browser has resolved it. */
function coloursOf(canvas: HTMLCanvasElement): (token: string) => string {
  const known = new Map<string, string>();
  return (token) => {
    const found = known.get(token);
    if (found !== undefined) return found;
    canvas.style.color = `var(${token})`;
    const resolved = getComputedStyle(canvas).color;
    canvas.style.color = '';
    known.set(token, resolved);
    return resolved;
  };
}
