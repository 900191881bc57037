/** GET /account/reset and /account/verify: where the links of our mails lead. One page, which reads its own address. */
import { createRouter } from './router.ts';
import type { Runtime } from './runtime.ts';
import { pagePolicy } from './security-headers.ts';

export const ACCOUNT_PAGES = ['/account/reset', '/account/verify'] as const;

export function createAccountPages({ asset }: Pick<Runtime, 'asset'>) {
  const router = createRouter();
  for (const path of ACCOUNT_PAGES) {
    router.get(path, async (c) => {
      const page = await asset('account.html');
      if (!page) return c.notFound();
      return c.body(page.body, 200, {
        'Content-Type': page.contentType,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'Content-Security-Policy': pagePolicy(["script-src 'self'", "connect-src 'self'"]),
      });
    });
  }
  return router;
}
