/** A search by GET where its address is short, and by POST otherwise. */
import type { Client } from './client.ts';
import type { components, operations } from './schema.generated.ts';

type Body = components['schemas']['SearchQuestion'];
/** Every field may be left out but the question. */
export type SearchQuestion = Partial<Body>;
export type SearchResult = components['schemas']['SearchResult'];
type Query = NonNullable<operations['searchQuery']['parameters']['query']>;

/** Proxies accept addresses of this length. */
const MAX_QUERY = 2_000;

/** A GET is sent again after a failure that passes, and may be cached by a browser. */
export async function askSearch(client: Pick<Client, 'get' | 'post'>, question: SearchQuestion): Promise<SearchResult> {
  const { prefix, metadata = {}, ...fields } = question;
  const own = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value]));
  const query = { ...fields, ...own, ...(prefix === undefined ? {} : { prefix: String(prefix) }) } as Query;
  if (encodeURIComponent(JSON.stringify(query)).length <= MAX_QUERY)
    return (await client.get('/search', { params: { query } })) as SearchResult;
  return (await client.post('/search', { body: question as Body })) as SearchResult;
}
