/** Documents that similarity, links and citations connect with this one: a drawing to explore, and the same as a list. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { navigate } from '../../app/place.ts';
import { Segments } from '../../parts/segments.tsx';
import { documentTexts } from '../../texts/document.ts';
import { draw } from './graph-drawing.ts';
import { type Graph, layoutOf, nodeAt, type PlacedNode } from './graph-layout.ts';

const texts = documentTexts.connections;
const HEIGHT = 208;

export function Connections({ id }: { id: string }) {
  const [graph, setGraph] = useState<Graph>();
  const [depth, setDepth] = useState<'1' | '2'>('1');
  useEffect(() => {
    let isOpen = true;
    const query = { depth: Number(depth) };
    client.get('/resources/{id}/graph', { params: { path: { id }, query } }).then(
      (found) => isOpen && setGraph(found),
      () => undefined,
    );
    return () => {
      isOpen = false;
    };
  }, [id, depth]);
  const others = graph ? graph.nodes.filter((node) => node.id !== id) : [];
  return (
    <section>
      <div class="row row--apart">
        <h2>{texts.title}</h2>
        <Segments
          small
          label={texts.depth}
          value={depth}
          options={(['1', '2'] as const).map((value) => ({ value, shown: texts.steps[value] }))}
          onChange={setDepth}
        />
      </div>
      {graph && others.length === 0 && <p class="quiet">{texts.none}</p>}
      {graph && others.length > 0 && (
        <>
          <Canvas graph={graph} count={others.length} />
          <ConnectionList graph={graph} />
        </>
      )}
      {!graph && <div style={{ height: `${HEIGHT}px` }} />}
    </section>
  );
}

const addressOf = (id: string) => `/app/documents/${encodeURIComponent(id)}`;

function Canvas({ graph, count }: { graph: Graph; count: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [near, setNear] = useState<PlacedNode>();
  const [width, setWidth] = useState(304);
  const [theme, setTheme] = useState(0);
  const { nodes, edges } = useMemo(() => layoutOf(graph, width, HEIGHT, documentTexts.untitled), [graph, width]);
  useEffect(() => {
    if (canvas.current) setWidth(canvas.current.clientWidth || 304);
    const changed = () => setTheme((count) => count + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', changed);
    return () => {
      observer.disconnect();
      media.removeEventListener('change', changed);
    };
  }, []);
  useEffect(() => {
    if (canvas.current) draw(canvas.current, { nodes, edges, near });
  }, [nodes, edges, near, theme]);
  const at = ({ offsetX, offsetY }: MouseEvent) => nodeAt(nodes, offsetX, offsetY);
  return (
    <canvas
      ref={canvas}
      class="graph graph--canvas"
      role="img"
      aria-label={texts.label(count)}
      title={near?.title}
      data-near={near && !near.isHere ? '' : undefined}
      onMouseMove={(event) => setNear(at(event))}
      onMouseLeave={() => setNear(undefined)}
      onClick={(event) => {
        const node = at(event);
        if (node && !node.isHere) navigate(addressOf(node.id));
      }}
    />
  );
}

function ConnectionList({ graph }: { graph: Graph }) {
  const here = graph.resource_id;
  const kinds = new Map<string, Set<keyof typeof texts.kinds>>();
  for (const { source, target, kind } of graph.edges) {
    for (const end of [source, target]) kinds.set(end, (kinds.get(end) ?? new Set()).add(kind));
  }
  const others = graph.nodes.filter((node) => node.id !== here);
  return (
    <details class="runs">
      <summary>{texts.list(others.length)}</summary>
      <ul class="plainlist">
        {others.map(({ id, title, url }) => (
          <li key={id}>
            <a href={addressOf(id)}>
              <span class="clip" dir="auto" title={title ?? url}>
                {title ?? url ?? documentTexts.untitled}
              </span>
              <span class="quiet">{[...(kinds.get(id) ?? [])].map((kind) => texts.kinds[kind]).join(', ')}</span>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
