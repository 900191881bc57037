/** OpenAI's protocol at the API's own address, by plain HTTP. `test/worker` has the tests with OpenAI's packages. */
import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { refusedByLength } from '../../support/kits/early-refusal.ts';
import { anonymous, bearer, person } from './people.ts';

interface Embeddings {
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[];
  readonly model: string;
}

const MB = 1024 * 1024;

export function embeddings(deployment: () => Deployment): void {
  test('one address: /v1/models names the model, and /v1/embeddings embeds with it at the address of the API', async () => {
    const ada = await person(deployment());
    const models = await ada.call<{ data: { id: string }[] }>('GET', '/v1/models');
    expect(models.status).toBe(200);
    const [model] = models.body.data;
    const { status, body, headers } = await ada.call<Embeddings>('POST', '/v1/embeddings', {
      model: model?.id,
      input: ['ice breaks off into the sea', 'a glacier calves', 'bread needs an oven'],
    });
    expect([status, headers.get('content-type'), body.model]).toEqual([
      200,
      expect.stringContaining('application/json'),
      model?.id,
    ]);
    expect(body.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    const [ice, glacier, bread] = body.data.map(({ embedding }) => embedding) as [number[], number[], number[]];
    expect(dot(ice, ice)).toBeCloseTo(1, 3);
    expect(dot(ice, glacier)).toBeGreaterThan(dot(ice, bread));
  });

  test('one address: a body of 9 MB is embedded, and one of 17 MB is 413 in the form that OpenAI clients read', async () => {
    const ada = await person(deployment());
    // Nine texts of a megabyte each, of which the model reads the beginning.
    const input = Array.from({ length: 9 }, () => `ice ${' '.repeat(MB - 4)}`);
    const taken = await ada.call<Embeddings>('POST', '/v1/embeddings', { input });
    expect([taken.status, taken.body.data?.length]).toEqual([200, 9]);
    const body = new TextEncoder().encode(JSON.stringify({ input: 'a'.repeat(17 * MB) }));
    const headers = { ...bearer(ada.access_token), 'Content-Type': 'application/json' };
    const refused = await refusedByLength(`${deployment().url}/v1/embeddings`, { method: 'POST', headers, body });
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { error: { code: 'payload_too_large', type: 'invalid_request_error' } },
    ]);
  });

  test('one address: errors have a member that OpenAI clients read, whoever refuses', async () => {
    const ada = await person(deployment());
    const stranger = await anonymous(deployment()).call('POST', '/v1/embeddings', { input: 'ice' });
    expect([stranger.status, stranger.body]).toMatchObject([
      401,
      { error: { code: 'unauthenticated', message: expect.any(String) } },
    ]);
    const narrow = await ada.call<{ key: string }>('POST', '/auth/api-keys', { name: 'k', scopes: ['resources:read'] });
    const refused = await anonymous(deployment()).call('GET', '/v1/models', undefined, { 'X-API-Key': narrow.body.key });
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: 'forbidden' } }]);
    const invalid = await ada.call('POST', '/v1/embeddings', { input: [] });
    expect([invalid.status, invalid.body]).toMatchObject([400, { error: { param: 'input', type: 'invalid_request_error' } }]);
    const unknown = await ada.call('POST', '/v1/embeddings', { input: 'ice', model: 'gpt-17' });
    expect([unknown.status, unknown.body]).toMatchObject([404, { error: { param: 'model' } }]);
  });
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
