/** What was asked, which of its passages is shown, and the way back to the results. */
import { navigate } from '../../app/place.ts';
import { Button } from '../../parts/button.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import type { FoundPassages } from './passage-of.ts';

export function FoundBar({ found, chunk }: { found: FoundPassages; chunk: string | null }) {
  const { passages, q, back } = found;
  const index = passages.findIndex((passage) => passage.chunk.id === chunk);
  const show = (step: number) => {
    const next = passages[index + step];
    if (!next) return;
    const query = new URLSearchParams(location.search);
    query.set('chunk', next.chunk.id);
    navigate(`${location.pathname}?${query}`, { replace: true });
  };
  return (
    <div class="foundbar">
      <span class="clip">
        {texts.foundFor} <strong dir="auto">{q}</strong>
      </span>
      {passages.length > 0 && index >= 0 && (
        <>
          <span class="num hide-sm" role="status">
            {texts.passageOf(index + 1, passages.length)}
          </span>
          <Button small kind="plain" icon="up" aria-label={texts.previous} disabled={index === 0} onClick={() => show(-1)} />
          <Button
            small
            kind="plain"
            icon="down"
            aria-label={texts.next}
            disabled={index === passages.length - 1}
            onClick={() => show(1)}
          />
        </>
      )}
      <a class="btn btn--sm btn--plain" href={back}>
        <span class="hide-sm">{texts.back}</span>
        <span class="only-sm">{texts.backShort}</span>
      </a>
    </div>
  );
}
