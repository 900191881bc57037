/** GET /assets/*: files that ship with Pharos. A name is looked up in the runtime's list and never becomes a file path. */
import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { createRouter } from '../router.ts';
import type { Runtime } from '../runtime.ts';

const PREFIX = '/assets/';

export function createAssetRoutes({ asset }: Pick<Runtime, 'asset'>) {
  return createRouter().get(`${PREFIX}*`, async (c) => {
    const found = await asset(c.req.path.slice(PREFIX.length));
    if (!found || found.contentType.startsWith('text/html')) return c.notFound();
    const headers: Record<string, string> = { 'Cache-Control': 'public, max-age=3600' };
    if (found.etag !== undefined) headers.ETag = found.etag;
    if (isCurrent(c, found.etag)) return c.body(null, 304, headers);
    return c.body(found.body, 200, { ...headers, 'Content-Type': found.contentType });
  });
}

/** Whether the client's copy is the current one (RFC 9110 section 13.1.2). */
function isCurrent(c: Context<AppEnv>, etag: string | undefined): boolean {
  const known = c.req
    .header('if-none-match')
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  return etag !== undefined && known !== undefined && (known.includes(etag) || known.includes('*'));
}
