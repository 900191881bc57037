/**
 * A login through a provider, from its start to its callback. The attempt's secrets travel in a signed cookie, valid for
 * ten minutes and used once. A browser then receives a single-use code for `POST /auth/exchange`.
 */
import { base64url, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { sha256Base64Url } from '../../core/digest.ts';
import { AppError } from '../../core/errors.ts';
import { equalSecrets } from '../../core/keys.ts';
import type { Clock } from '../../core/ports.ts';
import { toUnixSeconds } from '../../core/time.ts';
import type { KeyValue } from '../../kv/key-value.ts';
import { newAttempt } from './authorization-request.ts';
import { OAUTH_PROVIDERS, type OAuthIdentity, type OAuthProvider, type OAuthProviderName } from './provider.ts';

export const ATTEMPT_SECONDS = 600;
const EXCHANGE_MS = 60_000;

const cookieSchema = z.object({
  provider: z.enum(OAUTH_PROVIDERS),
  state: z.string(),
  codeVerifier: z.string(),
  nonce: z.string(),
  returnTo: z.string().nullable(),
  linkTo: z.string().nullable(),
});

export interface OAuthStart {
  /** The URL a browser is redirected to afterwards; null if the callback responds with JSON. */
  readonly returnTo: string | null;
  /** The id of the logged-in user to link the provider's account to; null for a login. */
  readonly linkTo: string | null;
}

export interface CallbackQuery {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly error?: string | undefined;
}

export interface OAuthFlow {
  /** Throws `not_configured` for a provider without settings, `invalid_input` for a `returnTo` that is not allowed. */
  begin(provider: OAuthProviderName, start: OAuthStart): Promise<{ authorizationUrl: string; state: string; cookie: string }>;
  /** Throws `invalid_request` unless the callback belongs to the attempt in the cookie and is its first. */
  finish(
    provider: OAuthProviderName,
    query: CallbackQuery,
    cookie: string | undefined,
  ): Promise<OAuthStart & { identity: OAuthIdentity }>;
  /** A single-use code that stands for the user for 60 seconds. */
  issueExchangeCode(userId: string): Promise<string>;
  /** The id of the code's user. Throws `invalid_request` if the code is unknown, used or expired. */
  redeemExchangeCode(code: string): Promise<string>;
}

interface Dependencies {
  readonly config: Pick<Config, 'auth' | 'cors' | 'publicUrl'>;
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly providers: Readonly<Partial<Record<OAuthProviderName, OAuthProvider>>>;
}

const invalidRequest = (detail: string, cause?: unknown) =>
  new AppError('invalid_request', detail, cause === undefined ? {} : { cause });

export function createOAuthFlow({ config, kv, clock, providers }: Dependencies): OAuthFlow {
  const key = new TextEncoder().encode(`oauth attempt\n${config.auth.secret.reveal()}`);

  function providerOf(name: OAuthProviderName): OAuthProvider {
    const provider = providers[name];
    if (!provider) throw new AppError('not_configured', `Login with ${name} is not configured on this server`);
    return provider;
  }

  function requireAllowed(returnTo: string | null): string | null {
    if (returnTo === null) return null;
    const url = URL.canParse(returnTo, config.publicUrl) ? new URL(returnTo, config.publicUrl) : undefined;
    const origins = [new URL(config.publicUrl).origin, ...(config.cors.origins === '*' ? [] : config.cors.origins)];
    if (url && /^https?:$/.test(url.protocol) && origins.includes(url.origin)) return url.href;
    const message = 'must be on this server or an origin in CORS_ORIGINS';
    throw new AppError('invalid_input', `return_to ${message}`, { errors: [{ path: 'return_to', message }] });
  }

  async function begin(name: OAuthProviderName, { returnTo, linkTo }: OAuthStart) {
    const provider = providerOf(name);
    const target = requireAllowed(returnTo);
    const attempt = newAttempt();
    const url = await provider.authorizationUrl(attempt);
    const cookie = await new SignJWT({ provider: name, ...attempt, returnTo: target, linkTo })
      .setProtectedHeader({ alg: 'HS256', typ: 'oauth-attempt+jwt' })
      .setExpirationTime(toUnixSeconds(clock.now()) + ATTEMPT_SECONDS)
      .sign(key);
    await kv.set(`oauth:attempt:${await sha256Base64Url(attempt.state)}`, '1', { ttlMs: ATTEMPT_SECONDS * 1000 });
    return { authorizationUrl: url.href, state: attempt.state, cookie };
  }

  async function readCookie(cookie: string | undefined) {
    if (!cookie) throw invalidRequest('This login was not started in this browser or has expired after ten minutes; start again');
    try {
      const { payload } = await jwtVerify(cookie, key, {
        algorithms: ['HS256'],
        typ: 'oauth-attempt+jwt',
        currentDate: new Date(clock.now()),
      });
      return cookieSchema.parse(payload);
    } catch (cause) {
      throw invalidRequest('This login was not started in this browser or has expired after ten minutes; start again', cause);
    }
  }

  async function finish(name: OAuthProviderName, { code, state, error }: CallbackQuery, cookie: string | undefined) {
    const provider = providerOf(name);
    const attempt = await readCookie(cookie);
    if (attempt.provider !== name || !state || !(await equalSecrets(state, attempt.state))) {
      throw invalidRequest('The state does not match this login; start again');
    }
    // Taken before anything else is checked, so that an attempt is used once whatever its result.
    if ((await kv.take(`oauth:attempt:${await sha256Base64Url(attempt.state)}`)) === undefined)
      throw invalidRequest('This login was already completed; start again');
    if (error) throw invalidRequest('The login was cancelled or refused at the provider', new Error(error.slice(0, 100)));
    if (!code) throw invalidRequest('The callback has no code; start again');
    return { identity: await provider.identify(code, attempt), returnTo: attempt.returnTo, linkTo: attempt.linkTo };
  }

  return {
    begin,
    finish,
    issueExchangeCode: async (userId) => {
      const code = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
      await kv.set(`oauth:code:${await sha256Base64Url(code)}`, userId, { ttlMs: EXCHANGE_MS });
      return code;
    },
    redeemExchangeCode: async (code) => {
      const userId = await kv.take(`oauth:code:${await sha256Base64Url(code)}`);
      if (userId === undefined) throw invalidRequest('This code is unknown, used or expired; log in again');
      return userId;
    },
  };
}
