/** What the last word may become, and documents whose title it begins. The line has its height without them. */

import { suggestions } from '../../api/search-answers.ts';
import { Icon } from '../../parts/icon.tsx';
import { search as texts } from '../../texts/search.ts';

/** Replaces what may be the beginning of a word at the end of the text. */
export const completed = (typed: string, word: string): string => `${typed.replace(/[^\s"]*$/u, '')}${word} `;

export function SuggestionLine({ typed, onComplete }: { typed: string; onComplete: (text: string) => void }) {
  const found = suggestions.value;
  const last = /[^\s"]+$/u.exec(typed)?.[0].toLowerCase();
  const words = found?.words.filter((word) => word !== last) ?? [];
  const titles = found?.titles ?? [];
  return (
    <ul class="suggest" aria-label={texts.suggestions}>
      {words.map((word) => (
        <li key={word}>
          <button
            class="chip"
            type="button"
            aria-label={texts.completion(word)}
            onClick={() => onComplete(completed(typed, word))}
          >
            {word}
          </button>
        </li>
      ))}
      {titles.map(({ resource_id: id, title }) => (
        <li key={id}>
          <a class="chip" href={`/app/documents/${id}`} title={title}>
            <Icon name="file" small />
            <span class="clip" dir="auto">
              {title}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
