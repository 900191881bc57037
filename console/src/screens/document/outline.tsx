/** The headings of a document beside its text; the one that is read is current. */
import { useEffect, useState } from 'preact/hooks';
import { documentTexts as texts } from '../../texts/document.ts';
import { headingId } from './markdown.tsx';
import type { Heading } from './slices.ts';

interface Props {
  readonly headings: readonly Heading[];
  /** Draws the part of the text that holds the heading. */
  readonly onWant: (offset: number) => void;
}

/** Height of what stands at the top of the window. */
const TOP = 120;

export function Outline({ headings, onWant }: Props) {
  const current = useCurrent(headings);
  const least = Math.min(...headings.map(({ depth }) => depth));
  if (headings.length < 2) return <div class="outline" />;
  return (
    <nav class="outline" aria-label={texts.outline}>
      <p class="sec__title">{texts.contents}</p>
      {headings.map(({ text, depth, start }) => (
        <a
          key={start}
          href={`#${headingId(start)}`}
          class={depth > least ? 'outline__sub' : undefined}
          aria-current={start === current ? 'true' : undefined}
          dir="auto"
          onClick={(event) => {
            event.preventDefault();
            onWant(start);
            goTo(start);
          }}
        >
          {text}
        </a>
      ))}
    </nav>
  );
}

const ATTEMPTS = 30;

/** The heading is there when its slice has been drawn. */
function goTo(start: number, attempts = ATTEMPTS): void {
  const heading = document.getElementById(headingId(start));
  if (heading) {
    heading.scrollIntoView({ block: 'start' });
    heading.focus({ preventScroll: true });
  } else if (attempts > 0) requestAnimationFrame(() => goTo(start, attempts - 1));
}

function useCurrent(headings: readonly Heading[]): number | undefined {
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      let last = headings[0]?.start;
      for (const { start } of headings) {
        const place = document.getElementById(headingId(start))?.getBoundingClientRect();
        if (place && place.top > TOP) break;
        if (place) last = start;
      }
      setCurrent(last);
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    later();
    addEventListener('scroll', later, { passive: true });
    return () => {
      removeEventListener('scroll', later);
      cancelAnimationFrame(frame);
    };
  }, [headings]);
  return current;
}
