/** A list of thousands of rows or cards of one height: only those near the screen exist. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useVirtualRows } from './virtual-rows.ts';

export interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** Pixels of a row without its gap. */
  readonly rowHeight: number;
  /** Pixels between rows, and between columns. */
  readonly gap?: number;
  /** A grid: as many columns of at least this many pixels as fit. */
  readonly minColumn?: number;
  readonly class?: string;
  /** Stable for an item, so that its state moves with it. */
  readonly keyOf: (index: number) => string;
  readonly children: (index: number) => ComponentChildren;
}

export function VirtualList({ label, count, rowHeight, gap = 0, minColumn, class: name, keyOf, children }: VirtualListProps) {
  const list = useRef<HTMLUListElement>(null);
  const columns = useColumns(list, gap, minColumn);
  const { first, end, before, after } = useVirtualRows(list, Math.ceil(count / columns), rowHeight + gap);
  const indexes = Array.from({ length: Math.min(count, end * columns) - first * columns }, (_, i) => first * columns + i);
  return (
    <ul
      ref={list}
      class={name}
      aria-label={label}
      style={{
        display: 'grid',
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gap: `${gap}px`,
        paddingTop: `${before}px`,
        paddingBottom: `${after}px`,
      }}
    >
      {indexes.map((index) => (
        <li key={keyOf(index)} aria-setsize={count} aria-posinset={index + 1} style={{ height: `${rowHeight}px` }}>
          {children(index)}
        </li>
      ))}
    </ul>
  );
}

function useColumns(list: { readonly current: HTMLElement | null }, gap: number, minColumn: number | undefined): number {
  const [columns, setColumns] = useState(1);
  useEffect(() => {
    if (minColumn === undefined || !list.current) return setColumns(1);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setColumns(Math.max(1, Math.floor((entry.contentRect.width + gap) / (minColumn + gap))));
    });
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [gap, minColumn]);
  return columns;
}
