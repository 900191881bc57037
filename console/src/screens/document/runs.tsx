/** The runs of a document, the newest first, with the reason of those that failed. */
import { documentTexts } from '../../texts/document.ts';
import { momentOf } from '../../texts/names.ts';
import type { Run } from './document-store.ts';

const { runs: texts, stages: names } = documentTexts;
const STAGES = 5;

export function Runs({ runs }: { runs: readonly Run[] }) {
  return (
    <details class="runs">
      <summary>
        {texts.title} <span class="quiet num">{runs.length}</span>
      </summary>
      {runs.length === 0 && <p class="quiet">{texts.none}</p>}
      <ul>
        {runs.map(({ id, state, stages, created_at: at, error }) => (
          <li key={id} data-state={state}>
            <span class="num">{momentOf(at)}</span>
            <b>{texts.states[state]}</b>
            <p class="quiet">
              {stages.length === STAGES || stages.length === 0 ? texts.all : stages.map((stage) => names[stage]).join(', ')}
              {error !== undefined && `: ${error}`}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
