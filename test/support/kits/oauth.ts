/** The app with login providers on loopback. */
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { createOAuthFlow } from '../../../src/kernel/auth/oauth/flow.ts';
import { createOAuthProviders } from '../../../src/kernel/auth/oauth/providers.ts';
import type { Fetch } from '../../../src/kernel/core/ports.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import type { startGitHub, startOpenIdServer } from '../fakes/identity-providers.ts';
import { createTestApp } from './app.ts';
import { testConfig } from './config.ts';

export interface FakeProviders {
  readonly openid: Awaited<ReturnType<typeof startOpenIdServer>>;
  readonly github: Awaited<ReturnType<typeof startGitHub>>;
}

export const CLIENT = { CLIENT_ID: 'pharos', CLIENT_SECRET: 'client-secret-of-pharos' };

/** Google and `oidc` are the same fake. */
const providerEnv = (issuer: string, more: Record<string, string> = {}) => ({
  ...Object.fromEntries(
    ['GOOGLE', 'GITHUB', 'OIDC'].flatMap((name) => Object.entries(CLIENT).map(([key, value]) => [`${name}_${key}`, value])),
  ),
  OIDC_ISSUER: issuer,
  ...more,
});

/** `fetchImpl` can intercept the app's requests to the providers. */
export async function createOAuthApp(
  { openid, github }: FakeProviders,
  more: Record<string, string> = {},
  fetchImpl: Fetch = (input, init) => fetch(input, init),
) {
  const env = providerEnv(openid.issuer, more);
  const clock = systemClock;
  const config = testConfig(env);
  const providers = createOAuthProviders(
    { config, fetch: fetchImpl, clock },
    { googleIssuer: openid.issuer, github: github.endpoints },
  );
  const kv = createMemoryKeyValue({ clock });
  return createTestApp({ env, overrides: { kv, oauth: createOAuthFlow({ config, kv, clock, providers }) } });
}
