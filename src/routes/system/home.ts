/** GET /: the console for browsers, addresses as JSON for programs. */
import { z } from '@hono/zod-openapi';
import type { Config } from '../../kernel/config/config.ts';
import { createRouter, defineRoute } from '../router.ts';
import { VERSION } from '../version.ts';

const homeSchema = z
  .object({ name: z.string(), version: z.string(), docs: z.url(), openapi: z.url(), health: z.url() })
  .openapi('Home');

const home = defineRoute({
  method: 'get',
  path: '/',
  description: 'The name and version of the server with the addresses of its parts. A browser is led to the console.',
  responses: {
    200: {
      description: 'The name, the version and the addresses',
      content: { 'application/json': { schema: homeSchema } },
    },
    302: { description: 'To the console, for a client that accepts text/html' },
  },
});

export interface HomeDependencies {
  readonly config: Pick<Config, 'publicUrl'>;
}

export function createHomeRoutes({ config: { publicUrl } }: HomeDependencies) {
  return createRouter().openapi(home, (c) => {
    c.header('Vary', 'Accept', { append: true });
    if (c.req.header('accept')?.includes('text/html')) return c.redirect('/app/');
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
