/** Progress over Server-Sent Events, resumed where a connection is lost. */
import type { Credentials } from './credentials.ts';
import { PharosError, unreachable } from './error.ts';
import type { Parts } from './parts.ts';
import { requireSegment } from './path-segment.ts';
import type { RetryRules } from './retry.ts';
import type { components } from './schema.generated.ts';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';
import type { Transport } from './transport.ts';

export type ResourceProgress = components['schemas']['ResourceProgress'];

export interface ProgressOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ProgressContext {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: Credentials | undefined;
  readonly parts: Parts;
  readonly rules: RetryRules;
}

/** The server sends a comment every 15 seconds; a connection that is silent for three times as long is dead. */
const SILENCE_MS = 45_000;
const RECONNECT_MS = 1_000;
/** The API's limit of resources in one stream. */
const MAX_IDS = 100;

/**
 * Yields the progress of a resource, or of up to 100, whenever it changes, and ends after the final event. A lost connection is
 * opened again with the id of the last event. Throws PharosError where the server refuses or stays away.
 */
export async function* followProgress(
  { url, transport, credentials, parts, rules }: ProgressContext,
  id: string | readonly string[],
  { signal }: ProgressOptions = {},
): AsyncGenerator<ResourceProgress, void> {
  const ids = typeof id === 'string' ? [id] : [...new Set(id)];
  if (ids.length === 0 || ids.length > MAX_IDS) throw new TypeError(`id: expected 1 to ${MAX_IDS} ids, not ${ids.length}`);
  for (const each of ids) requireSegment('id', each);
  const address =
    typeof id === 'string'
      ? `${url}/resources/${encodeURIComponent(id)}/progress/events`
      : `${url}/progress/events?ids=${ids.map(encodeURIComponent).join(',')}`;
  const open = new Set(ids);
  let lastId: string | undefined;
  for (let failures = 0; ; ) {
    const silent = new AbortController();
    const build = () =>
      new Request(address, {
        headers: { Accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }) },
        redirect: 'manual',
        ...(signal ? { signal } : {}),
      });
    const response = await transport.send(build, { credentials, signal: silent.signal });
    if (response.status === 204 || response.body === null) return;
    let received = false;
    try {
      for await (const event of lively(serverSentEvents(response.body), silent)) {
        received = true;
        if (!event) continue;
        lastId = event.id;
        const progress = JSON.parse(event.data) as ResourceProgress;
        if (progress.overall_status === 'completed') open.delete(progress.resource_id);
        yield progress;
        // The server ends the stream of a failed document: stages beside the failed one may still change.
        if (open.size === 0) return;
      }
    } catch (cause) {
      if (signal?.aborted || cause instanceof PharosError || cause instanceof SyntaxError) throw cause;
      if (!received && failures >= rules.retries) throw unreachable(new URL(url).origin, cause);
    }
    failures = received ? 0 : failures + 1;
    if (failures > rules.retries)
      throw unreachable(new URL(url).origin, new TypeError('the event stream ended without an event'));
    await parts.sleep(RECONNECT_MS * (0.5 + parts.random()), signal);
  }
}

/** The events, until none came for too long: then `silent` is aborted, which breaks the connection. */
async function* lively(
  events: AsyncGenerator<ServerSentEvent | undefined, void>,
  silent: AbortController,
): AsyncGenerator<ServerSentEvent | undefined, void> {
  try {
    for (;;) {
      const timer = setTimeout(() => silent.abort(new DOMException('the event stream fell silent', 'TimeoutError')), SILENCE_MS);
      const { value, done } = await events.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    await events.return();
  }
}
