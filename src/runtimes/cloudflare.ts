/** Cloudflare Workers: requests, the cron trigger and the progress hub. */
import { ConfigError } from '../kernel/config/config.ts';
import type { Bindings } from './cloudflare/bindings.ts';
import { createWorkersApp, type WorkersApp } from './cloudflare/workers-app.ts';

export { ProgressHub } from './cloudflare/progress-channel.ts';

/** One for all requests of an isolate, made at the first: nothing may be asked of the platform before there is one. */
let edge: WorkersApp | ConfigError | undefined;

function prepared(bindings: Bindings): WorkersApp | ConfigError {
  try {
    return createWorkersApp(bindings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error;
  }
}

export default {
  async fetch(request, bindings, context) {
    edge ??= prepared(bindings);
    return edge instanceof ConfigError ? misconfigured(edge) : edge.fetch(request, bindings, context);
  },
  async scheduled({ scheduledTime }, bindings, context) {
    edge ??= prepared(bindings);
    if (edge instanceof ConfigError) throw edge;
    await edge.scheduled(new Date(scheduledTime), context);
  },
} satisfies ExportedHandler<Bindings>;

/** Names and what was expected are for whoever deploys; those who ask learn that it is not theirs to mend. */
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
