import { expect, test, vi } from 'vitest';
import type { Fetch } from '../../../src/kernel/core/ports.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { MAX_REPORTS, progressReportsSchema } from '../../../src/kernel/model/job-messages.ts';
import { createProgressReporter } from '../../../src/kernel/worker-client/progress-reporter.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, memoryLog, randomIds } from '../../support/fakes/doubles.ts';
import { freshId, statesWith } from '../../support/kits/jobs.ts';

const signingKeys = { current: new Secret('a key of at least thirty-two characters') };
const config = { publicUrl: 'https://pharos.example', worker: { signingKeys } };
const { graph: state } = statesWith({ status: 'processing', attempt: 1 });
const at = (percent: number) => ({ ...state, percent });

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly body: { resource_id: string; stages: Record<string, { percent: number }> };
  answer(response: Response): void;
  fail(): void;
}

function setUp(options: { apiUrl?: string; sleep?: (ms: number) => Promise<unknown> } = {}) {
  const clock = manualClock();
  const log = memoryLog();
  const sent: Sent[] = [];
  const fetch: Fetch = async (url, init = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    sent.push({
      url: String(url),
      init,
      body: JSON.parse(String(init.body)),
      answer: resolve,
      fail: () => reject(new TypeError('fetch failed')),
    });
    return promise;
  };
  const reporter = createProgressReporter({ config, fetch, clock, ids: randomIds, log, ...options });
  const requests = (count: number) => vi.waitFor(() => expect(sent).toHaveLength(count), { timeout: 60_000, interval: 20 });
  return { clock, log, sent, reporter, requests };
}

test('progress reporter: a report is sent to the internal API URL and signed for the public URL', async () => {
  const { clock, sent, reporter, requests } = setUp({ apiUrl: 'http://127.0.0.1:8000' });
  const id = freshId();
  reporter.report({ resource_id: id, stages: { graph: at(10) } });
  await requests(1);
  const [{ url, init, body, answer }] = sent as [Sent];
  expect(url).toBe('http://127.0.0.1:8000/jobs/progress');
  expect(body).toEqual({ resource_id: id, stages: { graph: at(10) } });
  const verify = createSignatureVerifier({ keys: signingKeys, clock });
  const signature = new Headers(init.headers).get(SIGNATURE_HEADER);
  await verify({ signature, body: new TextEncoder().encode(String(init.body)), url: 'https://pharos.example/jobs/progress' });
  answer(new Response(null, { status: 204 }));
  await reporter.flush();
});

test('progress reporter: what is reported about any resources during a request goes in the next, with the latest state winning', async () => {
  const { sent, reporter, requests } = setUp();
  const [one, two] = [freshId(), freshId()];
  reporter.report({ resource_id: one, stages: { graph: at(1) } });
  await requests(1);
  for (let percent = 2; percent <= 50; percent += 1) reporter.report({ resource_id: one, stages: { graph: at(percent) } });
  reporter.report({ resource_id: one, stages: { quality: at(5) } });
  reporter.report({ resource_id: two, stages: { graph: at(7) } });
  sent[0]?.answer(new Response(null, { status: 204 }));
  await requests(2);
  const [first, second] = [
    { resource_id: one, stages: { graph: at(50), quality: at(5) } },
    { resource_id: two, stages: { graph: at(7) } },
  ];
  expect(sent[1]?.body).toEqual({ ...first, more: [second] });
  sent[1]?.answer(new Response(null, { status: 204 }));
  await reporter.flush();
  expect(sent).toHaveLength(2);
});

test('progress reporter: every report is sent, however many wait, and no request carries more than the API reads', async () => {
  const { sent, reporter, requests } = setUp();
  const ids = Array.from({ length: 1 + 2 * MAX_REPORTS + 3 }, freshId);
  for (const id of ids) reporter.report({ resource_id: id, stages: { graph: at(1) } });
  for (let request = 0; request < 4; request += 1) {
    await requests(request + 1);
    sent[request]?.answer(new Response(null, { status: 204 }));
  }
  await reporter.flush();
  const bodies = sent.map(({ body }) => progressReportsSchema.parse(body));
  expect(bodies.map(({ more = [] }) => 1 + more.length)).toEqual([1, MAX_REPORTS, MAX_REPORTS, 3]);
  expect(bodies.flatMap(({ more = [], ...first }) => [first, ...more].map((one) => one.resource_id))).toEqual(ids);
});

test('progress reporter: what is reported in the pause after a request is sent in one', async () => {
  const pauses: { ms: number; end: (value?: unknown) => void }[] = [];
  const sleep = (ms: number) => new Promise((end) => pauses.push({ ms, end }));
  const { sent, reporter, requests } = setUp({ sleep });
  const id = freshId();
  reporter.report({ resource_id: id, stages: { graph: at(1) } });
  await requests(1);
  sent[0]?.answer(new Response(null, { status: 204 }));
  await vi.waitFor(() => expect(pauses).toHaveLength(1), { timeout: 60_000, interval: 20 });
  expect(pauses[0]?.ms).toBe(100);
  for (const percent of [2, 3, 4]) reporter.report({ resource_id: id, stages: { graph: at(percent) } });
  expect(sent).toHaveLength(1);
  pauses[0]?.end();
  await requests(2);
  expect(sent[1]?.body.stages).toEqual({ graph: at(4) });
  sent[1]?.answer(new Response(null, { status: 204 }));
  await vi.waitFor(() => expect(pauses).toHaveLength(2), { timeout: 60_000, interval: 20 });
  pauses[1]?.end();
  await reporter.flush();
  expect(sent).toHaveLength(2);
});

test('progress reporter: an unreachable or refusing API is logged once per outage, and the reports are dropped', async () => {
  const { log, sent, reporter, requests } = setUp();
  const id = freshId();
  reporter.report({ resource_id: id, stages: { graph: at(1) } });
  await requests(1);
  expect(sent[0]?.url).toBe('https://pharos.example/jobs/progress');
  sent[0]?.fail();
  await reporter.flush();
  reporter.report({ resource_id: id, stages: { graph: at(2) } });
  await requests(2);
  sent[1]?.answer(new Response('no', { status: 503 }));
  await reporter.flush();
  expect(log.lines.map((line) => line.message)).toEqual(['the progress report to the API fails']);
  reporter.report({ resource_id: id, stages: { graph: at(3) } });
  await requests(3);
  sent[2]?.answer(new Response(null, { status: 204 }));
  await reporter.flush();
  expect(sent[2]?.body.stages).toEqual({ graph: at(3) });
  expect(log.lines).toHaveLength(2);
});
