/** The passages of a document: what a search finds. */
import { useEffect, useState } from 'preact/hooks';
import type { Chunk } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { plainText } from '../../parts/excerpt.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { toast } from '../../parts/toast.tsx';
import { documentTexts as texts } from '../../texts/document.ts';

const PAGE = 50;

export function Passages({ id, language }: { id: string; language: string | undefined }) {
  const [chunks, setChunks] = useState<readonly Chunk[]>();
  const [cursor, setCursor] = useState<string>();
  const load = async (after?: string) => {
    try {
      const query = { limit: PAGE, ...(after === undefined ? {} : { cursor: after }) };
      const page = await client.get('/resources/{id}/chunks', { params: { path: { id }, query } });
      setChunks((known = []) => (after === undefined ? page.chunks : [...known, ...page.chunks]));
      setCursor(page.next_cursor);
    } catch {
      toast({ text: texts.failed.unreachable, failed: true });
    }
  };
  useEffect(() => void load(), [id]);
  if (!chunks) return <Skeleton rows={5} />;
  if (chunks.length === 0) return <p class="soft">{texts.noText}</p>;
  return (
    <>
      <ol>
        {chunks.map(({ id: chunk, position, text, heading_path: path, page_start: first, page_end: last }) => (
          <li key={chunk} class="passage">
            <span class="num">{position + 1}</span>
            <div lang={language} dir="auto">
              <p class="quiet">{[...path, ...(first === undefined ? [] : [texts.page(first, last ?? first)])].join(' › ')}</p>
              <p>{plainText(text, []).text}</p>
            </div>
          </li>
        ))}
      </ol>
      {cursor !== undefined && (
        <div class="search__more">
          <Button onClick={() => load(cursor)}>{texts.showMore}</Button>
        </div>
      )}
    </>
  );
}
