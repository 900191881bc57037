import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { claimDeliveries, listDeliveries, requeueDelivery } from '../../src/kernel/db/callback-deliveries.ts';
import { ensureCallbackSecret, rotateCallbackSecret } from '../../src/kernel/db/callback-secrets.ts';
import { callbackDeliveries, resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import { CALLBACK_ATTEMPTS, callbackPauseMs, LONGEST_CALLBACK_WAITS } from '../../src/kernel/webhooks/callback-schedule.ts';
import { newCallbackSecret } from '../../src/kernel/webhooks/sign-callback.ts';
import { createGuardedPost } from '../../worker-node/callbacks/guarded-post.ts';
import { createCallbackSender } from '../../worker-node/callbacks/sender.ts';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';
import { startWebServer, type WebServer } from '../support/fakes/web-server.ts';
import { seedOwner, seedResource } from '../support/kits/jobs.ts';
import { createPipelineKit, type PipelineKit } from '../support/kits/pipeline.ts';

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let kit: PipelineKit;
let receiver: WebServer;
let received: Received[];
/** The receiver's responses, in order; the last one repeats. */
let responses: (readonly [status: number, headers?: Record<string, string>])[];
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  kit = await createPipelineKit();
  receiver = await startWebServer();
  received = [];
  responses = [[204]];
  receiver.serve('/hook', (response, request) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      const [status, headers] = (responses.length > 1 ? responses.shift() : responses[0]) ?? [204];
      response.writeHead(status, headers).end(status === 204 ? undefined : 'a body that is ignored');
    });
  });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await receiver.close();
  await kit.close();
});

const stop = new AbortController();

function sender({ allow = ['127.0.0.0/8'], db = kit.db, signal = stop.signal, deadlineMs = 10_000 } = {}) {
  const policy = createAddressPolicy(allow);
  const http = createGuardedPost({ policy, clock: kit.clock, userAgent: 'Pharos/test', deadlineMs });
  closing.push(() => http.close());
  return createCallbackSender({ db, clock: kit.clock, log: kit.log, http, random: () => 0, stop: signal });
}

/** A job of a resource whose callback goes to `url`. */
async function jobWithCallback(url = `${receiver.url}/hook`, more: { ownerId?: string } = {}): Promise<Job> {
  const ownerId = more.ownerId ?? (await seedOwner(kit));
  const resourceId = await seedResource(kit, ownerId);
  await kit.db.update(resources).set({ callbackUrl: url, title: 'On glaciers' }).where(eq(resources.id, resourceId));
  return kit.seed({ ownerId, resourceId });
}

const claimAt = (now: number) => ({
  now,
  longestWaits: LONGEST_CALLBACK_WAITS,
  lostAt: now + 60_000,
  limit: 16,
  perOwner: 4,
});
const deliveriesOf = ({ ownerId }: Job) => listDeliveries(kit.db, { ownerId, limit: 100 });
const secretOf = async ({ ownerId }: Job) => (await ensureCallbackSecret(kit.db, ownerId, newCallbackSecret(), 0)).secret;
/** The payload, verified by the Standard Webhooks library; throws for a wrong signature. */
const verify = (secret: string, { body, headers }: Received) => {
  const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  expect(age).toBeLessThan(3600);
  return new Webhook(secret).verify(body, headers);
};

describe('callback', () => {
  beforeEach(() => kit.clock.set(Date.now()));

  test('callback: resource.completed is signed so that the Standard Webhooks library accepts it', async () => {
    const job = await jobWithCallback();
    await kit.deliver(job.id);
    expect(await sender().sweep()).toBe(1);
    const [message] = received as [Received];
    expect(verify(await secretOf(job), message)).toEqual({
      type: 'resource.completed',
      timestamp: new Date(kit.clock.now()).toISOString(),
      data: { resource_id: job.resourceId, overall_status: 'completed', title: 'On glaciers' },
    });
    expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Pharos/test' });
    const [delivery] = await deliveriesOf(job);
    expect(delivery).toMatchObject({ id: message.headers['webhook-id'], state: 'delivered', attempt: 1, responseStatus: 204 });
    expect(() => new Webhook(newCallbackSecret()).verify(message.body, message.headers)).toThrow();
  });

  test('callback: resource.failed carries the reason', async () => {
    kit.before.ingestion = () => Promise.reject(new StageError('permanent', 'The page was not found (HTTP 404)'));
    const job = await jobWithCallback();
    await kit.deliver(job.id);
    await sender().sweep();
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'resource.failed',
      data: { overall_status: 'failed', error_message: 'The page was not found (HTTP 404)' },
    });
  });

  test('callback: a resource without a callback URL gets none', async () => {
    const job = await kit.seed();
    await kit.deliver(job.id);
    expect(await deliveriesOf(job)).toEqual([]);
  });

  test('callback: it waits for the last unfinished job of the resource', async () => {
    const job = await jobWithCallback();
    const second = await kit.seed({ ownerId: job.ownerId, resourceId: job.resourceId as string });
    await kit.deliver(job.id);
    expect(await deliveriesOf(job)).toEqual([]);
    await kit.deliver(second.id);
    expect(await deliveriesOf(job)).toHaveLength(1);
  });

  test('callback: a job delivered repeatedly writes one', async () => {
    const job = await jobWithCallback();
    await Promise.all([kit.deliver(job.id), kit.deliver(job.id)]);
    await kit.deliver(job.id);
    expect(await deliveriesOf(job)).toHaveLength(1);
  });
});

describe('callback delivery', () => {
  let job: Job;
  beforeEach(async () => {
    job = await jobWithCallback();
    await kit.deliver(job.id);
  });
  const delivery = async () => (await deliveriesOf(job))[0];

  test('callback delivery: after a 5xx it is repeated by the schedule with the same id and a new timestamp', async () => {
    responses = [[500], [503], [200]];
    const { sweep } = sender();
    await sweep();
    expect(await delivery()).toMatchObject({
      state: 'pending',
      attempt: 1,
      responseStatus: 500,
      error: 'The receiver responded with HTTP 500',
      availableAt: kit.clock.now() + 5_000,
    });
    kit.clock.advance(4_999);
    expect(await sweep()).toBe(0);
    kit.clock.advance(1);
    await sweep();
    kit.clock.advance(5 * 60_000);
    await sweep();
    expect(await delivery()).toMatchObject({ state: 'delivered', attempt: 3, responseStatus: 200, error: null });
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
  });

  test('callback delivery: Retry-After postpones the next attempt', async () => {
    responses = [[429, { 'retry-after': '120' }], [204]];
    const { sweep } = sender();
    await sweep();
    expect((await delivery())?.availableAt).toBe(kit.clock.now() + 120_000);
  });

  test('callback delivery: a 410 is final', async () => {
    responses = [[410]];
    await sender().sweep();
    expect(await delivery()).toMatchObject({ state: 'failed', responseStatus: 410, finishedAt: kit.clock.now() });
  });

  test('callback delivery: a redirect is not followed and counts as a failed attempt', async () => {
    responses = [[302, { location: `${receiver.url}/elsewhere` }]];
    await sender().sweep();
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/hook']);
    expect(await delivery()).toMatchObject({ state: 'pending', error: 'The receiver responded with HTTP 302' });
  });

  test('callback delivery: a receiver at a private address is never connected to', async () => {
    await sender({ allow: [] }).sweep();
    expect(receiver.requests).toEqual([]);
    expect(await delivery()).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('The address of 127.0.0.1 is not public'),
    });
  });

  test('callback delivery: a receiver that does not respond fails the attempt after the deadline', async () => {
    receiver.serve('/hook', () => undefined);
    await sender({ deadlineMs: 50 }).sweep();
    expect(await delivery()).toMatchObject({ state: 'pending', error: '127.0.0.1 did not respond within 0.05 seconds' });
  });

  test('callback delivery: a refused connection is retried', async () => {
    const url = 'http://127.0.0.1:1/hook';
    await kit.db.update(callbackDeliveries).set({ url }).where(eq(callbackDeliveries.ownerId, job.ownerId));
    await sender().sweep();
    expect(await delivery()).toMatchObject({ state: 'pending', error: '127.0.0.1 could not be read: it refuses connections' });
  });

  test('callback delivery: the last attempt fails it, and the owner can have it sent again', async () => {
    responses = [[500]];
    const { sweep } = sender();
    for (let attempt = 0; attempt < CALLBACK_ATTEMPTS; attempt++) {
      await sweep();
      kit.clock.advance(25 * 3_600_000);
    }
    expect(await delivery()).toMatchObject({
      state: 'failed',
      attempt: CALLBACK_ATTEMPTS,
      error: `The receiver responded with HTTP 500; given up after ${CALLBACK_ATTEMPTS} attempts`,
    });
    expect(await sweep()).toBe(0);
    responses = [[204]];
    await requeueDelivery(kit.db, { id: (await delivery())?.id ?? '', ownerId: job.ownerId, now: kit.clock.now() });
    await sweep();
    expect(await delivery()).toMatchObject({ state: 'delivered', attempt: 1 });
  });

  test('callback delivery: after a rotation both secrets sign for a day', async () => {
    kit.clock.set(Date.now());
    const before = await secretOf(job);
    const fresh = newCallbackSecret();
    const previousExpiresAt = kit.clock.now() + 24 * 3_600_000;
    await rotateCallbackSecret(kit.db, job.ownerId, { fresh, now: kit.clock.now(), previousExpiresAt });
    await sender().sweep();
    const [message] = received as [Received];
    expect(verify(before, message)).toEqual(verify(fresh, message));
  });

  test('callback delivery: an expired secret does not sign', async () => {
    kit.clock.set(Date.now());
    const before = await secretOf(job);
    const fresh = newCallbackSecret();
    await rotateCallbackSecret(kit.db, job.ownerId, { fresh, now: kit.clock.now(), previousExpiresAt: kit.clock.now() });
    await sender().sweep();
    const [message] = received as [Received];
    expect(verify(fresh, message)).toMatchObject({ type: 'resource.completed' });
    expect(() => verify(before, message)).toThrow();
  });

  test('callback delivery: concurrent senders send it once', async () => {
    await Promise.all([sender().sweep(), sender().sweep(), sender().sweep()]);
    expect(received).toHaveLength(1);
  });

  test('callback delivery: one whose sender died is sent by another after a minute', async () => {
    const now = kit.clock.now();
    expect(await claimDeliveries(kit.db, claimAt(now))).toHaveLength(1);
    expect(await sender().sweep()).toBe(0);
    kit.clock.advance(60_000);
    await sender().sweep();
    expect(received).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'delivered', attempt: 2 });
  });

  test.each([
    ['that was never tried', 0],
    ['that waits for another attempt', 1],
  ])('callback delivery: one %s is sent although the clock was set back by five hours', async (_, failures) => {
    responses = [...Array.from({ length: failures }, () => [500] as const), [204]];
    for (let i = 0; i < failures; i++) await sender().sweep();
    kit.clock.step(-5 * 3_600_000);
    expect(await sender().sweep()).toBe(1);
    expect(await delivery()).toMatchObject({ state: 'delivered', attempt: failures + 1 });
    expect(await sender().sweep()).toBe(0);
  });

  test('callback schedule: no delivery that follows it counts as written by a clock that was set back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: CALLBACK_ATTEMPTS - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(3600),
        (attempt, random, retryAfter) => {
          const pause = callbackPauseMs(attempt, () => random, retryAfter) ?? Number.POSITIVE_INFINITY;
          expect(pause).toBeLessThan(LONGEST_CALLBACK_WAITS[attempt] ?? 0);
        },
      ),
    );
    // After the last attempt only its claim is waited for.
    expect(LONGEST_CALLBACK_WAITS).toHaveLength(CALLBACK_ATTEMPTS + 1);
  });

  test('callback delivery: a claim takes four of one owner, so that other owners are not delayed', async () => {
    const ownerId = await seedOwner(kit);
    for (let i = 0; i < 20; i++) await kit.deliver((await jobWithCallback(undefined, { ownerId })).id);
    const now = kit.clock.now();
    const first = await claimDeliveries(kit.db, claimAt(now));
    expect(first.filter((one) => one.ownerId === ownerId)).toHaveLength(4);
    expect(first.filter((one) => one.ownerId === job.ownerId)).toHaveLength(1);
  });
});

describe('callback sender', () => {
  test('callback sender: one sweep sends everything due, unless it is told to stop', async () => {
    const ownerId = await seedOwner(kit);
    for (let i = 0; i < 10; i++) await kit.deliver((await jobWithCallback(undefined, { ownerId })).id);
    expect(await sender({ signal: AbortSignal.abort() }).sweep()).toBe(0);
    expect(await sender().sweep()).toBe(10);
    expect(received).toHaveLength(10);
  });

  test('callback sender: an unreachable database is logged once and does not throw', async () => {
    const { sweep } = sender();
    kit.database.disconnect();
    expect(await sweep()).toBe(0);
    expect(await sweep()).toBe(0);
    const warnings = kit.log.lines.filter(({ message }) => message === 'the outbox of callbacks fails');
    expect(warnings).toHaveLength(1);
  });

  test('callback schedule: pauses grow with each attempt, respect Retry-After and stay within a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: CALLBACK_ATTEMPTS - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 100_000 }),
        (attempt, random, retryAfter) => {
          const pause = callbackPauseMs(attempt, () => random, retryAfter) ?? 0;
          expect(pause).toBeLessThanOrEqual(24 * 3_600_000);
          expect(pause).toBeGreaterThanOrEqual(Math.min(retryAfter * 1000, 24 * 3_600_000));
          const next = callbackPauseMs(attempt + 1, () => random);
          if (next !== undefined) expect(next).toBeGreaterThanOrEqual(callbackPauseMs(attempt, () => random) ?? 0);
        },
      ),
    );
    expect(callbackPauseMs(CALLBACK_ATTEMPTS, () => 0)).toBeUndefined();
  });
});
