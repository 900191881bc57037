/** The session of a browser, whose refresh token is in a cookie. */
import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { anonymous, bearer, registered, type Tokens } from './people.ts';

export function browserSessions(deployment: () => Deployment): void {
  const origin = () => new URL(deployment().url).origin;
  const post = (path: string, headers: Record<string, string>, body?: object) =>
    anonymous(deployment()).call<Partial<Tokens>>('POST', path, body, headers);

  /** The cookie that a response sets, as it is sent back; empty for one that it deletes. */
  function cookieOf(headers: Headers): string {
    const [line = ''] = headers.getSetCookie();
    const cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] ?? '');
    if (cookie) noteSecrets(cookie);
    return cookie;
  }

  async function logIn() {
    const { username, password } = await registered(deployment());
    const { status, headers, body } = await post('/auth/login', { Origin: origin() }, { username, password, cookie: true });
    expect(status).toBe(200);
    return { cookie: cookieOf(headers), body, headers };
  }

  test('browser session: login, refresh and logout move one cookie, and no response has a refresh token', async () => {
    const first = await logIn();
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^pharos_session=pr1\.[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(first.body).not.toHaveProperty('refresh_token');
    const refreshed = await post('/auth/refresh', { Origin: origin(), Cookie: first.cookie });
    expect([refreshed.status, refreshed.body]).toEqual([200, expect.not.objectContaining({ refresh_token: expect.anything() })]);
    const second = cookieOf(refreshed.headers);
    expect(second).not.toBe(first.cookie);
    const out = await post('/auth/logout', { Origin: origin(), Cookie: second });
    expect([out.status, out.headers.getSetCookie()]).toEqual([204, [expect.stringContaining('pharos_session=; Max-Age=0')]]);
    expect((await post('/auth/refresh', { Origin: origin(), Cookie: second })).status).toBe(401);
    const me = await anonymous(deployment()).call('GET', '/auth/me', undefined, bearer(refreshed.body.access_token ?? ''));
    expect(me.status).toBe(401);
  });

  test('browser session: a page of another origin is 403 at login, exchange, refresh and logout', async () => {
    const { cookie, body } = await logIn();
    const login = { username: 'x', password: 'y', cookie: true };
    // The same host under https is in test/routes/browser-session.test.ts: the proxy of `wrangler dev` makes it the origin itself.
    for (const Origin of ['null', 'https://evil.example', `${origin()}0`]) {
      const headers = { Origin, Cookie: cookie };
      const answers = [
        await post('/auth/login', headers, login),
        await post('/auth/exchange', headers, { code: 'x', cookie: true }),
        await post('/auth/refresh', headers),
        await post('/auth/logout', headers),
      ];
      expect([Origin, answers.map(({ status }) => status)]).toEqual([Origin, [403, 403, 403, 403]]);
      expect(answers.flatMap((answer) => answer.headers.getSetCookie())).toEqual([]);
    }
    expect((await post('/auth/refresh', { Cookie: cookie })).status).toBe(403);
    const me = await anonymous(deployment()).call('GET', '/auth/me', undefined, bearer(body.access_token ?? ''));
    expect(me.status).toBe(200);
  });
}
