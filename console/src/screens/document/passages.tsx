/** The passages of a document: what a search finds. */
import type { Chunk } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { WhenLoaded } from '../../app/setting.tsx';
import { usePages } from '../../app/use-pages.ts';
import { Button } from '../../parts/button.tsx';
import { plainText } from '../../parts/excerpt.ts';
import { documentTexts as texts } from '../../texts/document.ts';

const PAGE = 50;

export function Passages({ id, language }: { id: string; language: string | undefined }) {
  const loaded = usePages(id, async (cursor) => {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { chunks, next_cursor: next } = await client.get('/resources/{id}/chunks', { params: { path: { id }, query } });
    return { rows: chunks, next };
  });
  return (
    <>
      <WhenLoaded loaded={loaded}>
        {(chunks) => (chunks.length === 0 ? <p class="soft">{texts.noText}</p> : <List chunks={chunks} language={language} />)}
      </WhenLoaded>
      {loaded.more && (
        <div class="search__more">
          <Button onClick={loaded.more}>{texts.showMore}</Button>
        </div>
      )}
    </>
  );
}

function List({ chunks, language }: { chunks: readonly Chunk[]; language: string | undefined }) {
  return (
    <ol>
      {chunks.map(({ id, position, text, heading_path: path, page_start: first, page_end: last }) => (
        <li key={id} class="passage">
          <span class="num">{position + 1}</span>
          <div lang={language} dir="auto">
            <p class="quiet">{[...path, ...(first === undefined ? [] : [texts.page(first, last ?? first)])].join(' › ')}</p>
            <p>{plainText(text, []).text}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
