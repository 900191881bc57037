import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../support/kits/client.ts';
import { type Pharos, startPharos } from '../support/servers/servers.ts';

let pharos: Pharos;
beforeAll(async () => {
  pharos = await startPharos();
}, 120_000);
afterAll(() => pharos?.stop());

test('uploads: a file sent to the worker is processed, reported by the API and found, and no log contains its URL', async () => {
  const client = createClient(pharos.url);
  await client.login();
  const said = { filename: 'glaciers.md', title: 'On calving', tags: ['ice'] };
  const { status, body } = await client.call<{ upload_url: string }>('POST', '/resources/upload-url', said);
  expect(status).toBe(201);
  expect(body.upload_url.startsWith(`${pharos.workerUrl}/uploads?ticket=`)).toBe(true);

  const text = '# Glaciers\n\nA glacier flows slowly. Where it meets the sea, large pieces of ice break off and drift away.\n';
  const response = await fetch(body.upload_url, { method: 'PUT', body: text });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect((await client.finished(id)).overall_status).toBe('completed');
  expect((await client.search('where ice breaks off')).body.hits[0]).toMatchObject({ resource_id: id, title: 'On calving' });

  const again = await client.call<{ id: string }>('POST', '/resources', { content: text, content_type: 'text/markdown' });
  expect([again.status, again.body.id]).toEqual([200, id]);
  expect(pharos.logs()).not.toContain(body.upload_url.slice(-40));
  expect(pharos.logs()).not.toContain('"level":"ERROR"');
});
