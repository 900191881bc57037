/** `POST /jobs`: signed deliveries from QStash or the API's relay. The status says whether to deliver the job again. */
import { type Context, Hono } from 'hono';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { parseJson } from '../../src/kernel/core/json.ts';
import { jobMessageSchema } from '../../src/kernel/model/job-messages.ts';
import { SIGNATURE_HEADER, type VerifySignature } from '../../src/kernel/worker-client/signatures.ts';
import type { JobHandler, JobOutcome, Refusal } from '../pipeline/job-handler.ts';
import { limitBody } from './limit-body.ts';

export interface JobsRouteDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url'> };
  readonly jobs: Pick<JobHandler, 'accept' | 'run'>;
  readonly verifySignature: VerifySignature;
}

const MAX_BODY = 64 * 1024;
/** `Retry-After` in seconds, by why a delivery was not accepted or not finished. */
const RETRY_AFTER = { full: 1, stopping: 2, released: 1 } as const;

export function createJobsRoute({ config, jobs, verifySignature }: JobsRouteDependencies): Hono {
  const app = new Hono();
  const tooLarge = () => new AppError('payload_too_large', `A job message may have ${MAX_BODY / 1024} KB`);

  app.post('/jobs', limitBody({ maxBytes: MAX_BODY, tooLarge }), async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    await verifySignature({ signature: c.req.header(SIGNATURE_HEADER), body, url: `${config.worker.url}/jobs` });
    const message = jobMessageSchema.safeParse(parseJson(body));
    // A repetition would fail the same way, so QStash must not retry.
    if (!message.success) return failedForGood('The body is not a job message');
    if (!/\brespond-async\b/i.test(c.req.header('Prefer') ?? '')) return respond(c, await jobs.run(message.data));
    const accepted = jobs.accept(message.data);
    return accepted === 'accepted' ? c.json({ outcome: 'accepted' }, 202) : refuse(c, accepted);
  });

  return app;
}

function respond(c: Context, outcome: JobOutcome | Refusal): Response {
  if (typeof outcome === 'string') return refuse(c, outcome);
  switch (outcome.kind) {
    case 'done':
    case 'skipped':
      return c.json({ outcome: outcome.kind });
    case 'retry':
      return retryLater(c, 503, outcome.kind, outcome.afterSeconds);
    case 'released':
      return retryLater(c, 503, outcome.kind, RETRY_AFTER.released);
    case 'dead':
      return failedForGood(outcome.message);
  }
}

const refuse = (c: Context, refusal: Refusal) => retryLater(c, refusal === 'full' ? 429 : 503, refusal, RETRY_AFTER[refusal]);

const retryLater = (c: Context, status: 429 | 503, outcome: string, seconds: number) =>
  c.json({ outcome }, status, { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) });

/** QStash does not retry a 489 with this header (https://upstash.com/docs/qstash/features/retry). Hono's types lack the status. */
const failedForGood = (message: string) =>
  Response.json({ outcome: 'dead', message }, { status: 489, headers: { 'Upstash-NonRetryable-Error': 'true' } });
