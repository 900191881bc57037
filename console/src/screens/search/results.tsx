/** The hits with what is said about them, and the next page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchResult } from '../../../../clients/typescript/src/index.ts';
import { type Asked, writeAsked } from '../../api/asked.ts';
import { reasonOf } from '../../api/errors.ts';
import { type Answer, askMore, busy } from '../../api/search-answers.ts';
import { Button } from '../../parts/button.tsx';
import { toast } from '../../parts/toast.tsx';
import { search as texts } from '../../texts/search.ts';
import { HitRow } from './hit-row.tsx';
import { Notes } from './notes.tsx';
import { NothingFound } from './nothing-found.tsx';

interface Props {
  readonly asked: Asked;
  readonly shown: Answer | undefined;
  readonly onOpen: () => void;
  readonly onClear: () => void;
}

/** Less is over before an eye has seen it. */
const SLOW_MS = 300;

export function Results({ asked, shown, onOpen, onClear }: Props) {
  const isSlow = useSlow(busy.value);
  const list = useRef<HTMLOListElement>(null);
  /** Which hit has the focus when the next page is there, since the button moves down or goes. */
  const awaited = useRef<{ readonly first: SearchResult; readonly place: number }>(undefined);
  useEffect(() => {
    const { first, place } = awaited.current ?? {};
    if (place === undefined) return;
    const isSame = shown?.first === first;
    if (isSame && shown?.hits.length === place && shown.cursor !== undefined) return;
    awaited.current = undefined;
    const links = list.current?.querySelectorAll<HTMLElement>('.hit__title a') ?? [];
    if (isSame) (links[place] ?? links[links.length - 1])?.focus({ preventScroll: true });
  }, [shown]);
  if (!shown) return isSlow ? <SkeletonHits /> : null;
  const query = writeAsked(shown.asked);
  return (
    <>
      <Notes shown={shown} />
      {shown.hits.length > 0 ? (
        <ol ref={list} class="hits" aria-busy={isSlow ? 'true' : undefined}>
          {shown.hits.map((hit) => (
            <HitRow key={hit.resource_id} hit={hit} query={query} onOpen={onOpen} />
          ))}
        </ol>
      ) : (
        <NothingFound asked={{ ...asked, q: shown.asked.q }} onClear={onClear} />
      )}
      {shown.cursor !== undefined && (
        <More
          onAsk={() => {
            awaited.current = { first: shown.first, place: shown.hits.length };
          }}
        />
      )}
    </>
  );
}

function useSlow(isBusy: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!isBusy) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isBusy]);
  return isSlow;
}

function More({ onAsk }: { onAsk: () => void }) {
  const [isLoading, setLoading] = useState(false);
  const load = async () => {
    setLoading(true);
    onAsk();
    try {
      await askMore();
    } catch (error) {
      toast({ failed: true, text: reasonOf(error, texts.failed.unreachable) });
    } finally {
      setLoading(false);
    }
  };
  return (
    <div class="search__more">
      <Button busy={isLoading} onClick={load}>
        {texts.showMore}
      </Button>
    </div>
  );
}

const ROWS = [46, 38, 52, 41, 49];

function SkeletonHits() {
  return (
    <ol class="hits" aria-hidden="true">
      {ROWS.map((width) => (
        <li key={width} class="hit">
          <div class="hit__skeleton">
            <span class="skel skel--title" style={{ width: `${width}%` }} />
            <span class="skel" style={{ width: '28%' }} />
            <span class="skel" style={{ width: '66%' }} />
            <span class="skel" style={{ width: '54%' }} />
          </div>
          <div class="hit__side">
            <span class="skel" style={{ width: '5rem' }} />
          </div>
        </li>
      ))}
    </ol>
  );
}
