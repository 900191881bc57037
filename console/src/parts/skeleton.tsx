/** Grey lines of the shape of what is coming. They appear after 300 ms: what comes sooner needs none. */
import { useEffect, useState } from 'preact/hooks';
import { shell } from '../texts/shell.ts';

const SHOWN_AFTER_MS = 300;

export interface SkeletonProps {
  /** How many rows are coming. */
  readonly rows?: number;
  /** Each row has a title line and this many lines below it. */
  readonly lines?: number;
}

export function Skeleton({ rows = 3, lines = 2 }: SkeletonProps) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div class="stack stack--full" role="status" aria-label={shell.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="stack stack--full">
          <span class="skel skel--title" style={{ width: '60%' }} />
          {Array.from({ length: lines }, (_, line) => (
            <span key={line} class="skel" style={{ width: line === lines - 1 ? '80%' : '100%' }} />
          ))}
        </div>
      ))}
    </div>
  );
}
