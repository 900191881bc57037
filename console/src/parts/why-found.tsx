/** Why a passage was found: two circles, words left, meaning right. The filled one found it; the word stands beside it. */
import { parts as texts } from '../texts/parts.ts';

export type Why = 'words' | 'meaning' | 'both';

export function WhyFound({ by, long = false }: { by: Why; long?: boolean }) {
  return (
    <span class="why" data-why={by}>
      <svg viewBox="0 0 22 14" aria-hidden="true">
        <g class="why__circles">
          <circle class="why__words" cx="7" cy="7" r="6" />
          <circle class="why__meaning" cx="15" cy="7" r="6" />
        </g>
      </svg>
      <span>
        {!long && <span class="sr">{texts.foundBy}</span>}
        {(long ? texts.whyLong : texts.why)[by]}
      </span>
    </span>
  );
}
