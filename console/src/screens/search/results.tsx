/** The hits with what is said about them, and the next page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Asked, writeAsked } from '../../api/asked.ts';
import { isUnreachable, sentenceOf } from '../../api/errors.ts';
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
  if (!shown) return isSlow ? <SkeletonHits /> : null;
  const query = writeAsked(shown.asked);
  return (
    <>
      <Notes shown={shown} />
      {shown.hits.length > 0 ? (
        <ol class="hits" aria-busy={isSlow ? 'true' : undefined}>
          {shown.hits.map((hit) => (
            <HitRow key={hit.resource_id} hit={hit} query={query} onOpen={onOpen} />
          ))}
        </ol>
      ) : (
        <NothingFound asked={{ ...asked, q: shown.asked.q }} onClear={onClear} />
      )}
      {shown.cursor !== undefined && <More count={shown.hits.length} />}
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

/** The focus moves to the first hit that came, since the button moves down. */
function More({ count }: { count: number }) {
  const [isLoading, setLoading] = useState(false);
  const line = useRef<HTMLDivElement>(null);
  const expected = useRef<number>(undefined);
  useEffect(() => {
    if (expected.current === undefined || count <= expected.current) return;
    const links = line.current?.parentElement?.querySelectorAll<HTMLElement>('.hit__title a');
    links?.[expected.current]?.focus({ preventScroll: true });
    expected.current = undefined;
  }, [count]);
  const load = async () => {
    setLoading(true);
    expected.current = count;
    try {
      await askMore();
    } catch (error) {
      toast({ failed: true, text: isUnreachable(error) ? texts.failed.unreachable : sentenceOf(error) });
    } finally {
      setLoading(false);
    }
  };
  return (
    <div class="search__more" ref={line}>
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
