import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createOAuthFlow } from '../../src/kernel/auth/oauth/flow.ts';
import type { OAuthProvider } from '../../src/kernel/auth/oauth/provider.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createTestApp } from '../support/kits/app.ts';
import { testConfig } from '../support/kits/config.ts';
import { app, appWith, begin, useOAuthApp } from '../support/kits/oauth-login.ts';

useOAuthApp();

describe('GET /auth/{provider}', () => {
  test('OAuth start: the address has state, PKCE and nonce, and one cookie holds the attempt', async () => {
    const { url, state, response } = await begin('google');
    const parameters = Object.fromEntries(new URL(url).searchParams);
    expect(parameters).toMatchObject({
      response_type: 'code',
      client_id: 'pharos',
      redirect_uri: 'http://localhost:8000/auth/google/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      state,
    });
    expect(parameters.code_challenge).toHaveLength(43);
    expect(parameters.nonce).toBeTruthy();
    const cookies = response.headers.getSetCookie();
    expect(cookies).toEqual([expect.stringMatching(/^pharos_oauth_[\w-]{16}=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  test('OAuth start: the cookie has the __Host- prefix on https', async () => {
    const secure = await appWith({ PUBLIC_URL: 'https://pharos.example' });
    const { response } = await begin('google', { target: secure });
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-pharos_oauth_[\w-]{16}=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });

  test('OAuth start: redirects a browser', async () => {
    const response = await app.request('/auth/github', { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toMatch(/\/authorize\?.*scope=read%3Auser\+user%3Aemail/);
  });

  test.each([
    'https://evil.example/',
    'http://[',
    '//evil.example',
    'javascript:alert(1)',
    'http://localhost:8000.evil.example',
    'http://user:pw@localhost:8000/',
    'https://user@app.example.org/',
    './/evil.example',
    '/.//evil.example',
    'http://localhost:8000//evil.example',
    '/x/..//evil.example',
    '/\\\\evil.example',
    'https://app.example.org//evil.example/',
  ])('OAuth start: return_to %s is refused', async (target) => {
    const open = await appWith({ CORS_ORIGINS: 'https://app.example.org' });
    const response = await open.request(`/auth/google?return_to=${encodeURIComponent(target)}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'return_to' }] });
    await open.close();
  });

  test('OAuth start: an accepted return_to has no credentials, is on an allowed origin, and its path names no host', async () => {
    const part = fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '\\',
      '@',
      ':',
      'user',
      'evil.example',
      'http:',
      'localhost:8000',
      '?',
      '#',
      ' ',
    );
    const kv = createMemoryKeyValue({ clock: systemClock });
    const config = testConfig();
    const provider: OAuthProvider = {
      name: 'oidc',
      authorizationUrl: async () => new URL('http://127.0.0.1/'),
      identify: async () => Promise.reject(new Error('not asked')),
    };
    const flow = createOAuthFlow({ config, kv, clock: systemClock, providers: { oidc: provider } });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const begun = await flow.begin('oidc', { returnTo: parts.join(''), linkTo: null }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid_input' });
          return undefined;
        });
        if (!begun) return;
        const { returnTo } = await flow.take('oidc', begun.state, begun.cookie);
        const url = new URL(returnTo ?? '');
        expect(url.origin).toBe('http://localhost:8000');
        expect(`${url.username}${url.password}`).toBe('');
        // What a page makes of it that goes on to the path alone.
        expect(new URL(`${url.pathname}${url.search}`, url).origin).toBe('http://localhost:8000');
      }),
    );
  });

  test('OAuth start: 501 for a provider that is not configured, 502 for one that does not respond', async () => {
    const bare = await createTestApp();
    expect((await bare.request('/auth/google')).status).toBe(501);
    expect((await bare.request('/auth/github/callback?code=x&state=y')).status).toBe(501);
    await bare.close();
    const deaf = await appWith({}, async () => Promise.reject(new TypeError('connect ECONNREFUSED 10.1.2.3')));
    const response = await deaf.request('/auth/google');
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain('10.1.2.3');
    await deaf.close();
  });
});
