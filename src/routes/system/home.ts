/** GET /: a page for browsers, addresses as JSON for programs. */
import { z } from '@hono/zod-openapi';
import { html } from 'hono/html';
import type { Config } from '../../kernel/config/config.ts';
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter, defineRoute } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { VERSION } from '../version.ts';

/** Replaced in the page by the server's own address. */
const PLACEHOLDER = '{{publicUrl}}';

const homeSchema = z
  .object({ name: z.string(), version: z.string(), docs: z.url(), openapi: z.url(), health: z.url() })
  .openapi('Home');

const home = defineRoute({
  method: 'get',
  path: '/',
  description: 'The name and version of the server with the addresses of its parts, or a page for a browser.',
  responses: {
    200: {
      description: 'JSON, or a web page for a client that accepts text/html',
      content: { 'application/json': { schema: homeSchema }, 'text/html': { schema: z.string() } },
    },
  },
});

export interface HomeDependencies {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly runtime: Pick<Runtime, 'asset'>;
}

export function createHomeRoutes({ config: { publicUrl }, runtime }: HomeDependencies) {
  const escaped = html`${publicUrl}`.toString();
  return createRouter().openapi(home, async (c) => {
    c.header('Vary', 'Accept', { append: true });
    const page = c.req.header('accept')?.includes('text/html') ? await runtime.asset('index.html') : undefined;
    if (page) {
      const filled = (await new Response(page.body).text()).replaceAll(PLACEHOLDER, () => escaped);
      return c.html(filled, 200, { 'Content-Security-Policy': pagePolicy() });
    }
    return c.json(
      {
        name: 'Pharos',
        version: VERSION,
        docs: `${publicUrl}/docs`,
        openapi: `${publicUrl}/openapi.json`,
        health: `${publicUrl}/monitoring/health`,
      },
      200,
    );
  });
}
