/** Tokens are for the API or for `/mcp` alone, and a client learns from a 401 where its user logs in. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import type { TokenAudience } from '../../src/kernel/model/sessions.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const PUBLIC_URL = 'https://pharos.example.org';
const ANYWHERE = { Origin: 'https://any.example' };
const OPEN = ['/mcp', '/oauth/token', '/oauth/register', '/.well-known/oauth-authorization-server', '/.well-known/jwks.json'];

let app: TestApp;
let own: Record<string, string>;
beforeAll(async () => {
  app = await createTestApp({ env: { PUBLIC_URL, CORS_ORIGINS: 'https://app.example.org' } });
  own = await app.login('ada');
});
afterAll(() => app.close());

async function tokenFor(audience: TokenAudience, clientId?: string) {
  const [user] = await findUsersByLogin(app.services.db, 'ada');
  const { sid } = await app.services.accessTokens.verify((own.Authorization ?? '').slice('Bearer '.length));
  if (!user) throw new Error('ada was not registered');
  const { token } = await app.services.accessTokens.issue({
    user,
    scopes: ['resources:read', 'resources:write'],
    sessionId: sid,
    audience,
    ...(clientId === undefined ? {} : { clientId }),
  });
  return { Authorization: `Bearer ${token}` };
}

const status = async (path: string, headers: Record<string, string>, method = 'GET') =>
  (await app.request(path, { method, headers })).status;

describe('audience', () => {
  test('audience: a token for /mcp passes there, also below /api, and is 401 at every other path', async () => {
    const headers = await tokenFor('mcp', 'an app');
    for (const path of ['/mcp', '/api/mcp']) expect(await status(path, headers), path).not.toBe(401);
    for (const path of ['/resources', '/search?q=x', '/auth/me', '/mcp/', '/mcp/x', '/v1/models', '/admin/users', '/nothing']) {
      expect(await status(path, headers), path).toBe(401);
    }
  });

  test('audience: tokens and keys for the API pass at /mcp as well', async () => {
    const made = await app.request('/auth/api-keys', {
      method: 'POST',
      headers: { ...own, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'k' }),
    });
    const { key } = (await made.json()) as { key: string };
    for (const headers of [own, await tokenFor('api', 'an app'), { 'X-API-Key': key }, { Authorization: `Bearer ${key}` }]) {
      expect([401, 403].includes(await status('/mcp', headers))).toBe(false);
    }
  });

  test('audience: a token that was verified at /mcp before is still refused at the API', async () => {
    const headers = await tokenFor('mcp', 'an app');
    expect(await status('/mcp', headers)).not.toBe(401);
    expect(await status('/resources', headers)).toBe(401);
    expect(await status('/mcp', headers)).not.toBe(401);
  });
});

describe('scope resources:delete', () => {
  const DOCUMENT = '/resources/01900000-0000-7000-8000-000000000001';

  test('resources:delete: an own token that may write may delete, and the token of an app only if it names that', async () => {
    expect(await status(DOCUMENT, own, 'DELETE')).toBe(404);
    expect(await status(DOCUMENT, await tokenFor('api'), 'DELETE')).toBe(404);
    expect(await status(DOCUMENT, await tokenFor('api', 'an app'), 'DELETE')).toBe(403);
  });
});

describe('connected apps', () => {
  test('connected apps: the token of an app is 403 at every path below /auth and /admin, known or not', async () => {
    const headers = await tokenFor('api', 'an app');
    for (const path of ['/auth/me', '/auth/rate-limit', '/auth/sessions', '/auth/nothing', '/admin/users', '/admin/nothing']) {
      expect(await status(path, headers), path).toBe(403);
    }
    expect(await status('/resources', headers)).toBe(200);
  });
});

describe('discovery', () => {
  const metadata = `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"`;

  test('discovery: 401 of /mcp names the metadata of the resource, which names this authorization server', async () => {
    const refused = await app.request('/mcp', { method: 'POST' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, `Bearer ${metadata}`]);
    const wrong = await app.request('/mcp', { headers: { Authorization: 'Bearer x' } });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, `Bearer error="invalid_token", ${metadata}`]);
    expect((await app.request('/resources')).headers.get('www-authenticate')).toBe('Bearer');
    const described = await (await app.request('/.well-known/oauth-protected-resource/mcp')).json();
    expect(described).toMatchObject({ resource: `${PUBLIC_URL}/mcp`, authorization_servers: [PUBLIC_URL] });
    const whole = await (await app.request('/.well-known/oauth-protected-resource')).json();
    expect(whole).toMatchObject({ resource: PUBLIC_URL, authorization_servers: [PUBLIC_URL] });
  });

  test('discovery: the metadata offers no scope that an app cannot have', async () => {
    for (const path of ['oauth-authorization-server', 'oauth-authorization-server/mcp', 'oauth-protected-resource']) {
      const { scopes_supported } = (await (await app.request(`/.well-known/${path}`)).json()) as { scopes_supported: string[] };
      expect(scopes_supported).toEqual(['resources:read', 'resources:write', 'resources:delete', 'search']);
    }
  });

  test.each(OPEN)('CORS: a page of any origin may use %s without credentials', async (path) => {
    const preflight = await app.request(path, {
      method: 'OPTIONS',
      headers: { ...ANYWHERE, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'mcp-protocol-version' },
    });
    const response = await app.request(path, { headers: ANYWHERE });
    for (const { headers } of [preflight, response]) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.has('access-control-allow-credentials')).toBe(false);
    }
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('mcp-protocol-version');
  });

  test.each(['/mcp/x', '/oauth/authorize', '/auth/login', '/resources'])('CORS: %s is not for any origin', async (path) => {
    expect((await app.request(path, { headers: ANYWHERE })).headers.has('access-control-allow-origin')).toBe(false);
  });
});
