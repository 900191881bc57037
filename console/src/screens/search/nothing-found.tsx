/** What helps where nothing was found. */

import { useEffect } from 'preact/hooks';
import { type Asked, addressOf, countFilters, NOTHING } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { search as texts } from '../../texts/search.ts';
import { examples, loadHome } from './home-data.ts';

export function NothingFound({ asked, onClear }: { asked: Asked; onClear: () => void }) {
  useEffect(() => void loadHome(), []);
  const filtered = countFilters(asked) > 0;
  const { none } = texts;
  return (
    <div class="empty">
      <h2>{none.title(asked.q.trim())}</h2>
      <p>{none.text}</p>
      <ul>
        <li>{none.ask}</li>
        <li>{filtered ? none.unfilter : none.reword}</li>
        <li>{none.add}</li>
      </ul>
      <div class="row">
        <a class="btn" href="/app/add">
          {none.addButton}
        </a>
        {filtered && (
          <Button kind="plain" onClick={onClear}>
            {texts.removeFilters}
          </Button>
        )}
      </div>
      <h3>{none.examples}</h3>
      <div class="chips">
        {examples.value.map(({ q }) => (
          <a key={q} class="chip" href={addressOf({ ...NOTHING, q })}>
            {q}
          </a>
        ))}
      </div>
    </div>
  );
}
