import { expect, test } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createHttpPublisher } from '../../../src/kernel/worker-client/http-publisher.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';
import { freshId } from '../../support/kits/jobs.ts';

const signingKeys = { current: new Secret('a key of at least thirty-two characters') };
const config = { worker: { url: 'http://worker.test:8001', signingKeys } };
const clock = manualClock();

const publisherOf = (fetch: (url: string, init: RequestInit) => Response | Promise<Response>) =>
  createHttpPublisher({ config, clock, ids: randomIds, fetch: async (url, init = {}) => fetch(String(url), init) });

test('http publisher: a job is POSTed to the worker, signed, with Prefer: respond-async', async () => {
  const requests: { url: string; init: RequestInit }[] = [];
  const publisher = publisherOf((url, init) => {
    requests.push({ url, init });
    return new Response('{"outcome":"accepted"}', { status: 202 });
  });
  const message = { job_id: freshId(), owner_id: 'ada' };
  await publisher.publish(message, { deduplicationId: 'd' });
  await publisher.publish(message, { deduplicationId: 'd' });
  expect(requests).toHaveLength(2);
  const verify = createSignatureVerifier({ keys: signingKeys, clock });
  for (const { url, init } of requests) {
    expect(url).toBe('http://worker.test:8001/jobs');
    expect(init).toMatchObject({ method: 'POST', body: JSON.stringify(message) });
    const headers = new Headers(init.headers);
    expect(headers.get('Prefer')).toBe('respond-async');
    expect(headers.get('Content-Type')).toBe('application/json');
    expect(init.signal).toBeInstanceOf(AbortSignal);
    // Each delivery is signed anew, so the second is not a replay of the first.
    await verify({ signature: headers.get(SIGNATURE_HEADER), body: new TextEncoder().encode(String(init.body)), url });
  }
});

test.each([
  [429, '7', { reason: 'busy', retryAfter: 7 }],
  [503, undefined, { reason: 'busy', retryAfter: undefined }],
  [500, undefined, { reason: 'refused' }],
  [401, undefined, { reason: 'refused' }],
  [302, undefined, { reason: 'refused' }],
])('http publisher: status %i (Retry-After %s) rejects with a PublishError that says whether to retry', async (status, retryAfter, expected) => {
  const headers: HeadersInit = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  const publisher = publisherOf(() => new Response(null, { status, headers }));
  await expect(publisher.publish({ job_id: freshId(), owner_id: 'ada' }, { deduplicationId: 'd' })).rejects.toMatchObject({
    name: 'PublishError',
    ...expected,
  });
});

test.each([
  502, 504, 522, 530,
])('http publisher: status %i comes from a proxy and counts as an unreachable worker, not as a refusal', async (status) => {
  const publisher = publisherOf(() => new Response(null, { status }));
  const failure = publisher.publish({ job_id: freshId(), owner_id: 'ada' }, { deduplicationId: 'd' });
  await expect(failure).rejects.toThrow(`the worker cannot be reached: status ${status}`);
  await expect(failure).rejects.not.toMatchObject({ name: 'PublishError' });
});

test('http publisher: a failed connection rejects', async () => {
  const publisher = publisherOf(() => Promise.reject(new TypeError('fetch failed')));
  await expect(publisher.publish({ job_id: freshId(), owner_id: 'ada' }, { deduplicationId: 'd' })).rejects.toThrow(
    'fetch failed',
  );
});
