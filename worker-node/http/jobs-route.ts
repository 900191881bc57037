/** `POST /jobs`: what QStash or the API's relay delivers, signed; answered so that either knows whether to come again. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { jobMessageSchema } from '../../src/kernel/model/job-messages.ts';
import { SIGNATURE_HEADER, type SignedMessage } from '../../src/kernel/worker-client/signatures.ts';
import type { JobHandler, JobOutcome, Refusal } from '../pipeline/job-handler.ts';

export interface JobsRouteDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url'> };
  readonly jobs: Pick<JobHandler, 'accept' | 'run'>;
  readonly verifySignature: (message: SignedMessage) => Promise<void>;
}

const MAX_BODY = 64 * 1024;
/** Seconds after which somebody turned away may come again. */
const RETRY_AFTER = { full: 1, stopping: 2, released: 1 } as const;

export function createJobsRoute({ config, jobs, verifySignature }: JobsRouteDependencies): Hono {
  const app = new Hono();
  const tooLarge = () => {
    throw new AppError('payload_too_large', 'A job message is a few bytes');
  };

  app.post('/jobs', bodyLimit({ maxSize: MAX_BODY, onError: tooLarge }), async (c) => {
    const body = await c.req.text();
    await verifySignature({ signature: c.req.header(SIGNATURE_HEADER), body, url: `${config.worker.url}/jobs` });
    const message = jobMessageSchema.safeParse(parseJson(body));
    // Sent again it would be the same: QStash must not retry.
    if (!message.success) return neverAgain('This is no job message');
    if (!/\brespond-async\b/i.test(c.req.header('Prefer') ?? '')) return answer(c, await jobs.run(message.data));
    const accepted = jobs.accept(message.data);
    return accepted === 'accepted' ? c.json({ outcome: 'accepted' }, 202) : refuse(c, accepted);
  });

  return app;
}

function answer(c: Context, outcome: JobOutcome | Refusal): Response {
  if (typeof outcome === 'string') return refuse(c, outcome);
  switch (outcome.kind) {
    case 'done':
    case 'skipped':
      return c.json({ outcome: outcome.kind });
    case 'retry':
      return later(c, 503, outcome.kind, outcome.afterSeconds);
    case 'released':
      return later(c, 503, outcome.kind, RETRY_AFTER.released);
    case 'dead':
      return neverAgain(outcome.message);
  }
}

const refuse = (c: Context, refusal: Refusal) => later(c, refusal === 'full' ? 429 : 503, refusal, RETRY_AFTER[refusal]);

const later = (c: Context, status: 429 | 503, outcome: string, seconds: number) =>
  c.json({ outcome }, status, { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) });

/** QStash's way to say that a message failed for good; 489 is no status Hono knows (https://upstash.com/docs/qstash/features/retry). */
const neverAgain = (message: string) =>
  Response.json({ outcome: 'dead', message }, { status: 489, headers: { 'Upstash-NonRetryable-Error': 'true' } });

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
