import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/adapters/log.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { createPresignedUploads } from '../../src/kernel/worker-client/presigned-uploads.ts';
import type { PresignerDependencies } from '../../src/kernel/worker-client/presigner.ts';
import { signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { createUploadKit, type UploadKit, WORKER_URL } from '../support/kits/uploads.ts';

let kit: UploadKit;
let ada: { Authorization: string };
beforeAll(async () => {
  kit = await createUploadKit({ env: { QSTASH_CURRENT_SIGNING_KEY: 'c'.repeat(40), QSTASH_NEXT_SIGNING_KEY: 'n'.repeat(40) } });
});
afterAll(async () => {
  await kit.jobs.drain(10_000);
  await kit.api.close();
});
beforeEach(async () => {
  ada = await kit.api.login();
});

interface Accepted {
  id: string;
}

let count = 0;
const fresh = () => `Ice flows ${++count}.`;
const idOf = async (response: Response) => ((await response.json()) as Accepted).id;
const ticketOf = (url: string) => new URL(url).searchParams.get('ticket') as string;

async function refusal(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as { detail: string };
}

describe('upload ticket', () => {
  const config = () => kit.api.services.config;
  const actor = async () => {
    const [user] = await kit.db.select().from(users).limit(1);
    return {
      kind: 'user' as const,
      userId: user?.id ?? '',
      username: '',
      tier: 'free' as const,
      scopes: [],
      sessionId: null,
      tokenId: null,
      keyId: null,
    };
  };
  const issued = async (change: (config: PresignerDependencies['config']) => PresignerDependencies['config']) => {
    const { clock, ids } = kit.api.services;
    const { url } = await createPresignedUploads({ config: change(config()), clock, ids }).issue(await actor(), {});
    return `${WORKER_URL}/uploads?ticket=${ticketOf(url)}`;
  };
  const worker = (more: Partial<PresignerDependencies['config']['worker']>) => (given: PresignerDependencies['config']) => ({
    ...given,
    worker: { ...given.worker, ...more },
  });
  const refusedWith = async (url: string) => {
    const response = await kit.put(url, fresh());
    expect((await refusal(response)).detail).not.toMatch(/claim|signature|alg/i);
    return response.status;
  };

  test('upload ticket: one signed with the next key is accepted', async () => {
    const next = worker({ signingKeys: { current: new Secret('n'.repeat(40)) } });
    expect((await kit.put(await issued(next), fresh())).status).toBe(202);
  });

  test.each<[string, (config: PresignerDependencies['config']) => PresignerDependencies['config']]>([
    ['for another worker', worker({ url: 'https://other.example' })],
    ['of another API', (given) => ({ ...given, publicUrl: 'https://other.example' })],
    ['signed with another key', worker({ signingKeys: { current: new Secret('x'.repeat(40)) } })],
  ])('upload ticket: one %s is refused', async (_what, change) => {
    expect(await refusedWith(await issued(change))).toBe(401);
  });

  test('upload ticket: a missing, malformed or oversized ticket is refused', async () => {
    for (const ticket of ['', 'x', 'a.b.c', 'a'.repeat(100_000)]) {
      expect(await refusedWith(`${WORKER_URL}/uploads?ticket=${ticket}`)).toBe(401);
    }
    expect(await refusedWith(`${WORKER_URL}/uploads`)).toBe(401);
  });

  test('upload ticket: it expires after 15 minutes', async () => {
    const [early, late] = [await kit.uploadUrl(ada), await kit.uploadUrl(ada)];
    kit.api.clock.advance(14 * 60_000);
    expect((await kit.put(early, fresh())).status).toBe(202);
    kit.api.clock.advance(61_000);
    expect(await refusedWith(late)).toBe(401);
  });

  test('upload ticket: a change of any character is refused', async () => {
    const ticket = ticketOf(await kit.uploadUrl(ada));
    // The last character of a part has unused bits.
    const ends = new Set(
      [...ticket].flatMap((character, at) => (character === '.' ? [at - 1, at] : [])).concat(ticket.length - 1),
    );
    const position = fc.integer({ min: 0, max: ticket.length - 1 }).filter((at) => !ends.has(at));
    const other = fc.constantFrom(...'ABCxyz019-_');
    await fc.assert(
      fc.asyncProperty(position, other, async (at, character) => {
        fc.pre(ticket[at] !== character);
        const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
        expect(await refusedWith(`${WORKER_URL}/uploads?ticket=${changed}`)).toBe(401);
      }),
      { numRuns: 60 },
    );
  });

  test('upload ticket: one without a signature is refused, whatever its alg', async () => {
    const [, payload] = ticketOf(await kit.uploadUrl(ada)).split('.');
    for (const alg of ['none', 'None', 'HS256', 'HS512', 'RS256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'pharos-upload+jwt' })).toString('base64url');
      expect(await refusedWith(`${WORKER_URL}/uploads?ticket=${header}.${payload}.`)).toBe(401);
    }
  });

  test('upload ticket: it is no signature of a job, and a job signature is no ticket', async () => {
    const { clock, ids } = kit.api.services;
    const url = `${WORKER_URL}/uploads`;
    const signature = await signRequest({ key: config().worker.signingKeys.current, url, body: '', clock, ids });
    expect(await refusedWith(`${url}?ticket=${signature}`)).toBe(401);
    const ticket = ticketOf(await kit.uploadUrl(ada));
    const job = await kit.worker.request('/jobs', { method: 'POST', body: '', headers: { 'Upstash-Signature': ticket } });
    expect(job.status).toBe(401);
  });

  test('upload ticket: the log has the reason of a refusal and never the ticket', async () => {
    const url = await kit.uploadUrl(ada);
    await kit.put(url, fresh());
    await refusedWith(`${url}x`);
    expect(JSON.stringify(kit.api.log.lines)).not.toContain(ticketOf(url).slice(0, 40));
    expect(kit.api.log.lines).toContainEqual({
      level: 'warning',
      message: 'upload ticket refused',
      fields: { reason: 'signature verification failed' },
    });
    let line = '';
    createLog({ level: 'info', write: (text) => (line = text) }).info('seen', { url, path: new URL(url).search });
    expect(line).toContain('ticket=[redacted]');
    expect(line).not.toContain(ticketOf(url).slice(-20));
  });
});

describe('upload ticket: its user', () => {
  test('upload ticket: refused after the user has logged out', async () => {
    const url = await kit.uploadUrl(ada);
    await kit.api.request('/auth/logout', { method: 'POST', headers: ada });
    expect((await kit.put(url, fresh())).status).toBe(401);
  });

  test('upload ticket: refused after the access token was revoked', async () => {
    const url = await kit.uploadUrl(ada);
    const token = ada.Authorization.replace('Bearer ', '');
    await kit.api.request('/auth/revoke', { method: 'POST', body: new URLSearchParams({ token }) });
    expect((await kit.put(url, fresh())).status).toBe(401);
  });

  test('upload ticket: refused after a logout even if access tokens expire before tickets', async () => {
    const short = await createUploadKit({ env: { JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '1' } });
    const eve = await short.api.login();
    const url = await short.uploadUrl(eve);
    await short.api.request('/auth/logout', { method: 'POST', headers: eve });
    short.api.clock.advance(10 * 60_000);
    expect((await short.put(url, fresh())).status).toBe(401);
    await short.api.close();
  });

  test('upload ticket: refused once the API key that requested it was deleted or has expired', async () => {
    const { apiKeys, clock } = kit.api.services;
    const { id: userId } = (await (await kit.api.request('/auth/me', { headers: ada })).json()) as { id: string };
    const scopes = ['resources:write'] as const;
    const actor = {
      kind: 'user',
      userId,
      username: 'ada',
      tier: 'free',
      scopes,
      sessionId: null,
      tokenId: null,
      keyId: null,
    } as const;
    const urlOf = async (key: string) => kit.uploadUrl({ 'X-API-Key': key });
    const deleted = await apiKeys.create({ credentialsEpoch: 0, ...actor }, { name: 'deleted' });
    const expiring = await apiKeys.create(
      { credentialsEpoch: 0, ...actor },
      { name: 'expiring', expiresAt: clock.now() + 60_000 },
    );
    const kept = await apiKeys.create({ credentialsEpoch: 0, ...actor }, { name: 'kept' });
    const urls = [await urlOf(deleted.key), await urlOf(expiring.key), await urlOf(kept.key)];
    await apiKeys.remove(userId, deleted.record.id);
    kit.api.clock.advance(60_000);
    const statuses = [];
    for (const url of urls) statuses.push((await kit.put(url, fresh())).status);
    expect(statuses).toEqual([401, 401, 202]);
  });

  test('upload ticket: refused while the user is inactive or after it was deleted', async () => {
    const { user_id: id } = JSON.parse(atob(ada.Authorization.split('.')[1] ?? '')) as { user_id: string };
    const url = await kit.uploadUrl(ada);
    await kit.db.update(users).set({ active: false }).where(eq(users.id, id));
    expect((await kit.put(url, fresh())).status).toBe(401);
    await kit.db.update(users).set({ active: true }).where(eq(users.id, id));
    expect((await kit.put(url, fresh())).status).toBe(202);
    const other = await kit.api.login();
    const { user_id: gone } = JSON.parse(atob(other.Authorization.split('.')[1] ?? '')) as { user_id: string };
    const late = await kit.uploadUrl(other);
    await kit.db.delete(users).where(eq(users.id, gone));
    expect((await kit.put(late, fresh())).status).toBe(401);
  });

  test('upload ticket: an API key can request one', async () => {
    const made = await kit.api.request('/auth/api-keys', {
      method: 'POST',
      headers: { ...ada, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'ci' }),
    });
    const { key } = (await made.json()) as { key: string };
    const url = await kit.uploadUrl({ 'X-API-Key': key });
    const id = await idOf(await kit.put(url, fresh()));
    expect((await kit.api.request(`/resources/${id}`, { headers: ada })).status).toBe(200);
  });
});
