/** Who recovers an account by mail gets everyone else out; and the ways to log in can be listed and removed. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAccountNotices } from '../../src/kernel/auth/account-notices.ts';
import { createEmailLinks } from '../../src/kernel/auth/email-links.ts';
import { insertOAuthAccount } from '../../src/kernel/db/oauth-accounts.ts';
import { callbackSecrets, emailTokens, oauthAccounts, users } from '../../src/kernel/db/schema.sqlite.ts';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import { requireAccountSession } from '../../src/services/accounts/account-session.ts';
import { confirmPassword } from '../../src/services/accounts/confirm-password.ts';
import { loginWithIdentity } from '../../src/services/accounts/oauth-accounts.ts';
import { unlinkProvider } from '../../src/services/accounts/unlink-provider.ts';
import { createWebhookEndpoint } from '../../src/services/webhooks/create-webhook-endpoint.ts';
import { getCallbackSecret } from '../../src/services/webhooks/get-callback-secret.ts';
import { renewCallbackSecret } from '../../src/services/webhooks/renew-callback-secret.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { bearer, connectApp, refresh } from '../support/kits/oauth-client.ts';

const PROVIDERS = {
  GITHUB_CLIENT_ID: 'id',
  GITHUB_CLIENT_SECRET: 'secret',
  GOOGLE_CLIENT_ID: 'id',
  GOOGLE_CLIENT_SECRET: 'secret',
};
const PASSWORD = 'a long enough phrase';
const ORIGIN = { address: null, userAgent: null };

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp({ env: PROVIDERS });
});
afterEach(() => app.close());

const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  app.request(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function member() {
  const headers = await app.login('ada');
  const [user] = await findUsersByLogin(app.services.db, 'ada');
  if (!user) throw new Error('ada was not registered');
  const link = (provider: string, subject = provider) =>
    insertOAuthAccount(app.services.db, { provider, subject, userId: user.id, email: null, createdAt: app.clock.now() });
  const { sid } = await app.services.accessTokens.verify(headers.Authorization.slice('Bearer '.length));
  const actor = { ...user, kind: 'user' as const, userId: user.id, tokenId: null, keyId: null };
  const scopes = ['resources:read', 'resources:write', 'resources:delete', 'search'] as const;
  const account = await requireAccountSession(app.services, { ...actor, scopes, sessionId: sid }, 'fresh');
  return { headers, user, link, account };
}

const mailed = (subject: string) => app.mails.filter((mail) => mail.subject === subject);

describe('password reset', () => {
  test('password reset: proves the address and ends sessions, connected apps, keys, providers, webhook endpoints and the callback secret', async () => {
    const { headers, user, link } = await member();
    await link('github', 'the attacker');
    const key = (await (await send('POST', '/auth/api-keys', headers, { name: 'k' })).json()) as { key: string };
    expect((await send('POST', '/webhooks', headers, { name: 'w' })).status).toBe(201);
    const { tokens, app: client } = await connectApp(app.request, headers);
    expect((await send('GET', '/resources', bearer(tokens.access_token))).status).toBe(200);
    const before = await (await send('GET', '/callbacks/secret', headers)).json();
    await send('POST', '/auth/password/forgot', {}, { email: 'ada@example.org' });
    await app.background.settled();
    const token = /#([\w-]{43})/.exec(mailed('Set a new password for Pharos')[0]?.text ?? '')?.[1];
    expect((await send('POST', '/auth/password/reset', {}, { token, password: 'the owner’s new phrase' })).status).toBe(204);
    expect((await send('GET', '/auth/me', headers)).status).toBe(401);
    expect((await send('GET', '/auth/me', { 'X-API-Key': key.key })).status).toBe(403);
    expect((await send('GET', '/resources', bearer(tokens.access_token))).status).toBe(401);
    expect((await refresh(app.request, client, tokens.refresh_token)).body.error).toBe('invalid_grant');
    const login = await app.request('/auth/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada', password: 'the owner’s new phrase' }),
    });
    const mine = { Authorization: `Bearer ${((await login.json()) as { access_token: string }).access_token}` };
    expect(await (await send('GET', '/auth/me', mine)).json()).toMatchObject({ id: user.id, email_verified: true });
    expect(await (await send('GET', '/auth/providers', mine)).json()).toEqual({ password: true, providers: [] });
    expect(await (await send('GET', '/auth/api-keys', mine)).json()).toEqual({ api_keys: [] });
    expect(await (await send('GET', '/auth/grants', mine)).json()).toEqual({ grants: [] });
    expect(await (await send('GET', '/webhooks', mine)).json()).toEqual({ webhooks: [] });
    expect(await (await send('GET', '/callbacks/secret', mine)).json()).not.toEqual(before);
    await app.background.settled();
    expect(mailed('Your Pharos account was changed').map(({ text }) => text.split('\n')[2])).toMatchObject([
      expect.stringContaining('The app "An assistant" was connected'),
      expect.stringContaining('Your password was reset'),
    ]);
  });

  test('password reset: nothing that was verified before makes a key, an endpoint, a secret or a link afterwards', async () => {
    const { user, account } = await member();
    await app.services.sessions.updateAccount(user.id, async () => ({ set: {}, ends: 'password reset' }));
    const refusal = { code: 'unauthenticated' };
    const creator = { userId: user.id, credentialsEpoch: 0, scopes: account.actor.scopes };
    await expect(app.services.apiKeys.create(creator, { name: 'k' })).rejects.toMatchObject(refusal);
    const endpoint = { name: 'w', kind: 'standard' as const, tags: [] };
    await expect(createWebhookEndpoint(app.services, account.actor, endpoint, { account })).rejects.toMatchObject(refusal);
    await expect(renewCallbackSecret(app.services, account.actor, {}, { account })).rejects.toMatchObject(refusal);
    await expect(getCallbackSecret(app.services, account.actor, {}, { account })).rejects.toMatchObject(refusal);
    expect(await app.services.db.select().from(callbackSecrets)).toEqual([]);
    await expect(unlinkProvider(app.services, account.actor, { provider: 'github' }, { account })).rejects.toMatchObject(refusal);
    await expect(confirmPassword(app.services, account, PASSWORD, ORIGIN)).rejects.toMatchObject(refusal);
    const identity = { provider: 'github' as const, subject: '1', email: null, emailVerified: false, suggestedName: null };
    const linked = loginWithIdentity(app.services, identity, { userId: user.id, credentialsEpoch: 0 });
    await expect(linked).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('password reset: a link to verify that was asked for before is neither stored nor mailed afterwards', async () => {
    const { user } = await member();
    await app.services.sessions.updateAccount(user.id, async () => ({ set: {}, ends: 'password reset' }));
    await app.services.emailLinks.requestVerification(user, ORIGIN);
    await app.background.settled();
    expect(app.mails).toEqual([]);
    expect(await app.services.db.select().from(emailTokens)).toEqual([]);
  });

  test('password reset: a link that is made while another one is used is neither stored nor mailed', async () => {
    const { user } = await member();
    const { limiter, sessions } = app.services;
    const decide: typeof limiter.decide = async (key, ...rest) => {
      if (key.startsWith('mails:reset:'))
        await sessions.updateAccount(user.id, async () => ({ set: {}, ends: 'password reset' }));
      return limiter.decide(key, ...rest);
    };
    const mailer = { send: async () => expect.unreachable('a mail was sent') };
    const links = createEmailLinks({ ...app.services, mailer, limiter: { ...limiter, decide } });
    await links.requestPasswordReset('ada@example.org', ORIGIN);
    await app.background.settled();
    expect(await app.services.db.select().from(emailTokens)).toEqual([]);
  });
});

describe('linked providers', () => {
  test('providers: are listed and unlinked, and the owner gets a mail', async () => {
    const { headers, link } = await member();
    await link('github');
    expect(await (await send('GET', '/auth/providers', headers)).json()).toMatchObject({ providers: [{ provider: 'github' }] });
    expect((await send('DELETE', '/auth/providers/github', headers)).status).toBe(204);
    expect((await send('DELETE', '/auth/providers/github', headers)).status).toBe(404);
    await app.background.settled();
    expect(mailed('Your Pharos account was changed')[0]?.text).toContain('github was removed');
  });

  test('providers: a session that ended while its link was under way links nothing', async () => {
    const { user, account } = await member();
    const linkTo = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: account.session.id };
    await app.services.sessions.end(account.session.id, 'logout');
    const identity = { provider: 'github' as const, subject: '1', email: null, emailVerified: false, suggestedName: null };
    await expect(loginWithIdentity(app.services, identity, linkTo)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await app.services.db.select().from(oauthAccounts)).toEqual([]);
  });

  test('providers: the last way to log in is a conflict, also for two at once and where another is not configured', async () => {
    const { headers, user, link } = await member();
    await app.services.db.update(users).set({ passwordHash: null }).where(eq(users.id, user.id));
    for (const provider of ['github', 'google', 'oidc']) await link(provider);
    const answers = await Promise.all(['github', 'google'].map((name) => send('DELETE', `/auth/providers/${name}`, headers)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
  });
});

describe('what a mail says has ended', () => {
  const RESET = 'every session, connected app, API key, linked login, webhook endpoint and callback secret of before ends.';

  test('password change: ends the other sessions, connected apps and nothing else, as the mail says', async () => {
    const { headers, link } = await member();
    await link('github');
    const { key } = (await (await send('POST', '/auth/api-keys', headers, { name: 'k' })).json()) as { key: string };
    expect((await send('POST', '/webhooks', headers, { name: 'w' })).status).toBe(201);
    const secret = await (await send('GET', '/callbacks/secret', headers)).json();
    const { tokens } = await connectApp(app.request, headers);
    const login = { username: 'ada', password: PASSWORD };
    const response = await app.request('/auth/login', { method: 'POST', body: new URLSearchParams(login) });
    const other = { Authorization: `Bearer ${((await response.json()) as { access_token: string }).access_token}` };
    const change = { current_password: PASSWORD, new_password: 'another long phrase' };
    expect((await send('POST', '/auth/password', headers, change)).status).toBe(204);
    expect((await send('GET', '/auth/me', other)).status).toBe(401);
    expect((await send('GET', '/resources', bearer(tokens.access_token))).status).toBe(401);
    expect((await send('GET', '/auth/me', headers)).status).toBe(200);
    expect((await send('GET', '/auth/me', { 'X-API-Key': key })).status).toBe(200);
    expect(await (await send('GET', '/auth/providers', headers)).json()).toMatchObject({ providers: [{ provider: 'github' }] });
    expect(await (await send('GET', '/webhooks', headers)).json()).toMatchObject({ webhooks: [{ name: 'w' }] });
    expect(await (await send('GET', '/callbacks/secret', headers)).json()).toEqual(secret);
    await app.background.settled();
    const mail = mailed('Your Pharos account was changed').at(-1);
    expect(mail?.text).toContain(
      'Your password was changed. Every session but the one that changed it is over, and connected apps are disconnected. API keys, linked logins, webhook endpoints and the callback secret are as before.',
    );
    expect(mail?.text).toContain(`If it was not you, reset the password at http://localhost:8000/app/reset: ${RESET}`);
  });

  test('password reset: the mail with the link and the notice afterwards name what ends', async () => {
    await member();
    await send('POST', '/auth/password/forgot', {}, { email: 'ada@example.org' });
    await app.background.settled();
    expect(app.mails[0]?.text).toContain(`With the new password ${RESET}`);
    const token = /#([\w-]{43})/.exec(app.mails[0]?.text ?? '')?.[1];
    expect((await send('POST', '/auth/password/reset', {}, { token, password: 'another long phrase' })).status).toBe(204);
    await app.background.settled();
    expect(mailed('Your Pharos account was changed')[0]?.text).toContain(`Your password was reset: ${RESET}`);
  });
});

test('notices: without a mail server nothing is sent, and an unknown address is left out', async () => {
  const sent: string[] = [];
  const deps = { config: app.services.config, clock: app.clock, background: app.background };
  const notice = { what: 'Something changed.', client: ORIGIN };
  createAccountNotices({ ...deps, mailer: null }).send({ username: 'ada', email: 'a@example.org' }, notice);
  const mailer = { send: async ({ text }: { text: string }) => void sent.push(text) };
  createAccountNotices({ ...deps, mailer }).send({ username: 'ada', email: 'a@example.org' }, notice);
  await app.background.settled();
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toContain('from the address');
});
