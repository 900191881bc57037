/** `POST /search`, `/search/suggest` and `/search/neighbours`: signed questions of an API, or of another worker. */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { parseJson } from '../../src/kernel/core/json.ts';
import { MAX_FILTER_VALUES, MAX_QUESTION_UNITS, SEARCH_MODES, SEARCH_SORTS } from '../../src/kernel/search/search-request.ts';
import { SIGNATURE_HEADER, type VerifySignature } from '../../src/kernel/worker-client/signatures.ts';
import type { LibrarySearch } from '../search/library-search.ts';
import { MAX_DIMENSIONS } from '../search/vectors/vector-block.ts';
import { limitBody } from './limit-body.ts';

export interface SearchRouteDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url'> };
  readonly verifySignature: VerifySignature;
  readonly librarySearch: LibrarySearch;
}

/** Every character of a question may be escaped, and filters have up to 400 values. */
const MAX_BODY = 1024 * 1024;
const MAX_VALUE = 1_000;

const ownerId = z.string().min(1).max(100);
const value = z.string().max(MAX_VALUE);
const values = z.array(value).max(MAX_FILTER_VALUES);
/** The API names each of a format's media types. */
const mediaTypes = z.array(value).max(MAX_FILTER_VALUES * 20);
/** It names the code beside a name. */
const languages = z.array(value).max(MAX_FILTER_VALUES * 2);
const limit = z.int().min(1).max(100);

const searchSchema = z
  .strictObject({
    owner_id: ownerId,
    q: z.string().max(MAX_QUESTION_UNITS).optional(),
    similar_to: z.string().max(MAX_QUESTION_UNITS).optional(),
    mode: z.enum(SEARCH_MODES),
    prefix: z.boolean(),
    sort: z.enum(SEARCH_SORTS),
    limit,
    cursor: z.string().max(MAX_VALUE).optional(),
    filters: z.strictObject({
      category: values.optional(),
      tag: values.optional(),
      language: languages.optional(),
      type: mediaTypes.optional(),
      after: z.number().optional(),
      before: z.number().optional(),
      minQuality: z.number().optional(),
      metadata: z
        .record(value, values)
        .refine((fields) => Object.keys(fields).length <= MAX_FILTER_VALUES)
        .optional(),
    }),
  })
  .refine(({ q, similar_to }) => (q === undefined) !== (similar_to === undefined), 'needs either q or similar_to');
const suggestSchema = z.strictObject({ owner_id: ownerId, q: z.string().max(MAX_QUESTION_UNITS), limit });
const neighboursSchema = z.strictObject({
  owner_id: ownerId,
  resource_id: z.string().min(1).max(100),
  limit,
  embedded: z.strictObject({ model: value, vector: z.array(z.number()).min(1).max(MAX_DIMENSIONS) }).optional(),
});

export function createSearchRoute({ config, verifySignature, librarySearch }: SearchRouteDependencies): Hono {
  const app = new Hono();
  const tooLarge = () => new AppError('payload_too_large', `A question may have ${MAX_BODY / 1024} KB`);
  const bounded = limitBody({ maxBytes: MAX_BODY, tooLarge });

  async function read<T>(c: Context, path: string, schema: z.ZodType<T>): Promise<T> {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const target = { audience: 'pharos-worker', method: 'POST', path } as const;
    await verifySignature({ signature: c.req.header(SIGNATURE_HEADER), body, url: `${config.worker.url}${path}`, target });
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return parsed.data;
    const errors = parsed.error.issues.map(({ path: at, message }) => ({ path: at.join('.'), message }));
    throw new AppError('invalid_input', 'The question is not valid', { errors: errors.slice(0, 20) });
  }

  app.post('/search', bounded, async (c) =>
    c.json(await librarySearch.search(await read(c, '/search', searchSchema), c.req.raw.signal)),
  );
  app.post('/search/suggest', bounded, async (c) =>
    c.json(await librarySearch.suggest(await read(c, '/search/suggest', suggestSchema), c.req.raw.signal)),
  );
  app.post('/search/neighbours', bounded, async (c) =>
    c.json(await librarySearch.neighbours(await read(c, '/search/neighbours', neighboursSchema), c.req.raw.signal)),
  );
  return app;
}
