/** GET /account/reset and /account/verify: where the links of our mails lead. One page, which reads its own address. */
import { createRoute, z } from '@hono/zod-openapi';
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter } from '../router.ts';
import type { Runtime } from '../runtime.ts';

const page = <P extends string>(path: P, summary: string) =>
  createRoute({
    method: 'get',
    path,
    tags: ['About'],
    summary,
    security: [],
    responses: { 200: { description: 'A web page', content: { 'text/html': { schema: z.string() } } } },
  });

const pages = [
  page('/account/reset', 'Where a password reset mail leads'),
  page('/account/verify', 'Where an e-mail verification leads'),
] as const;

export function createAccountPages({ asset }: Pick<Runtime, 'asset'>) {
  const router = createRouter();
  for (const route of pages) {
    router.openapi(route, async (c) => {
      const file = await asset('account.html');
      if (!file) return c.notFound();
      return c.body(file.body, 200, {
        'Content-Type': file.contentType,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'Content-Security-Policy': pagePolicy(["script-src 'self'", "connect-src 'self'"]),
      });
    });
  }
  return router;
}
