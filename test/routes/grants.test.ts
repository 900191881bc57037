/** Connected apps: what they may do, how they are listed, and what ends them. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteExpired } from '../../src/kernel/db/expired.ts';
import { oauthClients, securityEvents, sessions } from '../../src/kernel/db/schema.sqlite.ts';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import {
  bearer,
  connectApp,
  consent,
  exchange,
  newRequest,
  postJson,
  refresh,
  registerApp,
} from '../support/kits/oauth-client.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PASSWORD = 'a long enough phrase';

let app: TestApp;
let own: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp({ env: { JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '60' } });
  own = await app.login('ada', PASSWORD);
});
afterEach(() => app.close());

const get = async (path: string, headers: Record<string, string>) => (await app.request(path, { headers })).status;

async function grantsOf(headers = own) {
  const body = await (await app.request('/auth/grants', { headers })).json();
  return (body as { grants: { id: string; client: { name: string }; scopes: string[]; resource: string }[] }).grants;
}

const events = async () => {
  await app.background.settled();
  const rows = await app.services.db.select().from(securityEvents);
  return rows.filter(({ event }) => event.startsWith('grant_')).map(({ event, reason }) => ({ event, reason }));
};

async function login(): Promise<Record<string, string>> {
  const response = await app.request('/auth/login', {
    method: 'POST',
    body: new URLSearchParams({ username: 'ada', password: PASSWORD }),
  });
  return bearer(((await response.json()) as { access_token: string }).access_token);
}

describe('grants', () => {
  test('grants: an app has the scopes that its user left, and none that was not asked for', async () => {
    const { tokens } = await connectApp(app.request, own, { approved: ['resources:read', 'search'] });
    expect(tokens).toMatchObject({ scope: 'resources:read search', token_type: 'bearer', expires_in: 3600 });
    expect(await get('/resources', bearer(tokens.access_token))).toBe(200);
    expect((await postJson(app.request, '/resources', { content: 'x' }, bearer(tokens.access_token))).status).toBe(403);
    const reader = await registerApp(app.request);
    const { parameters } = newRequest(reader, { scope: 'resources:read' });
    const wider = { ...parameters, approved: ['resources:read', 'search'] };
    const refused = await postJson(app.request, '/oauth/authorize', wider, own);
    expect([refused.status, await refused.json()]).toMatchObject([422, { errors: [{ path: 'approved' }] }]);
  });

  test('grants: deleting is a scope of its own, which writing does not include', async () => {
    const { tokens: writer } = await connectApp(app.request, own);
    const { tokens: deleter } = await connectApp(app.request, own, { approved: ['resources:delete'] });
    const remove = async (token: string) => {
      const init = { method: 'DELETE', headers: bearer(token) };
      return (await app.request('/resources/01900000-0000-7000-8000-00000000dead', init)).status;
    };
    expect([await remove(writer.access_token), await remove(deleter.access_token)]).toEqual([403, 404]);
  });

  test('grants: an admin cannot grant the administration', async () => {
    const [ada] = await findUsersByLogin(app.services.db, 'ada');
    await app.services.sessions.updateAccount(ada?.id ?? '', async () => ({ set: { tier: 'admin' }, ends: null }));
    const admin = await login();
    const client = await registerApp(app.request);
    const { parameters, verifier } = newRequest(client, { scope: 'admin search' });
    const asked = await postJson(app.request, '/oauth/authorize', { ...parameters, approved: ['admin'] }, admin);
    expect(asked.status).toBe(422);
    const { outcome } = await consent(app.request, admin, parameters, ['search']);
    const { body } = await exchange(app.request, client, outcome.code ?? '', verifier);
    expect(body.scope).toBe('search');
    expect(await get('/admin/users', bearer(body.access_token))).toBe(403);
    const { outcome: none } = await consent(app.request, admin, { ...parameters, scope: 'admin' }, []);
    expect(none.error).toBe('invalid_scope');
  });

  test('grants: they are listed for their user, apart from logins, and ended by their user with the next request', async () => {
    const { tokens, app: client } = await connectApp(app.request, own);
    app.clock.advance(1);
    const { tokens: other } = await connectApp(app.request, own, { request: { resource: 'http://localhost:8000/mcp' } });
    const listed = await grantsOf();
    expect(listed).toMatchObject([
      { client: { name: 'An assistant' }, resource: 'http://localhost:8000/mcp' },
      {
        client: { id: client.clientId },
        scopes: ['resources:read', 'resources:write', 'search'],
        resource: 'http://localhost:8000',
      },
    ]);
    const { sessions: logins } = (await (await app.request('/auth/sessions', { headers: own })).json()) as { sessions: object[] };
    expect(logins).toHaveLength(1);
    const id = listed[1]?.id;
    const end = (path: string, headers: Record<string, string>) => app.request(path, { method: 'DELETE', headers });
    expect((await end(`/auth/grants/${id}`, await app.login('grace'))).status).toBe(404);
    expect((await end(`/auth/sessions/${id}`, own)).status).toBe(404);
    expect(await get('/resources', bearer(tokens.access_token))).toBe(200);
    expect((await end(`/auth/grants/${id}`, own)).status).toBe(204);
    expect(await get('/resources', bearer(tokens.access_token))).toBe(401);
    expect((await refresh(app.request, client, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await end(`/auth/grants/${id}`, own)).status).toBe(404);
    expect(await get('/mcp', bearer(other.access_token))).not.toBe(401);
    expect(await grantsOf()).toHaveLength(1);
    expect(await events()).toEqual(
      expect.arrayContaining([
        { event: 'grant_issued', reason: 'An assistant: resources:read resources:write search' },
        { event: 'grant_revoked', reason: null },
      ]),
    );
  });

  test('grants: a login cannot be ended as a grant, nor a code be listed before it is exchanged', async () => {
    const { sid } = await app.services.accessTokens.verify((own.Authorization ?? '').slice(7));
    expect((await app.request(`/auth/grants/${sid}`, { method: 'DELETE', headers: own })).status).toBe(404);
    const client = await registerApp(app.request);
    await consent(app.request, own, newRequest(client).parameters, ['search']);
    expect(await grantsOf()).toEqual([]);
  });

  test('grants: the user is told by mail, and a name that the app made up cannot hide what follows', async () => {
    const client = await registerApp(app.request, 'http://127.0.0.1/cb', 'Evil\u202e\u0007\n\napp\u200b  x');
    const { parameters, verifier } = newRequest(client);
    const { outcome } = await consent(app.request, own, parameters, ['search']);
    await exchange(app.request, client, outcome.code ?? '', verifier);
    await app.background.settled();
    expect(app.mails.map(({ text }) => text).join()).toContain('The app "Evil app x" was connected to your account: search.');
  });

  test('grants: the 101st app is a conflict', async () => {
    const client = await registerApp(app.request);
    for (let made = 0; made < 100; made++) await consent(app.request, own, newRequest(client).parameters, ['search']);
    const response = await postJson(
      app.request,
      '/oauth/authorize',
      { ...newRequest(client).parameters, approved: ['search'] },
      own,
    );
    expect(response.status).toBe(409);
  });

  test('grants: revocation by RFC 7009 ends a grant by its refresh token, and an access token alone', async () => {
    const { tokens } = await connectApp(app.request, own, { request: { resource: 'http://localhost:8000/mcp' } });
    const revoke = (token: string) => app.request('/auth/revoke', { method: 'POST', body: new URLSearchParams({ token }) });
    expect(await get('/mcp', bearer(tokens.access_token))).not.toBe(401);
    expect((await revoke(tokens.access_token)).status).toBe(200);
    expect(await get('/mcp', bearer(tokens.access_token))).toBe(401);
    expect(await grantsOf()).toHaveLength(1);
    expect((await revoke(tokens.refresh_token)).status).toBe(200);
    expect(await grantsOf()).toEqual([]);
  });

  test('grants: ending all sessions leaves connected apps, as it leaves API keys', async () => {
    const { tokens } = await connectApp(app.request, own);
    expect((await app.request('/auth/sessions', { method: 'DELETE', headers: own })).status).toBe(204);
    expect(await get('/resources', own)).toBe(401);
    expect(await get('/resources', bearer(tokens.access_token))).toBe(200);
  });
});

describe('what ends grants with their account', () => {
  const changes: readonly [string, () => Promise<unknown>][] = [
    ['a deactivation', () => update({ active: false }, 'user deactivated')],
    ['a lower tier', () => update({ tier: 'free' }, 'tier lowered')],
    ['a reset of the password', () => update({ passwordHash: 'x' }, 'password reset')],
    [
      'a new password',
      () => postJson(app.request, '/auth/password', { current_password: PASSWORD, new_password: 'another long phrase' }, own),
    ],
  ];

  async function update(set: object, ends: string) {
    const [ada] = await findUsersByLogin(app.services.db, 'ada');
    return app.services.sessions.updateAccount(ada?.id ?? '', async () => ({ set, ends }));
  }

  test.each(changes)('grants: %s ends tokens and grants with the next request, and codes on their way', async (_, change) => {
    const { tokens, app: client } = await connectApp(app.request, own);
    const waiting = newRequest(client);
    const { outcome } = await consent(app.request, own, waiting.parameters, ['search']);
    await change();
    expect(await get('/resources', bearer(tokens.access_token))).toBe(401);
    expect((await refresh(app.request, client, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await exchange(app.request, client, outcome.code ?? '', waiting.verifier)).body.error).toBe('invalid_grant');
    const rows = await app.services.db.select().from(sessions).where(eq(sessions.clientId, client.clientId));
    expect(rows.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
  });

  test('grants: an account that changes between the exchange of a code and its tokens gets none', async () => {
    const client = await registerApp(app.request);
    const { parameters, verifier } = newRequest(client);
    const { outcome } = await consent(app.request, own, parameters, ['search']);
    await app.services.db.update(sessions).set({ credentialsEpoch: 7 }).where(eq(sessions.clientId, client.clientId));
    expect((await exchange(app.request, client, outcome.code ?? '', verifier)).body.error).toBe('invalid_grant');
    expect(await grantsOf()).toEqual([]);
  });
});

describe('a server at fault', () => {
  test('apps: a fault of the server is no error of the app, at each endpoint', async () => {
    await app.database.execute('alter table oauth_clients rename to elsewhere');
    const { parameters } = newRequest({ clientId: 'x', redirectUri: 'https://app.example.org/' });
    const failed = [
      await postJson(app.request, '/oauth/register', { redirect_uris: ['https://app.example.org/'] }),
      await app.request(`/oauth/authorize?${new URLSearchParams(parameters)}`),
      await app.request('/oauth/token', {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'x' }),
      }),
    ];
    for (const response of failed) expect([response.status, await response.json()]).toMatchObject([500, { type: 'about:blank' }]);
  });
});

describe('registered clients', () => {
  const known = async () => (await app.services.db.select().from(oauthClients)).map(({ id }) => id);

  test('clients: one that no user connects vanishes after 24 hours, one with a grant stays, one whose grant ended stays 90 days', async () => {
    const start = app.clock.now();
    const unused = await registerApp(app.request);
    const { app: used } = await connectApp(app.request, own);
    await deleteExpired(app.services.db, start + DAY - HOUR);
    expect(await known()).toEqual([unused.clientId, used.clientId]);
    await deleteExpired(app.services.db, start + DAY + HOUR);
    expect(await known()).toEqual([used.clientId]);
    await deleteExpired(app.services.db, start + 30 * DAY);
    expect(await app.services.db.select().from(sessions)).toEqual([]);
    expect(await known()).toEqual([used.clientId]);
    await deleteExpired(app.services.db, start + 91 * DAY);
    expect(await known()).toEqual([]);
  });

  test('clients: one that vanished while its user consents gets no code', async () => {
    const client = await registerApp(app.request);
    const { markGranted } = await import('../../src/kernel/db/oauth-clients.ts');
    await app.services.db.delete(oauthClients);
    expect(await markGranted(app.services.db, client.clientId, 0)).toBe(false);
    const response = await postJson(
      app.request,
      '/oauth/authorize',
      { ...newRequest(client).parameters, approved: ['search'] },
      own,
    );
    expect(response.status).toBe(400);
  });

  test('clients: an address may register 20 an hour', async () => {
    const body = { redirect_uris: ['http://127.0.0.1/cb'] };
    const statuses: number[] = [];
    for (let made = 0; made < 21; made++) statuses.push((await postJson(app.request, '/oauth/register', body)).status);
    expect(statuses).toEqual([...Array(20).fill(201), 429]);
    const refused = await postJson(app.request, '/oauth/register', body);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });
});
