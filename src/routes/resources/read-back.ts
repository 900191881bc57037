/** GET /resources/{id}/content and /text: what was stored, as it is. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../../services/context.ts';
import { contentResponse } from '../../services/resources/content-response.ts';
import { readContent } from '../../services/resources/read-content.ts';
import { readText } from '../../services/resources/read-text.ts';
import { resourceIdInput } from '../../services/resources/resource-schemas.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';

const params = z.object({ id: resourceIdInput });
const bytes = z.string().openapi({ format: 'binary', maxLength: 52_428_800 });
const contentHeaders = z.object({
  'Content-Disposition': z.string().openapi({ description: 'The file name (RFC 6266)' }),
  'Content-Security-Policy': z.literal('sandbox'),
  'X-Content-Type-Options': z.literal('nosniff'),
  ETag: z.string().openapi({ description: 'The `content_hash`' }),
  'Accept-Ranges': z.literal('bytes'),
});
const content = { '*/*': { schema: bytes } };

const contentRoute = defineRoute({
  method: 'get',
  path: '/resources/{id}/content',
  request: {
    params,
    headers: z.object({
      'if-none-match': z.string().max(1_000).optional(),
      'if-range': z.string().max(200).optional(),
      range: z.string().max(200).optional().openapi({ example: 'bytes=0-1023' }),
    }),
  },
  responses: {
    200: { description: 'The content', headers: contentHeaders, content },
    206: { description: 'The range of bytes that was asked for', headers: contentHeaders, content },
    304: { description: 'The content has the hash of If-None-Match' },
    307: { description: 'The content is at the worker', headers: z.object({ Location: z.url() }) },
    416: { description: 'The content is shorter than the range' },
    ...problems(404),
  },
});

const text = z.string().openapi({ maxLength: 52_428_800 });
const textRoute = defineRoute({
  method: 'get',
  path: '/resources/{id}/text',
  request: { params },
  responses: {
    200: { description: 'The text', content: { 'text/markdown': { schema: text }, 'text/plain': { schema: text } } },
    ...problems(404),
  },
});

export function createReadBackRoutes(
  context: AppContext,
  { maxContentBytes = Number.POSITIVE_INFINITY }: Pick<Runtime, 'maxContentBytes'>,
): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(contentRoute, async (c) => {
    const actor = c.get('actor');
    const { id } = c.req.valid('param');
    const stored = await readContent(context, actor, { id });
    if (stored.size <= maxContentBytes) return contentResponse(stored, requestOf(c)) as never;
    const { url } = await context.presignedContents.issue(actor, id);
    return c.body(null, 307, { Location: url, 'Cache-Control': 'no-store' }) as never;
  });
  router.openapi(textRoute, async (c) => {
    const { text: body, text_format: format } = await readText(context, c.get('actor'), c.req.valid('param'));
    const type = format === 'markdown' ? 'text/markdown' : 'text/plain';
    return c.body(body, 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': 'sandbox',
      'Cache-Control': 'private, no-cache',
    });
  });
  return router;
}

const requestOf = (c: Context<AppEnv>) => ({ method: c.req.method, header: (name: string) => c.req.header(name) });
