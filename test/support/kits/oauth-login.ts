/** A browser's and a program's logins through providers on loopback, for test files that share one app per test. */
import { afterEach, beforeEach } from 'vitest';
import type { Fetch } from '../../../src/kernel/core/ports.ts';
import { startGitHub, startOpenIdServer } from '../fakes/identity-providers.ts';
import type { TestApp } from './app.ts';
import { createOAuthApp, type FakeProviders } from './oauth.ts';

/** Those of the present test. */
export let openid: FakeProviders['openid'];
export let github: FakeProviders['github'];
export let app: TestApp;

/** The app with local providers; `fetch` can intercept its requests to them. */
export const appWith = (more: Record<string, string> = {}, fetchImpl?: Fetch) =>
  createOAuthApp({ openid, github }, more, fetchImpl);

/** Gives every test of the file an app and providers of its own. */
export function useOAuthApp(): void {
  beforeEach(async () => {
    [openid, github] = await Promise.all([startOpenIdServer(), startGitHub()]);
    openid.says({ sub: 'g-1', email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    app = await appWith();
  });
  afterEach(async () => {
    await app.close();
    await Promise.all([openid.stop(), github.stop()]);
  });
}

export type Tokens = { access_token: string; refresh_token: string };
export const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';

export async function begin(
  provider: string,
  { query = '', headers = {}, target = app }: { query?: string; headers?: Record<string, string>; target?: TestApp } = {},
) {
  const response = await target.request(`/auth/${provider}${query}`, { headers });
  const body = (await response.json()) as { authorization_url: string; state: string };
  return { response, url: body.authorization_url, state: body.state, cookie: cookieOf(response) };
}

export const callback = (
  provider: string,
  query: Record<string, string>,
  cookie: string,
  headers: Record<string, string> = {},
  target = app,
) => target.request(`/auth/${provider}/callback?${new URLSearchParams(query)}`, { headers: { Cookie: cookie, ...headers } });

/** Runs the whole flow as a program would. */
export async function logIn(provider: 'google' | 'oidc' | 'github', target = app) {
  const started = await begin(provider, { target });
  const result = provider === 'github' ? { code: 'c', state: started.state } : await openid.authorize(started.url);
  return callback(provider, result, started.cookie, {}, target);
}

/** A browser: it keeps cookies, and asks for pages. */
export function browser(target = app) {
  const jar = new Map<string, string>();
  const cookieHeader = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  async function request(path: string, init: RequestInit = {}) {
    const response = await target.request(path, { ...init, headers: { ...init.headers, Cookie: cookieHeader() } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (cookie.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
  return {
    jar,
    cookieHeader,
    get: (path: string) => request(path, { headers: { Accept: 'text/html' } }),
    exchange: (code: string) =>
      request('/auth/exchange', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code }),
      }),
  };
}

export const whoami = async (access_token: string) =>
  (await (await app.request('/auth/me', { headers: { Authorization: `Bearer ${access_token}` } })).json()) as Record<
    string,
    unknown
  >;
