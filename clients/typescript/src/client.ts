/** The client: every operation of the API by its path, and those that take more than a request by name. */
import createCaller, { defaultPathSerializer, type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { BrowserClientOptions, ClientOptions } from './options.ts';
import { pages } from './pages.ts';
import { type Parts, runtimeParts } from './parts.ts';
import { requireSegment } from './path-segment.ts';
import { followProgress, type ProgressOptions, type ResourceProgress } from './progress.ts';
import { readContent, readText } from './read-back.ts';
import type { components, operations, paths } from './schema.generated.ts';
import { askSearch, type SearchQuestion, type SearchResult, type SearchRoads } from './search.ts';
import { type CookieSession, cookieSession, type TokenSession, tokenSession } from './sessions.ts';
import { createTokenRequests } from './token-requests.ts';
import { createTransport } from './transport.ts';
import { type AcceptedResource, type SentResource, type UploadOptions, upload } from './upload.ts';

export type Resource = components['schemas']['Resource'];
export type NewResource = components['schemas']['NewResource'];
export type Chunk = components['schemas']['Chunk'];
export type SearchHit = components['schemas']['SearchHit'];
/** Filters, order and page of a search. */
export type SearchQuery = Omit<SearchQuestion, 'q' | 'similar_to'>;
export type Suggestions = components['schemas']['Suggestions'];
export type ResourceFilter = NonNullable<operations['resourcesList']['parameters']['query']>;

export interface RequestOptions {
  /** Gives the request up, as when a person has typed on. */
  readonly signal?: AbortSignal | undefined;
}

export interface RawRequest extends RequestOptions {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit | undefined;
  /** In place of the client's own credentials; null sends none. */
  readonly authorization?: string | null;
}

/** One operation by its path: resolves to the body of its success, throws PharosError otherwise. */
type Call<M extends HttpMethod> = <Path extends PathsWithMethod<paths, M>, Init extends MaybeOptionalInit<paths[Path], M>>(
  path: Path,
  ...init: RequiredKeysOf<Init> extends never ? [Init?] : [Init]
) => Promise<Body<paths[Path][M & keyof paths[Path]], Init>>;
type Body<Operation, Init> =
  Operation extends Record<string | number, unknown>
    ? Extract<FetchResponse<Operation, Init, MediaType>, { data: unknown }>['data']
    : never;

/** Every operation, whatever the credentials. */
export interface Operations {
  readonly url: string;
  readonly get: Call<'get'>;
  readonly post: Call<'post'>;
  readonly put: Call<'put'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
  /** The value of `Authorization` for a request that the client does not make itself; undefined without credentials. */
  authorization(): Promise<string | undefined>;
  /**
   * Sends a request once, as it is: for a tool that shows requests and responses. `path` begins with a slash, and its parts are
   * encoded. Resolves to the response, whatever its status; a redirect is not followed. Throws PharosError where none came.
   */
  send(path: string, request: RawRequest): Promise<Response>;
  /** Sends an address or a text. */
  create(resource: NewResource, options?: { idempotencyKey?: string; signal?: AbortSignal }): Promise<SentResource>;
  /** Sends a file; in Node, `fs.openAsBlob(path)` makes one that is not read into memory. */
  upload(file: Blob, options?: UploadOptions): Promise<SentResource>;
  /** Yields progress until every stage has ended. Several ids share one connection. */
  progress(id: string | readonly string[], options?: ProgressOptions): AsyncGenerator<ResourceProgress, void>;
  /** Resolves when every stage has ended, whether it failed or not. */
  finished(id: string, options?: ProgressOptions): Promise<ResourceProgress>;
  /** Every resource that matches, newest first, page by page as the loop goes on. */
  resources(filter?: ResourceFilter): AsyncGenerator<Resource, void>;
  /** The original of a document, as it was sent or fetched, with its name and type. It is a stranger's: do not show it as a page. */
  content(id: string): Promise<File>;
  /** The text of a document: Markdown, or plain where its `text_format` says so. */
  text(id: string): Promise<string>;
  /** Every passage of a document in the order of its text, page by page as the loop goes on. */
  chunks(id: string): AsyncGenerator<Chunk, void>;
  /** Answers a question of at most 4,000 UTF-16 units. */
  search(q: string, query?: SearchQuery, options?: RequestOptions): Promise<SearchResult>;
  /** What is like a document, by its id, or like a text. */
  like(idOrText: string, query?: SearchQuery): Promise<SearchResult>;
  /** Titles and words for what a person has typed so far, at most `limit` of each. */
  suggest(q: string, limit?: number, options?: RequestOptions): Promise<Suggestions>;
  /** Every hit, best first, page by page as the loop goes on. */
  hits(q: string, query?: SearchQuery): AsyncGenerator<SearchHit, void>;
}

export interface Client extends Operations, TokenSession {}
export interface BrowserClient extends Operations, CookieSession {}

export function createClient(options: BrowserClientOptions, replaced?: Partial<Parts>): BrowserClient;
export function createClient(options: ClientOptions, replaced?: Partial<Parts>): Client;
export function createClient(
  options: ClientOptions | BrowserClientOptions,
  replaced: Partial<Parts> = {},
): Client | BrowserClient {
  const url = checkedUrl(options.url);
  const { retries = 3, maxRetryAfter = 60, timeout = 60_000 } = options;
  for (const [name, value] of Object.entries({ retries, maxRetryAfter, timeout })) {
    if (!(value >= 0)) throw new TypeError(`${name}: expected a number from 0, not ${value}`);
  }
  const parts: Parts = { ...runtimeParts, ...(options.fetch ? { fetch: options.fetch } : {}), ...replaced };
  const rules = { retries, maxRetryAfter };
  const transport = createTransport({ url, rules, timeout, parts });
  const requests = createTokenRequests({ url, transport, timeout, parts });
  const connection = { url, requests, parts };
  const session = options.session === 'cookie' ? cookieSession(options, connection) : tokenSession(options, connection);
  const { credentials, ...sessionMethods } = session;
  const caller = createCaller<paths>({
    baseUrl: url,
    redirect: 'manual',
    pathSerializer: (path, parameters) => {
      for (const [name, value] of Object.entries(parameters)) requireSegment(name, value);
      return defaultPathSerializer(path, parameters);
    },
    fetch: (request) => transport.send(() => request.clone(), { credentials, signal: request.signal }),
  });
  type Sent = (path: never, init: never) => Promise<{ data?: unknown }>;
  const bodyOf =
    (call: Sent) =>
    async (path: unknown, init: unknown = {}) =>
      (await call(path as never, init as never)).data;

  const context = { url, transport, credentials, parts, rules };
  const client: Operations = {
    url,
    get: bodyOf(caller.GET as Sent) as Call<'get'>,
    post: bodyOf(caller.POST as Sent) as Call<'post'>,
    put: bodyOf(caller.PUT as Sent) as Call<'put'>,
    patch: bodyOf(caller.PATCH as Sent) as Call<'patch'>,
    delete: bodyOf(caller.DELETE as Sent) as Call<'delete'>,
    authorization: () => credentials.authorization(),
    send: async (path, { authorization, signal, headers, method, body = null }) => {
      if (!path.startsWith('/')) throw new TypeError(`path: expected one that begins with a slash, not "${path}"`);
      const request = new Request(`${url}${path}`, { method, body, headers: { ...headers }, redirect: 'manual' });
      if (typeof authorization === 'string') request.headers.set('Authorization', authorization);
      return await transport.sendOnce(request, { signal, credentials: authorization === undefined ? credentials : undefined });
    },
    create: async (resource, { idempotencyKey, signal } = {}) => {
      const { data, response } = await caller.POST('/resources', {
        body: resource,
        params: { header: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey } },
        ...(signal ? { signal } : {}),
      });
      return { ...(data as AcceptedResource), isNew: response.status === 202 };
    },
    upload: (file, uploadOptions) => upload(context, file, uploadOptions),
    progress: (id, progressOptions) => followProgress(context, id, progressOptions),
    finished: async (id, progressOptions) => {
      let last: ResourceProgress | undefined;
      for await (const progress of client.progress(id, progressOptions)) last = progress;
      return last ?? (await client.get('/resources/{id}/progress', { params: { path: { id } } }));
    },
    resources: async function* (filter = {}) {
      const read = (cursor?: string) => client.get('/resources', { params: { query: from(filter, cursor) } });
      for await (const page of pages(read)) yield* page.resources;
    },
    content: (id) => readContent(context, id),
    text: (id) => readText(context, id),
    chunks: async function* (id) {
      const read = (cursor?: string) =>
        client.get('/resources/{id}/chunks', { params: { path: { id }, query: from({ limit: 100 }, cursor) } });
      for await (const page of pages(read)) yield* page.chunks;
    },
    search: (q, query = {}, { signal } = {}) => askSearch(searchRoads(signal), { ...query, q }),
    like: (similar_to, query = {}) => askSearch(searchRoads(undefined), { ...query, similar_to }),
    suggest: (q, limit, { signal } = {}) =>
      client.get('/search/suggest', {
        params: { query: { q, ...(limit === undefined ? {} : { limit }) } },
        ...(signal ? { signal } : {}),
      }),
    hits: async function* (q, query = {}) {
      for await (const page of pages((cursor) => client.search(q, from(query, cursor)))) yield* page.hits;
    },
  };
  const searchRoads = (signal: AbortSignal | undefined): SearchRoads => ({
    get: (query) => client.get('/search', { params: { query }, ...(signal ? { signal } : {}) }),
    post: (body) => client.post('/search', { body, ...(signal ? { signal } : {}) }),
  });
  return { ...client, ...sessionMethods };
}

/** The query of the page at `cursor`. */
const from = <Q extends object>(query: Q, cursor: string | undefined): Q => (cursor === undefined ? query : { ...query, cursor });

/** Without a slash at its end. Throws TypeError for anything but an http or https address. */
function checkedUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || hasCredentials(parsed) || parsed.search !== '' || parsed.hash !== '') {
    // One with a password is not repeated in a message that may be logged.
    const given = url.includes('@') ? 'one with credentials' : `"${url}"`;
    throw new TypeError(`url: expected an address such as http://localhost:8000, not ${given}`);
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}`;
}

const hasCredentials = ({ username, password }: URL) => username !== '' || password !== '';
