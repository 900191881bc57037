/** A list that is read in pages, one more on demand. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { recoveries } from '../api/connection.ts';
import { useWait } from './together.tsx';
import type { Loaded } from './use-loaded.ts';

export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
}

export interface Pages<T> extends Loaded<readonly T[]> {
  /** Reads the next page; undefined on the last one. */
  readonly more: (() => Promise<void>) | undefined;
  /** Changes rows that were read, until they are read again. */
  readonly alter: (change: (rows: readonly T[]) => readonly T[]) => void;
}

/** Reads the first page whenever `key` changes. */
export function usePages<T>(key: string, read: (cursor: string | undefined) => Promise<Page<T>>): Pages<T> {
  const [page, setPage] = useState<Page<T>>();
  const [failed, setFailed] = useState(false);
  const latest = useRef(0);
  const tried = useRef<() => Promise<void>>(undefined);
  const shownKey = useRef(key);

  /** Reads on from `cursor` until there are as many rows as `least`. */
  async function load(cursor: string | undefined, before: readonly T[], least: number): Promise<void> {
    const turn = ++latest.current;
    tried.current = () => load(cursor, before, least);
    try {
      let rows = before;
      let next = cursor;
      do {
        const found = await read(next);
        if (turn !== latest.current) return;
        rows = [...rows, ...found.rows];
        next = found.next;
      } while (next !== undefined && rows.length < least);
      setPage({ rows, next });
      setFailed(false);
    } catch {
      if (turn === latest.current) setFailed(true);
    }
  }

  /** As many rows as are shown are read again. */
  const reload = () => load(undefined, [], page?.rows.length ?? 0);
  const round = recoveries.value;
  const wait = useWait();
  useEffect(() => {
    const isOther = shownKey.current !== key;
    shownKey.current = key;
    wait(isOther ? load(undefined, [], 0) : reload());
  }, [key, round]);
  return {
    value: page?.rows,
    failed,
    reload,
    retry: async () => await tried.current?.(),
    more: page?.next === undefined ? undefined : () => load(page.next, page.rows, 0),
    alter: (change) => setPage((old) => old && { ...old, rows: change(old.rows) }),
  };
}
