/** Which rows of a long list are near the screen. The window scrolls, so the list needs no box of its own. */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface VirtualRows {
  /** The first row to render, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Height in pixels of what is not rendered before and after. */
  readonly before: number;
  readonly after: number;
}

/** Rows rendered beyond each edge of the screen, so that a quick scroll meets no gap. */
const BEYOND = 12;

/** Pure: `top` is how far the list's start lies above the top of the screen. */
export function rowsAt(top: number, screen: number, count: number, rowHeight: number): VirtualRows {
  const first = Math.min(Math.max(0, Math.floor(top / rowHeight) - BEYOND), Math.max(0, count));
  const end = Math.max(first, Math.min(count, Math.ceil((top + screen) / rowHeight) + BEYOND));
  return { first, end, before: first * rowHeight, after: (count - end) * rowHeight };
}

/** `list` is the element whose first row stands at its top; `rowHeight` includes the gap below a row. */
export function useVirtualRows(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): VirtualRows {
  const read = () => rowsAt(-(list.current?.getBoundingClientRect().top ?? 0), innerHeight, count, rowHeight);
  const [rows, setRows] = useState(() => rowsAt(0, innerHeight, count, rowHeight));
  useEffect(() => {
    let frame = 0;
    const update = () => {
      frame = 0;
      const next = read();
      setRows((last) => (last.first === next.first && last.end === next.end && last.after === next.after ? last : next));
    };
    const later = () => {
      frame ||= requestAnimationFrame(update);
    };
    update();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [count, rowHeight]);
  return rows;
}
