/** Which passage of a document an address means, and what was found in it. */
import { signal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { SearchHit } from '../../../../clients/typescript/src/index.ts';
import { readAsked, writeAsked } from '../../api/asked.ts';
import { client } from '../../api/client.ts';
import { answer, ask, isAnswerTo } from '../../api/search-answers.ts';
import type { TextRange } from '../../parts/ranges.ts';

export interface FoundPassages {
  readonly q: string;
  /** The address of the results. */
  readonly back: string;
  /** In the order of the text; empty where the question does not find this document any more. */
  readonly passages: SearchHit['passages'];
}

/** What the question of the address found in this document. It is asked again where its answer is not at hand. */
export function useFound(id: string, query: URLSearchParams): FoundPassages | undefined {
  const asked = readAsked(query);
  const key = writeAsked(asked).toString();
  useSignalEffect(() => {
    if (asked.q !== '' && !isAnswerTo(answer.value, asked)) void ask(asked, true);
  });
  if (asked.q === '') return undefined;
  const shown = answer.value;
  const hit = isAnswerTo(shown, asked) ? shown.hits.find((one) => one.resource_id === id) : undefined;
  const passages = [...(hit?.passages ?? [])].sort((a, b) => a.chunk.char_start - b.chunk.char_start);
  return { q: asked.q, back: `/app/search?${key}`, passages };
}

const MAX_LOOKED_THROUGH = 2_000;

/** The range of a passage by its id: of what was found, or looked for among all of the document. */
export function usePassageRange(id: string, chunk: string | null, found: FoundPassages | undefined): TextRange | undefined {
  const known = found?.passages.find((passage) => passage.chunk.id === chunk)?.chunk;
  const looked = useMemo(() => signal<TextRange | undefined>(undefined), [id, chunk]);
  const isNeeded = chunk !== null && known === undefined;
  useSignalEffect(() => {
    if (!isNeeded || looked.peek()) return;
    void (async () => {
      let count = 0;
      for await (const passage of client.chunks(id)) {
        if (passage.id === chunk) {
          looked.value = [passage.char_start, passage.char_end];
          return;
        }
        if (++count >= MAX_LOOKED_THROUGH) return;
      }
    })().catch(() => undefined);
  });
  return known ? [known.char_start, known.char_end] : looked.value;
}

/** Found words as ranges of the document's text. */
export const rangesOf = (found: FoundPassages | undefined): TextRange[] =>
  (found?.passages ?? []).flatMap(({ highlights, chunk }) =>
    (highlights as unknown as TextRange[]).map(([start, end]): TextRange => [chunk.char_start + start, chunk.char_start + end]),
  );
