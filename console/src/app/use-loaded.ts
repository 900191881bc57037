/** What a part of a screen reads from the server: loaded once, again on demand, and after the server was away. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { recoveries } from '../api/connection.ts';
import { useWait } from './together.tsx';

export interface Loaded<T> {
  /** Undefined until it has come. */
  readonly value: T | undefined;
  /** Whether the last attempt failed; an older value stays. */
  readonly failed: boolean;
  readonly reload: () => Promise<void>;
  /** Repeats what failed. */
  readonly retry: () => Promise<void>;
}

export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T>();
  const [failed, setFailed] = useState(false);
  const latest = useRef(0);
  async function reload(): Promise<void> {
    const turn = ++latest.current;
    try {
      const found = await load();
      if (turn !== latest.current) return;
      setValue(() => found);
      setFailed(false);
    } catch {
      if (turn === latest.current) setFailed(true);
    }
  }
  const round = recoveries.value;
  const wait = useWait();
  useEffect(() => wait(reload()), [round]);
  return { value, failed, reload, retry: reload };
}
