/**
 * A login through a provider, from its start to its callback. What the attempt must remember travels in one signed cookie,
 * valid ten minutes and used once; a browser is then handed a single-use code for `POST /auth/exchange`.
 */
import { base64url, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../core/errors.ts';
import { equalSecrets } from '../../core/keys.ts';
import type { Clock } from '../../core/ports.ts';
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
  /** Where a browser goes afterwards; null where the callback answers JSON. */
  readonly returnTo: string | null;
  /** The logged-in user the provider's account is to be linked to. */
  readonly linkTo: string | null;
}

export interface CallbackQuery {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly error?: string | undefined;
}

export interface OAuthFlow {
  /** Throws `not_configured`, or `invalid_input` for a `returnTo` that is not allowed. */
  begin(provider: OAuthProviderName, start: OAuthStart): Promise<{ authorizationUrl: string; state: string; cookie: string }>;
  /** Throws `invalid_request` unless the callback answers this very attempt, for the first time. */
  finish(
    provider: OAuthProviderName,
    query: CallbackQuery,
    cookie: string | undefined,
  ): Promise<OAuthStart & { identity: OAuthIdentity }>;
  /** A code that stands for the user for 60 seconds, once. */
  issueExchangeCode(userId: string): Promise<string>;
  /** Throws `invalid_request` for a code that is unknown, used or expired. */
  redeemExchangeCode(code: string): Promise<string>;
}

interface Dependencies {
  readonly config: Pick<Config, 'auth' | 'cors' | 'publicUrl'>;
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly providers: Readonly<Partial<Record<OAuthProviderName, OAuthProvider>>>;
}

const bad = (detail: string, cause?: unknown) => new AppError('invalid_request', detail, cause === undefined ? {} : { cause });

async function digest(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

export function createOAuthFlow({ config, kv, clock, providers }: Dependencies): OAuthFlow {
  const key = new TextEncoder().encode(`oauth attempt\n${config.auth.secret.reveal()}`);

  function providerOf(name: OAuthProviderName): OAuthProvider {
    const provider = providers[name];
    if (!provider) throw new AppError('not_configured', `Login with ${name} is not configured here`);
    return provider;
  }

  function allowed(returnTo: string | null): string | null {
    if (returnTo === null) return null;
    const url = URL.canParse(returnTo, config.publicUrl) ? new URL(returnTo, config.publicUrl) : undefined;
    const origins = [new URL(config.publicUrl).origin, ...(config.cors.origins === '*' ? [] : config.cors.origins)];
    if (url && /^https?:$/.test(url.protocol) && origins.includes(url.origin)) return url.href;
    const message = 'must be on this server or an origin in CORS_ORIGINS';
    throw new AppError('invalid_input', `return_to ${message}`, { errors: [{ path: 'return_to', message }] });
  }

  async function begin(name: OAuthProviderName, { returnTo, linkTo }: OAuthStart) {
    const provider = providerOf(name);
    const target = allowed(returnTo);
    const attempt = newAttempt();
    const url = await provider.authorizationUrl(attempt);
    const cookie = await new SignJWT({ provider: name, ...attempt, returnTo: target, linkTo })
      .setProtectedHeader({ alg: 'HS256', typ: 'oauth-attempt+jwt' })
      .setExpirationTime(Math.floor(clock.now() / 1000) + ATTEMPT_SECONDS)
      .sign(key);
    await kv.set(`oauth:attempt:${await digest(attempt.state)}`, '1', { ttlMs: ATTEMPT_SECONDS * 1000 });
    return { authorizationUrl: url.href, state: attempt.state, cookie };
  }

  async function attemptOf(cookie: string | undefined) {
    if (!cookie) throw bad('This login was not started in this browser, or over ten minutes ago; start again');
    try {
      const { payload } = await jwtVerify(cookie, key, {
        algorithms: ['HS256'],
        typ: 'oauth-attempt+jwt',
        currentDate: new Date(clock.now()),
      });
      return cookieSchema.parse(payload);
    } catch (cause) {
      throw bad('This login was not started in this browser, or over ten minutes ago; start again', cause);
    }
  }

  async function finish(name: OAuthProviderName, { code, state, error }: CallbackQuery, cookie: string | undefined) {
    const provider = providerOf(name);
    const attempt = await attemptOf(cookie);
    if (attempt.provider !== name || !state || !(await equalSecrets(state, attempt.state))) {
      throw bad('The state does not match this login; start again');
    }
    // Single use, whatever comes of it.
    if ((await kv.take(`oauth:attempt:${await digest(attempt.state)}`)) === undefined)
      throw bad('This login was answered already; start again');
    if (error) throw bad('The login was cancelled or refused at the provider', new Error(error.slice(0, 100)));
    if (!code) throw bad('The provider sent no code');
    return { identity: await provider.identify(code, attempt), returnTo: attempt.returnTo, linkTo: attempt.linkTo };
  }

  return {
    begin,
    finish,
    issueExchangeCode: async (userId) => {
      const code = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
      await kv.set(`oauth:code:${await digest(code)}`, userId, { ttlMs: EXCHANGE_MS });
      return code;
    },
    redeemExchangeCode: async (code) => {
      const userId = await kv.take(`oauth:code:${await digest(code)}`);
      if (userId === undefined) throw bad('This code is unknown, used or expired');
      return userId;
    },
  };
}
