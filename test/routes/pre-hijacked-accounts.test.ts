/**
 * Accounts that an attacker prepared with the address of a victim, in the five ways of Sudhodanan and Paverd, "Pre-hijacked
 * accounts" (USENIX Security 2022). The victim does what honest people do; afterwards nothing of the attacker's may open the
 * account that the victim uses. The unexpired change of an address is not among them: an account's address cannot be changed.
 */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emailTokens, oauthAccounts, users } from '../../src/kernel/db/schema.sqlite.ts';
import { startGitHub, startOpenIdServer } from '../support/fakes/identity-providers.ts';
import type { TestApp } from '../support/kits/app.ts';
import { createOAuthApp, type FakeProviders } from '../support/kits/oauth.ts';

const VICTIM = 'victim@example.org';
const [ATTACKERS, VICTIMS] = ['the attacker’s long phrase', 'the victim’s long phrase'];

type Headers = Record<string, string>;

let providers: FakeProviders;
let app: TestApp;
beforeEach(async () => {
  const [openid, github] = await Promise.all([startOpenIdServer(), startGitHub()]);
  providers = { openid, github };
  openid.says({ sub: 'victim', email: VICTIM, email_verified: true, name: 'victim' });
  app = await createOAuthApp(providers);
});
afterEach(async () => {
  await app.close();
  await Promise.all([providers.openid.stop(), providers.github.stop()]);
});

const send = (method: string, path: string, headers: Headers = {}, body?: unknown) =>
  app.request(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const logIn = (password: string, username = VICTIM) =>
  app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password }) });
async function headersOf(response: Response): Promise<Headers> {
  return { Authorization: `Bearer ${((await response.json()) as { access_token: string }).access_token}` };
}
const idOf = async (headers: Headers) => ((await (await send('GET', '/auth/me', headers)).json()) as { id: string }).id;

const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';

/** The callback of a flow that a response has begun. */
async function finish(provider: 'oidc' | 'github', begun: Response): Promise<Response> {
  const Cookie = cookieOf(begun);
  const { authorization_url, state } = (await begun.json()) as { authorization_url: string; state: string };
  const result = provider === 'github' ? { code: 'c', state } : await providers.openid.authorize(authorization_url);
  return app.request(`/auth/${provider}/callback?${new URLSearchParams(result)}`, { headers: { Cookie } });
}
const providerLogin = async (provider: 'oidc' | 'github') => finish(provider, await send('GET', `/auth/${provider}`));

async function mailedToken(): Promise<string> {
  await app.background.settled();
  return /#([\w-]{43})/.exec(app.mails.at(-1)?.text ?? '')?.[1] ?? '';
}

/** The attacker registers with the victim's address, and keeps every kind of credential that an account can have. */
async function prepare() {
  const body = { username: 'prepared', email: VICTIM, password: ATTACKERS };
  expect((await send('POST', '/auth/register', {}, body)).status).toBe(201);
  const login = (await (await logIn(ATTACKERS)).json()) as { access_token: string; refresh_token: string };
  const session = { Authorization: `Bearer ${login.access_token}` };
  const { key } = (await (await send('POST', '/auth/api-keys', session, { name: 'k' })).json()) as { key: string };
  expect((await finish('github', await send('POST', '/auth/link/github', session))).status).toBe(200);
  expect((await send('POST', '/webhooks', session, { name: 'w' })).status).toBe(201);
  return { session, refreshToken: login.refresh_token, key, id: await idOf(session) };
}

/** The ids of the accounts that the attacker's credentials open. */
async function opened({ session, refreshToken, key }: Awaited<ReturnType<typeof prepare>>): Promise<string[]> {
  const refreshed = await send('POST', '/auth/refresh', {}, { refresh_token: refreshToken });
  const held: Headers[] = [session, { 'X-API-Key': key }];
  for (const response of [refreshed, await logIn(ATTACKERS), await providerLogin('github')]) {
    if (response.status === 200) held.push(await headersOf(response));
  }
  const answers = await Promise.all(held.map((headers) => send('GET', '/auth/me', headers)));
  const found = await Promise.all(answers.filter(({ ok }) => ok).map((answer) => answer.json() as Promise<{ id: string }>));
  return [...new Set(found.map(({ id }) => id))];
}

async function resetByMail(): Promise<Headers> {
  expect((await send('POST', '/auth/password/forgot', {}, { email: VICTIM })).status).toBe(202);
  const body = { token: await mailedToken(), password: VICTIMS };
  expect((await send('POST', '/auth/password/reset', {}, body)).status).toBe(204);
  return headersOf(await logIn(VICTIMS));
}

const isVerified = async () => {
  const [row] = await app.services.db.select().from(users).where(eq(users.email, VICTIM));
  return row !== undefined && row.emailVerifiedAt !== null;
};

describe('classic-federated merge', () => {
  test('classic-federated merge: the victim who opens the attacker’s verification link verifies nothing', async () => {
    const { session } = await prepare();
    expect((await send('POST', '/auth/email/verification', session)).status).toBe(202);
    const token = await mailedToken();
    expect(app.mails.at(-1)?.to).toBe(VICTIM);
    for (const body of [{ token }, { token, password: VICTIMS }]) {
      const { status } = await send('POST', '/auth/email/verify', {}, body);
      expect([422, 403]).toContain(status);
    }
    expect(await isVerified()).toBe(false);
  });

  test('classic-federated merge: the victim’s provider login is 409 before and after the link was opened, and links nothing', async () => {
    const { session } = await prepare();
    expect((await providerLogin('oidc')).status).toBe(409);
    await send('POST', '/auth/email/verification', session);
    await send('POST', '/auth/email/verify', {}, { token: await mailedToken() });
    const refused = await providerLogin('oidc');
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      409,
      'An account with this e-mail exists; log in to it and link the provider there, or reset its password by mail',
    ]);
    expect((await app.services.db.select().from(oauthAccounts)).map(({ provider }) => provider)).toEqual(['github']);
  });

  test('classic-federated merge: the victim with a session of their own account does not verify the prepared one', async () => {
    const { session } = await prepare();
    await send('POST', '/auth/email/verification', session);
    const token = await mailedToken();
    providers.openid.says({ sub: 'victim', email: 'other@example.org', email_verified: true, name: 'victim' });
    const victim = await headersOf(await providerLogin('oidc'));
    expect((await send('POST', '/auth/email/verify', victim, { token })).status).toBe(403);
    expect(await isVerified()).toBe(false);
  });

  test('classic-federated merge: the holder of both mailbox and account verifies, and a provider login then links', async () => {
    expect((await send('POST', '/auth/register', {}, { username: 'honest', email: VICTIM, password: VICTIMS })).status).toBe(201);
    const mine = await headersOf(await logIn(VICTIMS));
    await send('POST', '/auth/email/verification', mine);
    expect((await send('POST', '/auth/email/verify', {}, { token: await mailedToken(), password: VICTIMS })).status).toBe(204);
    expect(await idOf(await headersOf(await providerLogin('oidc')))).toBe(await idOf(mine));
  });
});

describe('unexpired session', () => {
  test('unexpired session: after the victim’s reset by mail no session, key or password of the attacker opens the account', async () => {
    const attacker = await prepare();
    expect(await opened(attacker)).toEqual([attacker.id]);
    const victim = await resetByMail();
    expect(await idOf(victim)).toBe(attacker.id);
    expect(await opened(attacker)).not.toContain(attacker.id);
  });

  test('unexpired session: the reset ends the attacker’s verification link, and verifies the address for the victim', async () => {
    const { session, id } = await prepare();
    await send('POST', '/auth/email/verification', session);
    const token = await mailedToken();
    await resetByMail();
    expect((await send('POST', '/auth/email/verify', {}, { token, password: VICTIMS })).status).toBe(410);
    expect(await app.services.db.select().from(emailTokens)).toEqual([]);
    expect(await isVerified()).toBe(true);
    expect(await idOf(await headersOf(await providerLogin('oidc')))).toBe(id);
  });
});

describe('trojan identifier', () => {
  test('trojan identifier: a provider that the attacker linked before the reset does not log in to the account after it', async () => {
    const attacker = await prepare();
    const victim = await resetByMail();
    expect(await (await send('GET', '/auth/providers', victim)).json()).toEqual({ password: true, providers: [] });
    expect(await idOf(await headersOf(await providerLogin('github')))).not.toBe(attacker.id);
  });

  test('trojan identifier: a link that the attacker began before the reset is 403 after it', async () => {
    const { session } = await prepare();
    const begun = await send('POST', '/auth/link/oidc', session);
    const victim = await resetByMail();
    expect((await finish('oidc', begun)).status).toBe(403);
    expect(await (await send('GET', '/auth/providers', victim)).json()).toEqual({ password: true, providers: [] });
  });
});

describe('non-verifying provider', () => {
  async function prepareAtProvider() {
    providers.openid.says({ sub: 'attacker', email: VICTIM, email_verified: false, name: 'prepared' });
    const attacker = await headersOf(await providerLogin('oidc'));
    providers.openid.says({ sub: 'victim', email: VICTIM, email_verified: true, name: 'victim' });
    return { attacker, id: await idOf(attacker) };
  }

  test('non-verifying provider: an account with an address that its provider did not verify gets no login of the victim’s', async () => {
    await prepareAtProvider();
    expect(await isVerified()).toBe(false);
    expect((await providerLogin('oidc')).status).toBe(409);
    const body = { username: 'victim', email: VICTIM, password: VICTIMS };
    expect((await send('POST', '/auth/register', {}, body)).status).toBe(409);
  });

  test('non-verifying provider: the victim who opens the verification link verifies nothing, with any password', async () => {
    const { attacker } = await prepareAtProvider();
    expect((await send('POST', '/auth/email/verification', attacker)).status).toBe(202);
    const token = await mailedToken();
    expect((await send('POST', '/auth/email/verify', {}, { token })).status).toBe(422);
    expect((await send('POST', '/auth/email/verify', {}, { token, password: VICTIMS })).status).toBe(409);
    expect(await isVerified()).toBe(false);
  });

  test('non-verifying provider: after the victim’s reset neither the attacker’s session nor identity opens the account', async () => {
    const { attacker, id } = await prepareAtProvider();
    expect(await idOf(await resetByMail())).toBe(id);
    expect((await send('GET', '/auth/me', attacker)).status).toBe(401);
    providers.openid.says({ sub: 'attacker', email: VICTIM, email_verified: false, name: 'prepared' });
    expect((await providerLogin('oidc')).status).toBe(409);
  });
});
