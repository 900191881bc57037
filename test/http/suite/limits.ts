import { expect, test } from 'vitest';
import { type Cell, FREE_PER_MINUTE } from '../../support/kits/deployment.ts';
import { ADMIN, bearer, logIn, nobody, person } from './people.ts';

export function limits(cell: () => Cell): void {
  // A store that answers late on a busy machine is passed over by design, and a local count takes its place: then again.
  test('of more requests than a minute has exactly the minute’s pass, and the rest are told when to come back', {
    retry: 3,
  }, async () => {
    const ada = await person(cell());
    const headers = { ...bearer(ada.access_token), Origin: 'https://app.example.org' };
    // A path at which there is nothing to do but to let in.
    const ask = () => ada.call<{ type: string }>('GET', '/nowhere', undefined, headers);
    const answers = await manyOf(FREE_PER_MINUTE + 60, ask);
    const refused = answers.filter(({ status }) => status === 429);
    expect([answers.filter(({ status }) => status === 404).length, refused.length]).toEqual([FREE_PER_MINUTE, 60]);
    for (const { headers: told, body } of refused) {
      expect(told.get('content-type')).toBe('application/problem+json');
      expect(told.get('access-control-allow-origin')).toBe('https://app.example.org');
      expect(told.get('x-ratelimit-remaining')).toBe('0');
      expect(Number(told.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(told.get('retry-after'))).toBeLessThanOrEqual(60);
      expect(body).toMatchObject({ status: 429, type: 'urn:pharos:error:rate_limited', detail: expect.any(String) });
    }
  });

  test('every answer says what is left, in both forms of header; looking costs nothing; keys and tokens count together', async () => {
    const ada = await person(cell());
    await ada.call('GET', '/resources');
    const key = await ada.call<{ key: string }>('POST', '/auth/api-keys', { name: 'k' });
    const { headers } = await nobody(cell()).call('GET', '/resources', undefined, { 'X-API-Key': key.body.key });
    const left = FREE_PER_MINUTE - 3;
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-ratelimit-limit': String(FREE_PER_MINUTE),
      'x-ratelimit-remaining': String(left),
      'x-ratelimit-reset': expect.stringMatching(/^\d{10}$/),
      'ratelimit-policy': `"minute";q=${FREE_PER_MINUTE};w=60`,
      ratelimit: expect.stringMatching(new RegExp(`^"minute";r=${left};t=\\d+$`)),
    });
    for (let i = 0; i < 2; i += 1) {
      const { body } = await ada.call('GET', '/auth/rate-limit');
      expect(body).toMatchObject({
        tier: 'free',
        limit: FREE_PER_MINUTE,
        remaining: left,
        windows: [{ policy: 'minute', window_seconds: 60 }],
      });
    }
  });

  test('an admin has no limit and no headers of one', async () => {
    const { status, headers } = await nobody(cell()).call('GET', '/resources', undefined, ADMIN);
    expect(status).toBe(200);
    expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect((await nobody(cell()).call('GET', '/auth/rate-limit', undefined, ADMIN)).body).toEqual({
      tier: 'admin',
      unlimited: true,
    });
  });

  test('health checks and files are free', async () => {
    for (const path of ['/monitoring/health', '/assets/style.css'])
      expect((await nobody(cell()).call('GET', path)).headers.has('x-ratelimit-limit')).toBe(false);
  });

  test('a password can be guessed ten times, and its owner is then told to wait', async () => {
    const ada = await person(cell());
    for (let i = 0; i < 10; i += 1) expect((await logIn(cell(), ada.username, `guess ${i}`)).status).toBe(401);
    const refused = await logIn(cell(), ada.username, ada.password);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
}

/** As many at a time as one machine answers within the store's deadline while it is client, server, store and all. */
async function manyOf<T>(count: number, ask: () => Promise<T>, atOnce = 6): Promise<T[]> {
  const answers: T[] = [];
  let left = count;
  const askOn = async () => {
    while (left > 0) {
      left -= 1;
      answers.push(await ask());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askOn));
  return answers;
}
