/** The typed client on a deployment: the main round trip, and what differs between runtimes. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient } from '../../../clients/typescript/src/index.ts';
import { article } from '../../support/fakes/article-server.ts';
import type { Deployment } from '../../support/kits/deployment.ts';
import { byDesign } from './by-design.ts';
import { person } from './people.ts';
import { COMPLETED } from './watch.ts';

export function typedClient(deployment: () => Deployment): void {
  /** A client with the session of a new user. */
  async function newClient() {
    const { access_token: accessToken, refresh_token: refreshToken } = await person(deployment());
    return createClient({ url: deployment().url, tokens: { accessToken, refreshToken } });
  }

  test('typed client: uploads, watches, finds, lists, changes and deletes a document', async () => {
    const pharos = await newClient();
    const sent: number[] = [];
    const file = new File([await article('sourdough.md')], 'sourdough.md', { type: 'text/markdown' });
    const { id, isNew } = await pharos.upload(file, { tags: ['bread'], onProgress: ({ loaded }) => sent.push(loaded) });
    expect([isNew, sent.at(-1)]).toEqual([true, file.size]);
    const seen = [];
    for await (const progress of pharos.progress(id)) seen.push(progress);
    expect(seen.at(-1)).toMatchObject({ resource_id: id, overall_status: 'completed', stages: COMPLETED });
    expect((await pharos.upload(file)).isNew).toBe(false);

    const found = [];
    for await (const hit of pharos.hits('"sour taste"', { mode: 'keyword', limit: 1 })) found.push(hit.resource_id);
    expect(found).toEqual([id]);
    const params = { path: { id } };
    await pharos.patch('/resources/{id}', { params, body: { tags: ['bread', 'read'] } });
    const listed = [];
    for await (const resource of pharos.resources({ tag: 'read' })) listed.push(resource.id);
    expect(listed).toEqual([id]);
    await pharos.delete('/resources/{id}', { params });
    await expect(pharos.get('/resources/{id}', { params })).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });

  test('typed client: a large file goes to the worker, and several documents are followed over one connection', async () => {
    const pharos = await newClient();
    const page = `<!doctype html><title>Ferns</title><p>${`A page about ferns ${randomUUID()}. `.repeat(10)}<!--${'x'.repeat(10_000_000)}-->`;
    const file = new File([page], 'ferns.html', { type: 'text/html' });
    if (file.size > byDesign(deployment().choice).documentMegabytes * 1024 * 1024) {
      await expect(pharos.upload(file)).rejects.toMatchObject({ status: 413 });
      return;
    }
    const large = await pharos.upload(file);
    const small = await pharos.create({ content: `Glaciers are slow rivers of ice, made of old snow. ${randomUUID()}` });
    const ends = new Map<string, string>();
    for await (const { resource_id, overall_status } of pharos.progress([large.id, small.id]))
      ends.set(resource_id, overall_status);
    expect(ends).toEqual(
      new Map([
        [large.id, 'completed'],
        [small.id, 'completed'],
      ]),
    );
  });

  test('typed client: renews an ended access token, and logs out', async () => {
    const { refresh_token: refreshToken } = await person(deployment());
    const pharos = createClient({ url: deployment().url, tokens: { accessToken: 'x.y.z', refreshToken } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => pharos.get('/auth/me')));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await pharos.logOut();
    await expect(pharos.get('/auth/me')).rejects.toMatchObject({ status: 401 });
  });
}
