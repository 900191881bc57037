/** The text of a document, drawn slice by slice: what is asked for first, the rest while the browser has nothing to do. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TextRange } from '../../parts/ranges.ts';
import { type Block, parseBlocks } from './markdown.tsx';
import { isSameTitle, type Slice, slicesOf } from './slices.ts';

interface Props {
  readonly text: string;
  readonly isMarkdown: boolean;
  /** Not shown again: the title of the page. */
  readonly title: string;
  readonly language: string | undefined;
  /** The passage to mark and to scroll to. */
  readonly passage: TextRange | undefined;
  /** Found words. */
  readonly ranges: readonly TextRange[];
  /** An offset whose slice is needed now, as when its heading was chosen. */
  readonly wanted: number | undefined;
}

/** Beyond it, slices are drawn when they come near the window. */
const DRAWN_BY_ITSELF = 1_500_000;
/** A line of the measure, and its height in pixels. */
const UNITS_PER_LINE = 70;
const LINE_HEIGHT = 30;

export function Reading({ text, isMarkdown, title, language, passage, ranges, wanted }: Props) {
  const slices = useMemo(() => slicesOf(text), [text]);
  const indexOf = (offset: number) => slices.findIndex(({ end }) => offset < end);
  const [drawn, setDrawn] = useState<ReadonlySet<number>>(new Set());
  const draw = (index: number) => setDrawn((known) => (known.has(index) || index < 0 ? known : new Set([...known, index])));
  const container = useRef<HTMLDivElement>(null);
  const start = passage?.[0];

  useLayoutEffect(() => {
    const target = start === undefined ? 0 : indexOf(start);
    setDrawn(new Set([target, target + 1]));
  }, [slices]);
  useEffect(() => {
    if (start !== undefined) draw(indexOf(start));
  }, [start]);
  useEffect(() => {
    if (wanted !== undefined) draw(indexOf(wanted));
  }, [wanted]);
  useEffect(() => {
    if (text.length > DRAWN_BY_ITSELF || drawn.size === 0 || drawn.size >= slices.length) return;
    const next = slices.findIndex((_, index) => !drawn.has(index));
    return whenIdle(() => draw(next));
  }, [drawn, slices]);
  useEffect(() => {
    if (text.length <= DRAWN_BY_ITSELF) return;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) if (isIntersecting) draw(Number((target as HTMLElement).dataset.slice));
      },
      { rootMargin: '1500px' },
    );
    for (const element of container.current?.children ?? []) observer.observe(element);
    return () => observer.disconnect();
  }, [slices]);
  const isThere = start !== undefined && drawn.has(indexOf(start));
  useEffect(() => {
    if (isThere) container.current?.querySelector('.found')?.scrollIntoView({ block: 'center' });
  }, [isThere, start]);

  return (
    <div ref={container} lang={language} dir="auto">
      {slices.map((slice, index) => (
        <div key={slice.start} data-slice={index} style={drawn.has(index) ? undefined : { minHeight: heightOf(slice) }}>
          {drawn.has(index) && (
            <SliceText
              slice={slice}
              source={text}
              isMarkdown={isMarkdown}
              title={index === 0 ? title : undefined}
              passage={passage && passage[0] < slice.end && passage[1] > slice.start ? passage : undefined}
              ranges={ranges}
            />
          )}
        </div>
      ))}
    </div>
  );
}

const heightOf = ({ start, end }: Slice) => `${Math.ceil((end - start) / UNITS_PER_LINE) * LINE_HEIGHT}px`;

/** Safari has no requestIdleCallback. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(run, 30);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(run, { timeout: 200 });
  return () => cancelIdleCallback(handle);
}

interface SliceProps extends Pick<Props, 'isMarkdown' | 'passage' | 'ranges'> {
  readonly slice: Slice;
  readonly source: string;
  readonly title: string | undefined;
}

function SliceText({ slice, source, isMarkdown, title, passage, ranges }: SliceProps) {
  const own = ranges.filter(([start, end]) => start < slice.end && end > slice.start);
  const key = own.join();
  const blocks = useMemo(() => {
    const part = source.slice(slice.start, slice.end);
    const reading = { base: slice.start - slice.before.length, ranges: own };
    const all = (isMarkdown && parseBlocks(slice.before + part, reading)) || plainBlocks(part, slice.start);
    return title === undefined ? all : withoutTitle(all, source, title);
  }, [source, slice, key, isMarkdown]);
  return <>{passage ? marked(blocks, passage) : blocks.map(({ shown }) => shown)}</>;
}

function plainBlocks(text: string, base: number): Block[] {
  return [...text.matchAll(/[^\n]+(?:\n(?!\n)[^\n]*)*/g)].map(({ 0: part, index }) => ({
    shown: (
      <p key={index} class="plain">
        {part}
      </p>
    ),
    start: base + index,
    end: base + index + part.length,
  }));
}

function withoutTitle(blocks: readonly Block[], source: string, title: string): readonly Block[] {
  const [first, ...rest] = blocks;
  if (!first) return blocks;
  const heading = source.slice(first.start, first.end);
  return /^ {0,3}#/.test(heading) && isSameTitle(heading, title) ? rest : blocks;
}

/** The blocks of the passage stand together. A passage begins with the last sentence of the one before, which stays outside. */
function marked(blocks: readonly Block[], [from, to]: TextRange) {
  const shared = blocks.map(({ start, end }) => Math.max(0, Math.min(end, to) - Math.max(start, from)));
  const most = Math.max(...shared);
  const isFound = blocks.map(({ start, end }, index) => {
    const overlap = shared[index] ?? 0;
    return overlap > 0 && (overlap === most || overlap * 2 >= end - start);
  });
  const first = isFound.indexOf(true);
  if (first < 0) return blocks.map(({ shown }) => shown);
  const last = isFound.lastIndexOf(true);
  const shown = (some: readonly Block[]) => some.map((block) => block.shown);
  return (
    <>
      {shown(blocks.slice(0, first))}
      <div class="found">{shown(blocks.slice(first, last + 1))}</div>
      {shown(blocks.slice(last + 1))}
    </>
  );
}
