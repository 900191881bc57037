import { Client, QstashError } from '@upstash/qstash';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQstashPublisher } from '../../../src/kernel/worker-client/qstash-publisher.ts';
import { manualClock } from '../../support/fakes/doubles.ts';
import { type LocalQstash, QSTASH_TOKEN, startQstash } from '../../support/fakes/qstash.ts';
import { freshId } from '../../support/kits/jobs.ts';

const config = { publicUrl: 'https://pharos.example', worker: { url: 'http://127.0.0.1:9/worker' } };
const clock = manualClock(1_700_000_000_000);

let qstash: LocalQstash;
beforeEach(async () => {
  qstash = await startQstash();
});
afterEach(() => qstash.close());

const publisherOf = (token = QSTASH_TOKEN) =>
  createQstashPublisher({
    client: new Client({ token, baseUrl: qstash.url, retry: false, enableTelemetry: false }),
    config,
    clock,
  });
const message = () => ({ job_id: freshId(), owner_id: 'ada' });
const publish = (token?: string) => publisherOf(token).publish(message(), { deduplicationId: 'd' });

test('qstash publisher: a job is published with the owner’s flow-control key, a deduplication id and both callbacks', async () => {
  const sent = message();
  await publisherOf().publish(sent, { deduplicationId: 'once' });
  expect(qstash.published[0]).toMatchObject({
    url: 'http://127.0.0.1:9/worker/jobs',
    body: JSON.stringify(sent),
    headers: {
      'upstash-deduplication-id': 'once',
      'upstash-flow-control-key': 'owner-ada',
      'upstash-flow-control-value': 'parallelism=4',
      'upstash-retries': '3',
      'upstash-retry-delay': '10000 * pow(3, retried)',
      'upstash-callback': 'https://pharos.example/jobs/callback',
      'upstash-failure-callback': 'https://pharos.example/jobs/failure',
    },
  });
});

test('qstash publisher: publishing the same message twice resolves', async () => {
  await publish();
  await expect(publish()).resolves.toBeUndefined();
});

test.each([
  [429, { 'Burst-RateLimit-Reset': '1700000007' }, { reason: 'busy', retryAfter: 7 }],
  [429, { 'RateLimit-Limit': '500', 'RateLimit-Reset': '1700003600' }, { reason: 'busy', retryAfter: 3600 }],
  [429, {}, { reason: 'busy', retryAfter: undefined }],
  [400, {}, { reason: 'refused' }],
  [412, {}, { reason: 'refused' }],
])('qstash publisher: status %i with headers %o rejects with a PublishError that says whether to retry', async (status, headers, expected) => {
  qstash.answerWith({ status, headers: headers as Record<string, string>, body: { error: 'no' } });
  await expect(publish()).rejects.toMatchObject({ name: 'PublishError', ...expected });
});

test('qstash publisher: the error for a wrong token does not contain the token', async () => {
  const error = await publish('hunter2').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'PublishError', reason: 'refused' });
  expect(String(error)).not.toContain('hunter2');
});

test('qstash publisher: status 500 and a failed connection reject as an outage, not as a PublishError', async () => {
  qstash.answerWith({ status: 500, body: { error: 'oh' } });
  await expect(publish()).rejects.not.toMatchObject({ name: 'PublishError' });
  await qstash.close();
  await expect(publish()).rejects.toThrow();
  const unknown = { publishJSON: () => Promise.reject(new QstashError('no status')) } as unknown as Client;
  const published = createQstashPublisher({ client: unknown, config, clock }).publish(message(), { deduplicationId: 'd' });
  await expect(published).rejects.toThrow('no status');
});

test('qstash publisher: a request without a response rejects after 10 s', async () => {
  vi.useFakeTimers();
  try {
    const client = { publishJSON: () => new Promise<never>(() => {}) } as unknown as Client;
    const published = createQstashPublisher({ client, config, clock }).publish(message(), { deduplicationId: 'd' });
    const outcome = expect(published).rejects.toThrow('within 10000 ms');
    await vi.advanceTimersByTimeAsync(10_000);
    await outcome;
  } finally {
    vi.useRealTimers();
  }
});
