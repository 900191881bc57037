import { createLocalJWKSet, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { updateUser } from '../../src/kernel/db/users.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const PASSWORD = 'a long enough phrase';
const MASTER = 'm'.repeat(32);

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
});
afterEach(() => app.close());

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers });

async function tokens(username = 'ada') {
  await app.login(username);
  const response = await form('/auth/login', { username, password: PASSWORD });
  return (await response.json()) as { access_token: string; refresh_token: string };
}
const me = (token: string) => app.request('/auth/me', { headers: { Authorization: `Bearer ${token}` } });
const introspect = async (token: string, headers: Record<string, string> = { 'X-API-Key': MASTER }) => {
  const response = await form('/auth/introspect', { token }, headers);
  return { status: response.status, body: await response.json() };
};

describe('POST /auth/revoke', () => {
  test('revoke: an access token ends alone', async () => {
    const { access_token, refresh_token } = await tokens();
    expect((await form('/auth/revoke', { token: access_token, token_type_hint: 'access_token' })).status).toBe(200);
    expect((await me(access_token)).status).toBe(401);
    expect((await form('/auth/refresh', { refresh_token })).status).toBe(200);
  });

  test('revoke: a refresh token ends with its session', async () => {
    const { access_token, refresh_token } = await tokens();
    expect((await form('/auth/revoke', { token: refresh_token })).status).toBe(200);
    expect((await me(access_token)).status).toBe(401);
    expect((await form('/auth/refresh', { refresh_token })).status).toBe(401);
  });

  test('revoke: an unknown token gets the same response', async () => {
    expect((await form('/auth/revoke', { token: 'nonsense' })).status).toBe(200);
    expect((await form('/auth/revoke', {})).status).toBe(422);
  });
});

describe('POST /auth/introspect', () => {
  test('introspect: names the type and the owner of a live access or refresh token', async () => {
    const { access_token, refresh_token } = await tokens();
    expect((await introspect(access_token)).body).toMatchObject({
      active: true,
      token_type: 'access_token',
      username: 'ada',
      exp: expect.any(Number),
    });
    expect((await introspect(refresh_token)).body).toMatchObject({ active: true, token_type: 'refresh_token', username: 'ada' });
  });

  test('introspect: a revoked, rotated, expired or unknown token is inactive, without other fields', async () => {
    const first = await tokens();
    const second = (await (await form('/auth/refresh', { refresh_token: first.refresh_token })).json()) as typeof first;
    expect((await introspect(first.refresh_token)).body).toEqual({ active: false });
    expect((await introspect('nonsense')).body).toEqual({ active: false });
    await form('/auth/revoke', { token: second.refresh_token });
    expect((await introspect(second.access_token)).body).toEqual({ active: false });
    app.clock.advance(8 * 86_400_000);
    expect((await introspect(second.refresh_token)).body).toEqual({ active: false });
  });

  test('introspect: a token of a deactivated user is inactive', async () => {
    const { refresh_token } = await tokens();
    const users = await (await app.request('/admin/users?q=ada', { headers: { 'X-API-Key': MASTER } })).json();
    const { id } = (users as { users: { id: string }[] }).users[0]!;
    await updateUser(app.services.db, id, { active: false }, app.clock.now());
    expect((await introspect(refresh_token)).body).toEqual({ active: false });
  });

  test('introspect: needs the scope admin, of a token or a key', async () => {
    const { access_token } = await tokens();
    const mine = { Authorization: `Bearer ${access_token}` };
    expect((await introspect(access_token, mine)).status).toBe(403);
    const made = await app.request('/auth/api-keys', {
      method: 'POST',
      headers: { ...mine, 'Content-Type': 'application/json' },
      body: '{"name":"gateway"}',
    });
    const { key } = (await made.json()) as { key: string };
    expect((await introspect(access_token, { 'X-API-Key': key })).status).toBe(403);
    await app.services.db.update(users).set({ tier: 'admin' });
    const login = await form('/auth/login', { username: 'ada', password: PASSWORD });
    const admin = (await login.json()) as { access_token: string };
    expect((await introspect(access_token, { Authorization: `Bearer ${admin.access_token}` })).body).toMatchObject({
      active: true,
    });
    expect((await form('/auth/introspect', { token: 'x' })).status).toBe(401);
  });
});

describe('/.well-known', () => {
  test('authorization server metadata: names the endpoints (RFC 8414)', async () => {
    const metadata = (await (await app.request('/.well-known/oauth-authorization-server')).json()) as Record<string, string>;
    expect(metadata).toMatchObject({
      issuer: 'http://localhost:8000',
      authorization_endpoint: 'http://localhost:8000/oauth/authorize',
      token_endpoint: 'http://localhost:8000/oauth/token',
      registration_endpoint: 'http://localhost:8000/oauth/register',
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: expect.arrayContaining(['search']),
    });
    for (const name of ['revocation_endpoint', 'introspection_endpoint', 'jwks_uri'])
      expect(metadata[name]).toMatch(/^http:\/\/localhost:8000\//);
  });

  test('jwks.json: empty if a shared secret signs tokens', async () => {
    expect(await (await app.request('/.well-known/jwks.json')).json()).toEqual({ keys: [] });
  });

  test.each([
    'ES256',
    'EdDSA',
  ] as const)('jwks.json: has the current and the previous %s key, which verify tokens', async (algorithm) => {
    const pem = async () => exportPKCS8((await generateKeyPair(algorithm, { extractable: true })).privateKey);
    const [old, fresh] = [await pem(), await pem()];
    const env = { JWT_ALGORITHM: algorithm };
    const before = await createTestApp({ env: { ...env, JWT_PRIVATE_KEY: old.replaceAll('\n', '\\n').replace(/\\n$/, '') } });
    const after = await createTestApp({ env: { ...env, JWT_PRIVATE_KEY: `${fresh}\n${old}` } });
    const grant = { user: { id: 'u', username: 'ada', tier: 'free' as const }, scopes: [], sessionId: 's' };
    const yesterday = await before.services.accessTokens.issue(grant);
    const today = await after.services.accessTokens.issue(grant);
    const jwks = (await (await after.request('/.well-known/jwks.json')).json()) as { keys: Record<string, unknown>[] };
    expect(jwks.keys).toHaveLength(2);
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    const keys = createLocalJWKSet(jwks as never);
    for (const { token } of [yesterday, today]) {
      expect((await jwtVerify(token, keys)).payload.sub).toBe('u');
      expect((await after.services.accessTokens.verify(token)).sub).toBe('u');
    }
    await expect(before.services.accessTokens.verify(today.token)).rejects.toMatchObject({ code: 'unauthenticated' });
    await Promise.all([before.close(), after.close()]);
  });

  test('access tokens: an invalid private key is reported on first use', async () => {
    const broken = await createTestApp({
      env: { JWT_ALGORITHM: 'ES256', JWT_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----\nbm90aGluZw==\n-----END PRIVATE KEY-----' },
    });
    await expect(broken.services.accessTokens.publicKeys()).rejects.toThrow();
    await broken.close();
  });
});
