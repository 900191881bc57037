/**
 * GET /app/*: the console, and GET /docs: its reference of the API. It is one page, which reads its address itself and tells
 * nothing about any document.
 */
import type { Handler } from 'hono';
import type { Config } from '../../kernel/config/config.ts';
import type { AppEnv } from '../env.ts';
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter, defineRoute, describeOnly, page } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { isCurrent } from './assets.ts';

export interface ConsoleDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'worker'>;
  readonly runtime: Pick<Runtime, 'asset'>;
}

const docs = defineRoute({
  method: 'get',
  path: '/docs',
  description: 'A page of the console: operations by subject, from /openapi.json, each with a form that sends it.',
  responses: { 200: page },
});

export function createConsoleRoutes({ config: { publicUrl, worker }, runtime }: ConsoleDependencies) {
  // Large files go straight to the worker where it has an address of its own.
  const origins = [publicUrl, ...(worker.external ? [worker.url] : [])].map((url) => new URL(url).origin);
  const policy = pagePolicy([
    "script-src 'self'",
    `connect-src 'self' ${[...new Set(origins)].join(' ')}`,
    // The original of a document, in a frame without scripts and without this origin.
    'frame-src blob:',
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  const serve: Handler<AppEnv> = async (c) => {
    const page = await runtime.asset('index.html');
    if (!page) return c.notFound();
    const headers = {
      // It names the modules of this version, so a browser asks whether it is still the current one.
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy,
      ...(page.etag === undefined ? {} : { ETag: page.etag }),
    };
    if (isCurrent(c, page.etag)) return c.body(null, 304, headers);
    return c.body(page.body, 200, { ...headers, 'Content-Type': page.contentType });
  };
  const router = createRouter();
  describeOnly(router, docs);
  return router.get(docs.path, serve).get('/app/*', (c, next) => (c.req.path === '/app' ? c.redirect('/app/') : serve(c, next)));
}
