/** Finds the documents that are in work or failed, from this browser or any other, when the page is loaded. */
import { pages, type Resource } from '../../../clients/typescript/src/index.ts';
import { client } from '../api/client.ts';
import { appendEntries } from './entries.ts';
import type { Entry } from './entry.ts';
import { factsOf, nameOf } from './ready.ts';

/** Pages of a hundred. */
const MOST_PAGES = 10;

export async function findUnfinished(): Promise<void> {
  const read = (cursor: string | undefined) =>
    client.get('/resources', {
      params: {
        query: {
          status: ['pending', 'processing', 'failed'],
          limit: 100,
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
    });
  let count = 0;
  for await (const { resources } of pages(read)) {
    appendEntries(resources.map(toEntry));
    count += 1;
    if (count >= MOST_PAGES) return;
  }
}

const toEntry = (resource: Resource): Entry => ({
  key: resource.id,
  turn: Date.parse(resource.created_at),
  title: nameOf(resource),
  language: resource.language,
  facts: factsOf(resource),
  phase: { name: 'stored', id: resource.id, status: resource.status },
});
