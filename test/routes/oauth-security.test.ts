/**
 * The best current practice for OAuth 2.0 security (RFC 9700), section by section, as far as it concerns an authorization server
 * whose only grant types are the code and the refresh token:
 *
 * | section | rule | test below |
 * |---|---|---|
 * | 2.1, 4.1 | redirect URIs are compared exactly | redirect exactness (with `kernel/auth/redirect-uris.test.ts`) |
 * | 2.1.1, 4.5 | PKCE, so that a code is of use to its client alone | code injection, code replay |
 * | 2.1.1, 4.8 | PKCE cannot be left out or weakened | PKCE downgrade |
 * | 2.1.2, 2.4 | neither implicit nor password grant for clients | grant types |
 * | 2.2.2, 4.14 | refresh tokens rotate, and reuse ends the grant | refresh replay |
 * | 2.3, 4.9, 4.10.2 | tokens have an audience and few scopes | token audience |
 * | 2.5 | authentication of clients | client authentication |
 * | 2.6 | metadata; the page is closed to scripts of other origins | metadata |
 * | 4.2 | nothing leaks through Referer, history or logs | Referer leakage |
 * | 4.4 | mix-up of servers | mix-up |
 * | 4.7 | CSRF on consent | CSRF |
 * | 4.11 | the server is no open redirector | open redirect |
 * | 4.12 | no 307 | 307 |
 * | 4.15 | a client cannot pass for a user | client as resource owner |
 * | 4.16 | clickjacking | clickjacking |
 * | 4.17 | communication in the browser | communication in the browser |
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import {
  type App,
  bearer,
  connectApp,
  consent,
  exchange,
  newRequest,
  postForm,
  postJson,
  refresh,
  registerApp,
  s256,
} from '../support/kits/oauth-client.ts';

const ISSUER = 'https://pharos.example.org';
const SITE = 'https://app.example.org/callback';
const READ = ['resources:read'];

let app: TestApp;
let own: Record<string, string>;
let site: App;
let program: App;
beforeAll(async () => {
  app = await createTestApp({
    env: {
      PUBLIC_URL: ISSUER,
      RATE_LIMIT_FREE_TIER: '100000',
      RATE_LIMIT_ANONYMOUS_TIER: '100000',
      JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '600',
    },
  });
  own = await app.login('ada');
  site = await registerApp(app.request, SITE, 'A site');
  program = await registerApp(app.request, 'http://127.0.0.1/callback', 'A program');
});
afterAll(() => app.close());

const open = (parameters: Record<string, string>) => app.request(`/oauth/authorize?${new URLSearchParams(parameters)}`);
const status = async (path: string, token: string) => (await app.request(path, { headers: bearer(token) })).status;

/** A code for `client`, and the verifier of the request that it answers. */
async function codeFor(client: App, more: Record<string, string> = {}) {
  const { parameters, verifier } = newRequest(client, more);
  const { outcome } = await consent(app.request, own, parameters, READ);
  return { code: outcome.code ?? '', verifier };
}

async function tokensFor(client: App, more: Record<string, string> = {}) {
  const { code, verifier } = await codeFor(client, more);
  return { ...(await exchange(app.request, client, code, verifier)).body, code, verifier };
}

function without(parameters: Record<string, string>, name: string) {
  const { [name]: _, ...rest } = parameters;
  return rest;
}

describe('2.1, 4.1 redirect exactness', () => {
  const others = [
    'https://app.example.org/callback/',
    'https://app.example.org/callback?x=1',
    'https://app.example.org/callback#x',
    'https://app.example.org/Callback',
    'https://app.example.org:443/callback',
    'https://app.example.org.evil.example/callback',
    'https://app.example.org@evil.example/callback',
    'https://evil.example/callback',
    'http://app.example.org/callback',
    'http://127.0.0.1/callback',
    'javascript:alert(1)',
    'https://app.example.org/callback/../x',
    'https://app.example.org/callback%2f..%2fx',
  ];

  test.each(others)('redirect exactness: an app that registered another URI is not answered at %s', async (redirect_uri) => {
    const { parameters } = newRequest(site, { redirect_uri });
    const response = await open(parameters);
    expect([response.status, response.headers.has('location')]).toEqual([400, false]);
    expect(await response.text()).not.toContain('evil.example');
    const direct = await postJson(app.request, '/oauth/authorize', { ...parameters, approved: READ }, own);
    expect([direct.status, ((await direct.json()) as { redirect_to?: string }).redirect_to]).toEqual([400, undefined]);
  });

  test('redirect exactness: a program may listen on any port of a loopback address', async () => {
    const redirectUri = 'http://127.0.0.1:51234/callback';
    const { parameters, verifier } = newRequest({ ...program, redirectUri });
    expect((await open(parameters)).status).toBe(200);
    const { redirectTo, outcome } = await consent(app.request, own, parameters, READ);
    expect(redirectTo.startsWith(`${redirectUri}?code=`)).toBe(true);
    const other = await exchange(app.request, program, outcome.code ?? '', verifier);
    expect([other.status, other.body.error]).toEqual([400, 'invalid_grant']);
    expect((await exchange(app.request, { ...program, redirectUri }, outcome.code ?? '', verifier)).status).toBe(200);
  });

  test('redirect exactness: an unknown client, and a client or a redirect URI that is missing or named twice, gets a page', async () => {
    const { parameters } = newRequest(site);
    const requests = [
      { ...parameters, client_id: 'nobody' },
      without(parameters, 'client_id'),
      without(parameters, 'redirect_uri'),
      { ...parameters, redirect_uri: `https://app.example.org/${'x'.repeat(2000)}` },
    ];
    const twice = `${new URLSearchParams(parameters)}&redirect_uri=https://evil.example`;
    for (const query of [...requests.map((each) => `${new URLSearchParams(each)}`), twice]) {
      const response = await app.request(`/oauth/authorize?${query}`);
      expect([response.status, response.headers.has('location')]).toEqual([400, false]);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(await response.text()).not.toContain('href="https:');
    }
  });
});

describe('2.1.1, 4.5 code injection and code replay', () => {
  test('code injection: a stolen code is of no use without its verifier, to another client, or for another redirect URI', async () => {
    const { code, verifier } = await codeFor(site);
    const attacker = newRequest(program);
    const attempts = [
      await exchange(app.request, site, code, attacker.verifier),
      await exchange(app.request, site, code, s256(verifier)),
      await exchange(app.request, program, code, verifier),
      await exchange(app.request, { ...site, redirectUri: program.redirectUri }, code, verifier),
      await exchange(app.request, site, `${code}x`, verifier),
      await exchange(app.request, site, code.replace(/\.0\./, '.1.'), verifier),
      await exchange(app.request, site, code.replace('pc1', 'pr1'), verifier),
    ];
    for (const { status: refused, body } of attempts) expect([refused, body.error]).toEqual([400, 'invalid_grant']);
    expect((await exchange(app.request, site, code, verifier)).status).toBe(200);
  });

  test('code injection: a code is no refresh token, and a refresh token no code', async () => {
    const { code, verifier } = await codeFor(site);
    expect((await refresh(app.request, site, code)).body.error).toBe('invalid_grant');
    const { refresh_token } = await tokensFor(site);
    expect((await exchange(app.request, site, refresh_token, verifier)).body.error).toBe('invalid_grant');
    expect((await refresh(app.request, site, code.replace('pc1', 'pr1'))).body.error).toBe('invalid_grant');
  });

  test('code replay: a code that is used again ends the grant and its tokens', async () => {
    const { code, verifier, access_token, refresh_token } = await tokensFor(site);
    expect(await status('/resources', access_token)).toBe(200);
    expect((await exchange(app.request, site, code, verifier)).body.error).toBe('invalid_grant');
    expect(await status('/resources', access_token)).toBe(401);
    expect((await refresh(app.request, site, refresh_token)).body.error).toBe('invalid_grant');
  });

  test('code replay: of many exchanges at once one succeeds at most, and the grant is over', async () => {
    const { code, verifier } = await codeFor(site);
    const results = await Promise.all(Array.from({ length: 8 }, () => exchange(app.request, site, code, verifier)));
    const tokens = results.filter((result) => result.status === 200);
    expect(tokens.length).toBeLessThanOrEqual(1);
    for (const { body } of tokens) expect(await status('/resources', body.access_token)).toBe(401);
  });

  test('code replay: a code is valid for a minute', async () => {
    const early = await codeFor(site);
    app.clock.advance(59_999);
    expect((await exchange(app.request, site, early.code, early.verifier)).status).toBe(200);
    const late = await codeFor(site);
    app.clock.advance(60_000);
    expect((await exchange(app.request, site, late.code, late.verifier)).body.error).toBe('invalid_grant');
  });
});

describe('2.1.1, 4.8 PKCE downgrade', () => {
  const weak: readonly [string, (parameters: Record<string, string>, verifier: string) => Record<string, string>][] = [
    ['without a challenge', ({ code_challenge: _, ...rest }) => rest],
    ['without a method', ({ code_challenge_method: _, ...rest }) => rest],
    ['with the method plain', (rest, verifier) => ({ ...rest, code_challenge: verifier, code_challenge_method: 'plain' })],
    ['with an empty challenge', (rest) => ({ ...rest, code_challenge: '' })],
    ['with a short challenge', (rest) => ({ ...rest, code_challenge: 'x' })],
    ['with an unknown method', (rest) => ({ ...rest, code_challenge_method: 's256' })],
  ];

  test.each(weak)('PKCE downgrade: a request %s gets no code', async (_what, weaken) => {
    const { parameters, verifier } = newRequest(program);
    const weakened = weaken(parameters, verifier);
    const location = (await open(weakened)).headers.get('location') ?? '';
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({ error: 'invalid_request', iss: ISSUER });
    const { outcome } = await consent(app.request, own, weakened, READ);
    expect([outcome.error, outcome.code]).toEqual(['invalid_request', undefined]);
  });

  test('PKCE downgrade: an exchange without a verifier, or with one of another form, is refused', async () => {
    const { code } = await codeFor(site);
    const fields = { grant_type: 'authorization_code', client_id: site.clientId, redirect_uri: site.redirectUri, code };
    for (const code_verifier of [undefined, '', 'short', 'x'.repeat(129), 'ü'.repeat(43)]) {
      const { status: refused, body } = await postForm(app.request, '/oauth/token', { ...fields, code_verifier });
      expect([refused, body.error]).toEqual([400, 'invalid_request']);
    }
  });
});

describe('2.1.2, 2.4 grant types', () => {
  test('grant types: there is no implicit grant, and clients get no tokens for passwords or for themselves', async () => {
    const { response_type: _, ...without } = newRequest(program).parameters;
    expect(new URL((await open(without)).headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request');
    for (const response_type of ['token', 'id_token', 'code token', 'none']) {
      const location = (await open(newRequest(program, { response_type }).parameters)).headers.get('location') ?? '';
      expect(new URL(location).searchParams.get('error')).toBe('unsupported_response_type');
      expect(new URL(location).hash).toBe('');
    }
    for (const grant_type of ['password', 'client_credentials', 'implicit', 'urn:ietf:params:oauth:grant-type:token-exchange']) {
      const fields = { grant_type, client_id: site.clientId, username: 'ada', password: 'a long enough phrase' };
      const { status: refused, body } = await postForm(app.request, '/oauth/token', fields);
      expect([refused, body.error]).toEqual([400, 'unsupported_grant_type']);
    }
  });
});

describe('2.2.2, 4.14 refresh replay', () => {
  test('refresh replay: the parent gets the same successor for 30 seconds, and ends the grant afterwards', async () => {
    const first = await tokensFor(site);
    const second = (await refresh(app.request, site, first.refresh_token)).body;
    app.clock.advance(30_000);
    expect((await refresh(app.request, site, first.refresh_token)).body.refresh_token).toBe(second.refresh_token);
    app.clock.advance(1);
    expect((await refresh(app.request, site, first.refresh_token)).body.error).toBe('invalid_grant');
    expect(await status('/resources', second.access_token)).toBe(401);
    expect((await refresh(app.request, site, second.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('refresh replay: a grandparent ends the grant at once', async () => {
    const first = await tokensFor(site);
    const second = (await refresh(app.request, site, first.refresh_token)).body;
    const third = (await refresh(app.request, site, second.refresh_token)).body;
    expect((await refresh(app.request, site, first.refresh_token)).body.error).toBe('invalid_grant');
    expect(await status('/resources', third.access_token)).toBe(401);
  });

  test('refresh replay: the token of another client, or of a login, is refused and nothing ends by that', async () => {
    const { refresh_token } = await tokensFor(site);
    expect((await refresh(app.request, program, refresh_token)).body.error).toBe('invalid_grant');
    const asLogin = await postJson(app.request, '/auth/refresh', { refresh_token });
    expect(asLogin.status).toBe(401);
    const body = new URLSearchParams({ username: 'ada', password: 'a long enough phrase' });
    const login = (await (await app.request('/auth/login', { method: 'POST', body })).json()) as { refresh_token: string };
    expect((await refresh(app.request, site, login.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(app.request, site, refresh_token)).status).toBe(200);
    expect((await postJson(app.request, '/auth/refresh', { refresh_token: login.refresh_token })).status).toBe(200);
  });
});

describe('2.3, 4.9, 4.10.2 token audience', () => {
  const mcp = `${ISSUER}/mcp`;

  test('token audience: a token for /mcp is refused elsewhere, and its grant gets no other', async () => {
    const { access_token, refresh_token } = await tokensFor(site, { resource: mcp });
    expect(await status('/resources', access_token)).toBe(401);
    expect(await status('/mcp', access_token)).not.toBe(401);
    expect((await refresh(app.request, site, refresh_token, { resource: ISSUER })).body.error).toBe('invalid_target');
    const next = (await refresh(app.request, site, refresh_token)).body;
    expect(await status('/resources', next.access_token)).toBe(401);
    // The parent token as well, whose grace period skips the first check.
    const parent = (await refresh(app.request, site, refresh_token, { resource: ISSUER })).body;
    expect(await status('/resources', parent.access_token)).toBe(401);
  });

  test('token audience: the exchange may narrow a grant for the API to /mcp, and never widen one', async () => {
    const whole = await codeFor(site);
    const narrowed = (await exchange(app.request, site, whole.code, whole.verifier, { resource: `${mcp}/` })).body;
    expect(await status('/resources', narrowed.access_token)).toBe(401);
    const again = (await refresh(app.request, site, narrowed.refresh_token, { resource: `${ISSUER}/` })).body;
    expect(await status('/resources', again.access_token)).toBe(200);
    const narrow = await codeFor(site, { resource: mcp });
    const wider = await exchange(app.request, site, narrow.code, narrow.verifier, { resource: ISSUER });
    expect([wider.status, wider.body.error]).toEqual([400, 'invalid_target']);
  });

  test('token audience: a resource that is not here is refused, at the page, at the consent and at the exchange', async () => {
    const resource = 'https://elsewhere.example';
    const location = (await open(newRequest(program, { resource }).parameters)).headers.get('location') ?? '';
    expect(new URL(location).searchParams.get('error')).toBe('invalid_target');
    expect((await consent(app.request, own, newRequest(site, { resource }).parameters, READ)).outcome.error).toBe(
      'invalid_target',
    );
    const { code, verifier } = await codeFor(site);
    expect((await exchange(app.request, site, code, verifier, { resource })).body.error).toBe('invalid_target');
  });

  test('token audience: several resources are those that all of them name', async () => {
    const { parameters, verifier } = newRequest(site);
    const both = await postJson(app.request, '/oauth/authorize', { ...parameters, resource: [mcp, ISSUER], approved: READ }, own);
    const { redirect_to } = (await both.json()) as { redirect_to: string };
    const code = new URL(redirect_to).searchParams.get('code') ?? '';
    expect(await status('/resources', (await exchange(app.request, site, code, verifier)).body.access_token)).toBe(200);
  });

  test('token audience: a refresh narrows scopes and never widens them', async () => {
    const { tokens, app: client } = await connectApp(app.request, own, { approved: ['resources:read', 'search'] });
    expect((await refresh(app.request, client, tokens.refresh_token, { scope: 'resources:write admin' })).body.error).toBe(
      'invalid_scope',
    );
    const { body } = await refresh(app.request, client, tokens.refresh_token, { scope: 'search resources:write' });
    expect(body.scope).toBe('search');
  });
});

describe('2.5 client authentication', () => {
  test('client authentication: clients have no secret, and one that is not registered is refused', async () => {
    const { code, verifier } = await codeFor(site);
    const unknown = await exchange(app.request, { ...site, clientId: 'nobody' }, code, verifier);
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client']);
    const init = {
      method: 'POST',
      headers: { Authorization: 'Basic eDp5' },
      body: new URLSearchParams({ grant_type: 'x', client_id: 'x' }),
    };
    const basic = await app.request('/oauth/token', init);
    expect([basic.status, basic.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="pharos"']);
    expect(await basic.json()).toMatchObject({ error: 'invalid_client' });
  });

  test('client authentication: what a registration asks for beyond a public client is not registered', async () => {
    const wanted = {
      redirect_uris: [SITE, SITE],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'password'],
      scope: 'admin',
      logo_uri: 'https://evil.example/logo.png',
    };
    const response = await postJson(app.request, '/oauth/register', wanted);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      client_id: expect.any(String),
      client_id_issued_at: expect.any(Number),
      client_name: 'An app without a name',
      redirect_uris: [SITE],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'resources:read resources:write resources:delete search',
    });
  });

  test.each([
    [{}, 'invalid_client_metadata'],
    [{ redirect_uris: [] }, 'invalid_client_metadata'],
    [{ redirect_uris: Array(11).fill(SITE) }, 'invalid_client_metadata'],
    [{ redirect_uris: [SITE], client_name: 7 }, 'invalid_client_metadata'],
    [{ redirect_uris: [SITE], grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [{ redirect_uris: [SITE], response_types: ['token'] }, 'invalid_client_metadata'],
    [{ redirect_uris: [SITE, 'http://app.example.org/'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
  ])('client authentication: the registration of %j is %s', async (metadata, error) => {
    const response = await postJson(app.request, '/oauth/register', metadata);
    expect([response.status, response.headers.get('cache-control')]).toEqual([400, 'no-store']);
    expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
  });

  test('client authentication: tokens are neither given for a body of another type nor kept in a cache', async () => {
    const { code, verifier } = await codeFor(site);
    const fields = { grant_type: 'authorization_code', client_id: site.clientId, code, code_verifier: verifier };
    expect((await postJson(app.request, '/oauth/token', fields)).status).toBe(415);
    const twice = `${new URLSearchParams(fields)}&code=${code}`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const repeated = await app.request('/oauth/token', { method: 'POST', headers, body: twice });
    expect([repeated.status, await repeated.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    // OAuth 2.1 leaves the redirect URI out.
    const { status: granted, headers: sent } = await postForm(app.request, '/oauth/token', fields);
    expect([granted, sent.get('cache-control'), sent.get('pragma')]).toEqual([200, 'no-store', 'no-cache']);
    const missing = await postForm(app.request, '/oauth/token', { grant_type: 'refresh_token', client_id: site.clientId });
    expect([missing.status, missing.headers.get('cache-control'), missing.body.error]).toEqual([
      400,
      'no-store',
      'invalid_request',
    ]);
  });
});

describe('2.6 metadata', () => {
  test('metadata: it names S256 and codes alone, and says that responses name their issuer', async () => {
    expect(await (await app.request('/.well-known/oauth-authorization-server')).json()).toMatchObject({
      issuer: ISSUER,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
    });
  });
});

describe('2.6 CORS', () => {
  test('CORS: the authorization endpoint is closed to scripts of every other origin', async () => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
      const response = await app.request('/oauth/authorize', { method, headers });
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

describe('4.2 Referer leakage', () => {
  test('Referer leakage: pages send no Referer, load nothing of others, and are not kept', async () => {
    const page = await open(newRequest(site, { state: '"><script>alert(1)</script>' }).parameters);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const html = await page.text();
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url?.split('?')[0])).toEqual([
      '/assets/favicon.svg',
      '/assets/style.css',
      '/assets/authorize.js',
      '/app/',
      SITE,
    ]);
    expect(html).not.toContain('<script>');
  });

  test('Referer leakage: codes and tokens never reach the log', async () => {
    const { code, access_token, refresh_token, verifier } = await tokensFor(site);
    await app.background.settled();
    const log = JSON.stringify(app.log.lines);
    for (const secret of [code, access_token, refresh_token, verifier]) expect(log).not.toContain(secret);
    expect(log).toContain('grant_issued');
  });
});

describe('4.4 mix-up', () => {
  test('mix-up: every response to the app names its issuer and returns its state', async () => {
    const { parameters } = newRequest(program, { state: 'of this request' });
    const wrong = (await open({ ...parameters, response_type: 'token' })).headers.get('location') ?? '';
    const outcomes = [
      Object.fromEntries(new URL(wrong).searchParams),
      (await consent(app.request, own, parameters, READ)).outcome,
      (await consent(app.request, own, parameters, [])).outcome,
    ];
    for (const outcome of outcomes) expect(outcome).toMatchObject({ iss: ISSUER, state: 'of this request' });
    expect(outcomes.map(({ error }) => error)).toEqual(['unsupported_response_type', undefined, 'access_denied']);
    const page = await (await open(parameters)).text();
    const refusal = /id="refuse"[^>]*href="([^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(Object.fromEntries(new URL(refusal).searchParams)).toMatchObject({
      error: 'access_denied',
      iss: ISSUER,
      state: 'of this request',
    });
  });

  test('mix-up: a query of the registered redirect URI stays', async () => {
    const client = await registerApp(app.request, `${SITE}?tenant=a%20b`);
    const { redirectTo } = await consent(app.request, own, newRequest(client).parameters, READ);
    expect(redirectTo.startsWith(`${SITE}?tenant=a%20b&code=`)).toBe(true);
  });
});

describe('4.7 CSRF', () => {
  test('CSRF: consent needs a token in a header, which no other site can send, and a JSON body', async () => {
    const body = { ...newRequest(site).parameters, approved: READ };
    expect((await postJson(app.request, '/oauth/authorize', body)).status).toBe(401);
    expect((await postJson(app.request, '/oauth/authorize', body, { Cookie: `token=${own.Authorization}` })).status).toBe(401);
    const form = {
      method: 'POST',
      headers: own,
      body: new URLSearchParams({ ...newRequest(site).parameters, approved: 'search' }),
    };
    expect((await app.request('/oauth/authorize', form)).status).toBe(415);
  });

  test('CSRF: consent needs a recent login', async () => {
    const late = await createTestApp();
    const headers = await late.login('ada');
    const client = await registerApp(late.request);
    late.clock.advance(900_001);
    const response = await postJson(
      late.request,
      '/oauth/authorize',
      { ...newRequest(client).parameters, approved: READ },
      headers,
    );
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="insufficient_user_authentication", max_age=900',
    ]);
    await late.close();
  });
});

describe('4.11 open redirect', () => {
  test('open redirect: what is wrong with the request of a site is told by a link, which the person follows', async () => {
    const { parameters } = newRequest(site, { scope: 'nonsense' });
    const response = await open(parameters);
    expect([response.status, response.headers.has('location')]).toEqual([400, false]);
    const link = /href="(https:[^"]*)"/.exec(await response.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(link.startsWith(`${SITE}?`)).toBe(true);
    expect(Object.fromEntries(new URL(link).searchParams)).toMatchObject({
      error: 'invalid_scope',
      iss: ISSUER,
      state: parameters.state,
    });
  });

  test('open redirect: a program on the same computer, which can imitate no site, is told at once', async () => {
    const response = await open(newRequest(program, { scope: 'nonsense' }).parameters);
    expect([response.status, response.headers.get('location')?.split('?')[0]]).toEqual([302, 'http://127.0.0.1/callback']);
  });

  test('open redirect: no page is left before its person has logged in and agreed', async () => {
    const response = await open({ ...newRequest(site).parameters, prompt: 'none' });
    expect([response.status, response.headers.has('location')]).toEqual([200, false]);
  });
});

describe('4.17 communication in the browser', () => {
  test('communication in the browser: the page posts no message, and a window that an app opened for it can still report back', async () => {
    const page = await open(newRequest(site).parameters);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    const script = await (await app.request('/assets/authorize.js')).text();
    expect(script).not.toMatch(/postMessage|opener|innerHTML|sessionStorage|document\.cookie/);
    // Whether the console has a session here is noted there; nothing is written, and no token is read.
    expect(script.match(/localStorage\S*/g)).toEqual([
      expect.stringMatching(/^localStorage\.getItem\(`pharos:\$\{location\.origin\}`\)/),
    ]);
  });
});

describe('4.12 307', () => {
  test('307: passwords and consents are sent by script and answered with JSON, so that no redirect can pass them on', async () => {
    const { parameters } = newRequest(program);
    const response = await postJson(app.request, '/oauth/authorize', { ...parameters, approved: READ }, own);
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      'application/json',
      'no-store',
    ]);
    expect((await open({ ...parameters, response_type: 'x' })).status).toBe(302);
    expect((await open(parameters)).headers.get('content-security-policy')).toContain("form-action 'none'");
  });
});

describe('4.15 client as resource owner', () => {
  test('client as resource owner: ids of clients are made here, and a token names its user as subject and its client beside', async () => {
    const { access_token } = await tokensFor(site);
    const me = (await (await app.request('/auth/me', { headers: own })).json()) as { id: string };
    expect(await app.services.accessTokens.verify(access_token)).toMatchObject({
      sub: me.id,
      client_id: site.clientId,
      aud: ISSUER,
    });
    expect(site.clientId).toMatch(/^[0-9a-f-]{36}$/);
    const named = await postJson(app.request, '/oauth/register', { redirect_uris: [SITE], client_id: me.id });
    expect(((await named.json()) as { client_id: string }).client_id).not.toBe(me.id);
  });
});

describe('4.16 clickjacking', () => {
  test('clickjacking: no page is framed, and scripts run only by the nonce of their page', async () => {
    const policies = new Set<string>();
    for (const parameters of [
      newRequest(site).parameters,
      newRequest(site).parameters,
      newRequest(site, { scope: 'x' }).parameters,
    ]) {
      const { headers } = await open(parameters);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      policies.add(policy);
    }
    expect(policies.size).toBe(3);
    const page = await open(newRequest(site).parameters);
    const nonce = /script-src 'nonce-([\w-]+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1];
    expect(await page.text()).toContain(`<script type="module" nonce="${nonce}" src="/assets/authorize.js"></script>`);
  });
});
