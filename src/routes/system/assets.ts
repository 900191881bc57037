/** GET /assets/*, and GET /favicon.ico: files that ship with Pharos. A name is looked up in the runtime's list and never becomes a file path. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, describeOnly } from '../router.ts';
import type { Runtime } from '../runtime.ts';

const PREFIX = '/assets/';
/** Names below it hold a hash of the content. */
const HASHED = 'console/';

/** Asked for by browsers without being told, and by programs that list sites. */
const favicon = defineRoute({
  method: 'get',
  path: '/favicon.ico',
  description: 'An SVG, as /assets/favicon.svg.',
  responses: { 200: { description: 'The icon', content: { 'image/svg+xml': { schema: z.string() } } } },
});

export function createAssetRoutes({ asset }: Pick<Runtime, 'asset'>) {
  async function serve(c: Context<AppEnv>, name: string) {
    const found = await asset(name);
    if (!found || found.contentType.startsWith('text/html')) return c.notFound();
    const headers: Record<string, string> = {
      'Cache-Control': name.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    };
    if (found.gzipped) headers.Vary = 'Accept-Encoding';
    if (found.etag !== undefined) headers.ETag = found.etag;
    if (isCurrent(c, found.etag)) return c.body(null, 304, headers);
    if (found.gzipped && acceptsGzip(c))
      return c.body(found.gzipped, 200, { ...headers, 'Content-Type': found.contentType, 'Content-Encoding': 'gzip' });
    return c.body(found.body, 200, { ...headers, 'Content-Type': found.contentType });
  }

  const router = createRouter();
  describeOnly(router, favicon);
  router.get(favicon.path, (c) => serve(c, 'favicon.svg'));
  return router.get(`${PREFIX}*`, (c) => serve(c, c.req.path.slice(PREFIX.length)));
}

const acceptsGzip = (c: Context<AppEnv>): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(c.req.header('accept-encoding') ?? '');

/** Whether the client's copy is the current one (RFC 9110 section 13.1.2). */
export function isCurrent(c: Context<AppEnv>, etag: string | undefined): boolean {
  const known = c.req
    .header('if-none-match')
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  return etag !== undefined && known !== undefined && (known.includes(etag) || known.includes('*'));
}
