/**
 * Parts of a screen below each other that each read something: they are shown when all have it, or
 * one takes too long, so that none moves the next.
 */
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { inTime } from '../api/in-time.ts';
import { Skeleton } from '../parts/skeleton.tsx';

type Wait = (reading: Promise<unknown>) => void;
const Waiting = createContext<Wait>(() => undefined);

/** For what reads: names its first reading to the `Together` around it. It does not reject. */
export const useWait = (): Wait => useContext(Waiting);

export function Together({ children }: { children: ComponentChildren }) {
  const [isThere, setThere] = useState(false);
  const readings = useMemo<Promise<unknown>[]>(() => [], []);
  useEffect(() => {
    // The parts have begun: effects run from the inside out.
    void inTime(Promise.all(readings)).then(() => setThere(true));
  }, []);
  const wait = useMemo<Wait>(() => (reading) => void readings.push(reading), []);
  return (
    <Waiting.Provider value={wait}>
      {!isThere && <Skeleton rows={4} />}
      <div class="together" hidden={!isThere}>
        {children}
      </div>
    </Waiting.Provider>
  );
}
