import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGrants } from '../../../src/kernel/auth/grants.ts';
import { insertOAuthClient } from '../../../src/kernel/db/oauth-clients.ts';
import { CLIENT, createAuthKit, testUser } from '../../support/kits/auth.ts';
import { s256 } from '../../support/kits/oauth-client.ts';

const VERIFIER = 'v'.repeat(43);
const app = { id: 'the app', name: 'An app', redirectUris: ['https://app.example.org/'], createdAt: 0, grantedAt: null };
const consent = {
  clientId: app.id,
  scopes: ['search' as const],
  audience: 'api' as const,
  redirectUri: 'https://app.example.org/',
  challenge: s256(VERIFIER),
};
const exchange = { app, redirectUri: consent.redirectUri, verifier: VERIFIER, audience: undefined };

let kit: Awaited<ReturnType<typeof createAuthKit>>;
let session: string;
beforeEach(async () => {
  kit = await createAuthKit();
  await insertOAuthClient(kit.db, app);
  const { accessToken } = await kit.sessions.start(testUser, ['search'], CLIENT);
  session = (await kit.accessTokens.verify(accessToken)).sid;
});
afterEach(() => kit.close());

const grantsWith = (parts: Partial<Parameters<typeof createGrants>[0]> = {}) =>
  createGrants({ ...kit, notices: { send: () => undefined, farewell: () => undefined }, ...parts });

test('grants: an exchange that another one overtook ends the grant of both', async () => {
  const grants = grantsWith();
  const code = await grants.authorize(testUser, session, consent, CLIENT);
  const overtaken = Object.assign(Object.create(kit.db) as typeof kit.db, {
    update: () => ({ set: () => ({ where: () => ({ returning: async () => [] }) }) }),
  });
  await expect(grantsWith({ db: overtaken }).exchange(code, exchange, CLIENT)).rejects.toMatchObject({ error: 'invalid_grant' });
  await expect(grants.exchange(code, exchange, CLIENT)).rejects.toMatchObject({ error: 'invalid_grant' });
  expect(await grants.list(testUser.id)).toEqual([]);
});

test('grants: a code made before JWT_SECRET_KEY was changed is good while the old one is known', async () => {
  const before = grantsWith();
  const code = await before.authorize(testUser, session, consent, CLIENT);
  const { auth } = kit.config;
  const rotated = { ...kit.config, auth: { ...auth, secret: { ...auth.secret, reveal: () => 'n'.repeat(40) } } };
  const unknown = grantsWith({ config: rotated as typeof kit.config });
  await expect(unknown.exchange(code, exchange, CLIENT)).rejects.toMatchObject({ error: 'invalid_grant' });
  const known = grantsWith({
    config: { ...rotated, auth: { ...rotated.auth, previousSecret: auth.secret } } as typeof kit.config,
  });
  expect((await known.exchange(code, exchange, CLIENT)).scopes).toEqual(['search']);
});

test('grants: a client that vanished before the consent was written, and a login that ended, get no code', async () => {
  const grants = grantsWith();
  const unknown = grants.authorize(testUser, session, { ...consent, clientId: 'gone' }, CLIENT);
  await expect(unknown).rejects.toMatchObject({ error: 'invalid_client' });
  await kit.sessions.end(session, 'test');
  await expect(grants.authorize(testUser, session, consent, CLIENT)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('grants: a failure of the database is no refusal of the token', async () => {
  const sessions = { ...kit.sessions, refresh: () => Promise.reject(new Error('the database is away')) };
  const refreshed = grantsWith({ sessions }).refresh('x', { app, audience: undefined, narrowTo: undefined }, CLIENT);
  await expect(refreshed).rejects.toThrow('the database is away');
});
