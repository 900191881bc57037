import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createOAuthFlow } from '../../../src/kernel/auth/oauth/flow.ts';
import type { OAuthIdentity } from '../../../src/kernel/auth/oauth/provider.ts';
import { createOAuthProviders } from '../../../src/kernel/auth/oauth/providers.ts';
import { fetchJson } from '../../../src/kernel/auth/oauth/upstream.ts';
import { oauthAccounts } from '../../../src/kernel/db/schema.sqlite.ts';
import { loginWithIdentity } from '../../../src/services/accounts/oauth-accounts.ts';
import { createAuthKit } from '../../support/kits/auth.ts';
import { testConfig } from '../../support/kits/config.ts';

const octocat: OAuthIdentity = {
  provider: 'github',
  subject: '1',
  email: 'octo@example.org',
  emailVerified: true,
  suggestedName: 'octocat',
};

let kit: Awaited<ReturnType<typeof createAuthKit>>;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

describe('loginWithIdentity', () => {
  test('provider login: two concurrent first logins create one account', async () => {
    const both = await Promise.all([loginWithIdentity(kit, octocat, null), loginWithIdentity(kit, octocat, null)]);
    expect(both.map(({ outcome: how }) => how).sort()).toEqual(['created', 'login']);
    expect(new Set(both.map(({ user }) => user.id)).size).toBe(1);
    expect(await kit.db.select().from(oauthAccounts)).toHaveLength(1);
  });

  test('provider login: linking to a deleted user is 404', async () => {
    await expect(loginWithIdentity(kit, octocat, { userId: 'missing', credentialsEpoch: 0 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('provider login: a new account without a name is named after the e-mail, or after the provider without either', async () => {
    const named = await loginWithIdentity(kit, { ...octocat, suggestedName: null }, null);
    expect(named.user.username).toBe('octo');
    const nameless = await loginWithIdentity(
      kit,
      { ...octocat, subject: '2', suggestedName: null, email: null, emailVerified: false },
      null,
    );
    expect(nameless.user.username).toBe('github');
  });
});

describe('OAuth flow with GitHub', () => {
  const config = testConfig({ GITHUB_CLIENT_ID: 'c', GITHUB_CLIENT_SECRET: 's', CORS_ORIGINS: 'https://app.example.org' });
  const providers = () => createOAuthProviders({ ...kit, config, fetch: async () => new Response(null, { status: 500 }) });

  test('OAuth flow: a login starts at github.com and may return only to an origin in CORS_ORIGINS', async () => {
    const flow = createOAuthFlow({ ...kit, config, providers: providers() });
    const started = await flow.begin('github', { returnTo: 'https://app.example.org/after', linkTo: null });
    expect(started.authorizationUrl).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?/);
    await expect(flow.begin('github', { returnTo: 'https://other.example.org/', linkTo: null })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

test('fetchJson: an error response is upstream_failed and its body is cancelled', async () => {
  let cancelled = false;
  const body = new ReadableStream({
    cancel: () => {
      cancelled = true;
    },
  });
  const fetch = async () => new Response(body, { status: 403 });
  await expect(fetchJson(fetch, 'https://id.example', z.unknown())).rejects.toMatchObject({ code: 'upstream_failed' });
  expect(cancelled).toBe(true);
});
