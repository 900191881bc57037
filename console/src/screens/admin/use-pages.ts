/** A list that is read in pages, one more on demand. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { recoveries } from '../../api/connection.ts';
import type { Loaded } from '../../app/use-loaded.ts';

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

/** Reads the first page again whenever `key` changes. */
export function usePages<T>(key: string, read: (cursor: string | undefined) => Promise<Page<T>>): Pages<T> {
  const [page, setPage] = useState<Page<T>>();
  const [failed, setFailed] = useState(false);
  const latest = useRef(0);

  async function load(cursor: string | undefined, before: readonly T[]): Promise<void> {
    const turn = ++latest.current;
    try {
      const { rows, next } = await read(cursor);
      if (turn !== latest.current) return;
      setPage({ rows: [...before, ...rows], next });
      setFailed(false);
    } catch {
      if (turn === latest.current) setFailed(true);
    }
  }

  const round = recoveries.value;
  useEffect(() => void load(undefined, []), [key, round]);
  return {
    value: page?.rows,
    failed,
    reload: () => load(undefined, []),
    more: page?.next === undefined ? undefined : () => load(page.next, page.rows),
    alter: (change) => setPage((old) => old && { ...old, rows: change(old.rows) }),
  };
}
