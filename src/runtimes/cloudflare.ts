/** The entry point on Cloudflare Workers: requests, the cron trigger, and the Durable Object of the progress channels. */
import { ConfigError } from '../kernel/config/config.ts';
import type { Bindings } from './cloudflare/bindings.ts';
import { createWorkersApp, type WorkersApp } from './cloudflare/workers-app.ts';

export { ProgressHub } from './cloudflare/progress-channel.ts';

/** One app for all requests of an isolate, created at the first request: the platform permits no I/O before it. */
let app: WorkersApp | ConfigError | undefined;

function createApp(bindings: Bindings): WorkersApp | ConfigError {
  try {
    return createWorkersApp(bindings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error;
  }
}

export default {
  async fetch(request, bindings, context) {
    app ??= createApp(bindings);
    return app instanceof ConfigError ? misconfigured(app) : app.fetch(request, bindings, context);
  },
  async scheduled({ scheduledTime }, bindings, context) {
    app ??= createApp(bindings);
    if (app instanceof ConfigError) throw app;
    await app.scheduled(new Date(scheduledTime), context);
  },
} satisfies ExportedHandler<Bindings>;

/** The log names the settings and what was expected; clients get a 503 without details. */
function misconfigured(error: ConfigError): Response {
  console.error(`Pharos is not configured:\n${error.message}`);
  const problem = {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'Pharos is not configured: see its log',
  };
  return Response.json(problem, { status: 503, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '60' } });
}
