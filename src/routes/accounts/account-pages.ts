/** GET /account/reset and /account/verify: the targets of links in mails. Both serve one page, which reads its own address. */
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter, defineRoute, page } from '../router.ts';
import type { Runtime } from '../runtime.ts';

const pageRoute = <P extends string>(path: P) =>
  defineRoute({
    method: 'get',
    path,
    description: 'The page reads the token behind the # of its address and calls the API with it.',
    responses: { 200: page },
  });

const pages = [pageRoute('/account/reset'), pageRoute('/account/verify')] as const;

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
