import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/kernel/core/secret.ts';
import { MAX_REPORTS } from '../../src/kernel/model/job-messages.ts';
import { newStages } from '../../src/kernel/model/stages.ts';
import { createProgressReporter } from '../../src/kernel/worker-client/progress-reporter.ts';
import { SIGNATURE_HEADER, signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { randomIds } from '../support/fakes/doubles.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { freshId, statesWith } from '../support/kits/jobs.ts';

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp({ env: { PUBLIC_URL: 'https://pharos.example' } });
});
afterEach(() => app.close());

const { graph } = statesWith({ status: 'processing', attempt: 1, percent: 40 });

async function post(
  report: unknown,
  { key, ...more }: { key?: Secret<string>; signature?: string; body?: string; url?: string } = {},
) {
  const body = JSON.stringify(report);
  const signature =
    more.signature ??
    (await signRequest({
      key: key ?? app.services.config.worker.signingKeys.current,
      url: more.url ?? 'https://pharos.example/jobs/progress',
      body,
      clock: app.clock,
      ids: randomIds,
    }));
  const response = await app.request('/jobs/progress', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(signature === '' ? {} : { [SIGNATURE_HEADER]: signature }) },
    body: more.body ?? body,
  });
  return { status: response.status, signature, text: await response.text() };
}

describe('POST /jobs/progress', () => {
  test('POST /jobs/progress: records a signed report without credentials', async () => {
    const id = freshId();
    await app.services.progress.begin(id, newStages(0));
    const reporter = createProgressReporter({
      config: app.services.config,
      clock: app.clock,
      ids: randomIds,
      log: app.log,
      fetch: (url, init) => app.request(String(url).replace('http://127.0.0.1:1', ''), init),
      apiUrl: 'http://127.0.0.1:1',
    });
    reporter.report({ resource_id: id, stages: { graph } });
    await reporter.flush();
    expect((await app.services.progress.read(id))?.states.graph).toEqual(graph);
  });

  test('POST /jobs/progress: records the reports of several resources, as many as a message may have', async () => {
    const ids = Array.from({ length: MAX_REPORTS }, freshId);
    for (const id of ids) await app.services.progress.begin(id, newStages(0));
    const [first, ...more] = ids.map((id) => ({ resource_id: id, stages: { graph } }));
    expect((await post({ ...first, more })).status).toBe(204);
    for (const id of ids) expect((await app.services.progress.read(id))?.states.graph).toEqual(graph);
    const { status, text } = await post({ ...first, more: [...more, first] });
    expect(status).toBe(422);
    expect(text).toContain('more');
  });

  test('POST /jobs/progress: 204, also for a late report that changes nothing', async () => {
    const id = freshId();
    await app.services.progress.begin(id, newStages(0));
    expect((await post({ resource_id: id, stages: { graph } })).status).toBe(204);
    expect((await post({ resource_id: id, stages: { graph: { ...graph, percent: 10 } } })).status).toBe(204);
    expect((await app.services.progress.read(id))?.states.graph.percent).toBe(40);
  });

  test('POST /jobs/progress: 401 for a missing, foreign, altered or replayed signature, with the reason in the log', async () => {
    const report = { resource_id: freshId(), stages: { graph } };
    const refused = [
      await post(report, { signature: '' }),
      await post(report, { signature: 'abc' }),
      await post(report, { key: new Secret('x'.repeat(48)) }),
      await post(report, { url: 'https://elsewhere.example/jobs/progress' }),
      await post(report, { body: JSON.stringify({ ...report, resource_id: freshId() }) }),
      await post(report, { body: '' }),
    ];
    const { signature, status } = await post(report);
    expect(status).toBe(204);
    refused.push(await post(report, { signature }));
    for (const { status: answered, text } of refused) {
      expect(answered).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ detail: 'The signature of this request is not valid' });
    }
    const lines = app.log.lines.filter((line) => line.message === 'signature refused');
    expect(lines).toHaveLength(refused.length);
    expect(lines.at(-1)?.fields).toMatchObject({ reason: 'the signature was used before', address: '192.0.2.7' });
    expect(JSON.stringify(lines)).not.toContain(signature);
  });

  test('POST /jobs/progress: 422 naming the invalid field of a signed report', async () => {
    const late = { ...graph, attempt: -1 };
    for (const report of [{}, { resource_id: 'x', stages: {} }, { resource_id: freshId(), stages: { graph: late } }]) {
      expect((await post(report)).status).toBe(422);
    }
  });

  test("POST /jobs/progress: of a newer worker's report the stages that this version knows are recorded", async () => {
    const id = freshId();
    await app.services.progress.begin(id, newStages(0));
    expect((await post({ resource_id: id, stages: { cooking: { temperature: 200 }, graph } })).status).toBe(204);
    expect((await post({ resource_id: id, stages: { cooking: { temperature: 230 } } })).status).toBe(204);
    const states = (await app.services.progress.read(id))?.states;
    expect(states).toEqual({ ...newStages(0), graph });
  });
});
