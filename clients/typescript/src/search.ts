/** A search by GET where its address is short, and by POST otherwise. */
import type { components, operations } from './schema.generated.ts';

type Body = components['schemas']['SearchQuestion'];
type Query = NonNullable<operations['searchQuery']['parameters']['query']>;
export type SearchResult = components['schemas']['SearchResult'];
/** Every field may be left out but the question. */
export type SearchQuestion = Partial<Body>;

/** Proxies accept addresses of this length. */
const MAX_QUERY = 2_000;

export interface SearchRoads {
  /** A GET is sent again after a failure that passes. */
  get(query: Query): Promise<unknown>;
  post(body: Body): Promise<unknown>;
}

export async function askSearch({ get, post }: SearchRoads, question: SearchQuestion): Promise<SearchResult> {
  const { prefix, metadata = {}, ...fields } = question;
  const own = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value]));
  const query = { ...fields, ...own, ...(prefix === undefined ? {} : { prefix: String(prefix) }) } as Query;
  const isShort = encodeURIComponent(JSON.stringify(query)).length <= MAX_QUERY;
  return (await (isShort ? get(query) : post(question as Body))) as SearchResult;
}
