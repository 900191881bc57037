/** GET /account/reset and /account/verify: links in mails of earlier versions. The console has these pages now. */
import { createRouter, defineRoute } from '../router.ts';

const pageRoute = <P extends string>(path: P) =>
  defineRoute({
    method: 'get',
    path,
    description: 'The token of the link is behind the # of the address, which a browser takes along.',
    responses: { 302: { description: 'Redirects to the page of the console' } },
  });

const PAGES = [
  [pageRoute('/account/reset'), '/app/reset'],
  [pageRoute('/account/verify'), '/app/verify'],
] as const;

export function createAccountPages() {
  const router = createRouter();
  for (const [route, page] of PAGES) router.openapi(route, (c) => c.redirect(page, 302));
  return router;
}
