/**
 * A login through a provider, from its start to its callback. The secrets of an attempt travel in a signed cookie of its own,
 * valid for ten minutes and used once, so that several logins can be under way in one browser. A browser then receives a
 * single-use code for `POST /auth/exchange`, which only the browser that began the login can redeem.
 */
import { base64url, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { sha256Base64Url } from '../../core/digest.ts';
import { AppError } from '../../core/errors.ts';
import { equalSecrets } from '../../core/keys.ts';
import { namedOrigins } from '../../core/origins.ts';
import type { Clock } from '../../core/ports.ts';
import { toUnixSeconds } from '../../core/time.ts';
import type { KeyValue } from '../../kv/key-value.ts';
import { newAttempt } from './authorization-request.ts';
import {
  OAUTH_PROVIDERS,
  type OAuthAttempt,
  type OAuthIdentity,
  type OAuthProvider,
  type OAuthProviderName,
} from './provider.ts';

export const ATTEMPT_SECONDS = 600;
export const EXCHANGE_SECONDS = 60;

const cookieSchema = z.object({
  provider: z.enum(OAUTH_PROVIDERS),
  state: z.string(),
  codeVerifier: z.string(),
  nonce: z.string(),
  returnTo: z.string().nullable(),
  linkTo: z.string().nullable(),
  browser: z.string(),
});

export interface OAuthStart {
  /** The URL a browser is redirected to afterwards; null if the callback responds with JSON. */
  readonly returnTo: string | null;
  /** The id of the session whose user the provider's account is linked to; null for a login. */
  readonly linkTo: string | null;
}

export interface BegunLogin {
  readonly authorizationUrl: string;
  readonly state: string;
  /** Names the attempt in the names of its cookies. */
  readonly id: string;
  /** The attempt, signed, for a cookie of the browser. */
  readonly cookie: string;
  /** A secret for another cookie of the browser, which an exchange code of this attempt is bound to. */
  readonly browser: string;
}

/** An attempt whose callback has come. */
export type TakenLogin = OAuthStart & OAuthAttempt & { readonly provider: OAuthProviderName; readonly browser: string };

export interface CallbackQuery {
  readonly code?: string | undefined;
  readonly error?: string | undefined;
}

export interface OAuthFlow {
  /** Throws `not_configured` for a provider without settings, `invalid_input` for a `returnTo` that is not allowed. */
  begin(provider: OAuthProviderName, start: OAuthStart): Promise<BegunLogin>;
  /** The attempt in the cookie. Throws `invalid_request` unless `state` is the attempt's and this is its first callback. */
  take(provider: OAuthProviderName, state: string | undefined, cookie: string | undefined): Promise<TakenLogin>;
  /** Throws `invalid_request` if the user or the provider refused, and what OAuthProvider.identify throws. */
  identify(attempt: TakenLogin, query: CallbackQuery): Promise<OAuthIdentity>;
  /** A single-use code that stands for the user for 60 seconds, in the browser of the attempt. */
  issueExchangeCode(userId: string, attempt: TakenLogin): Promise<string>;
  /**
   * The id of the code's user. `browser`: the secret in the cookie of the code's attempt. Throws `invalid_request` if the code
   * is unknown, used, expired, or of another browser.
   */
  redeemExchangeCode(code: string, browser: string | undefined): Promise<string>;
}

/** Names an attempt without its state, which is a secret until the callback. */
export const attemptId = async (state: string): Promise<string> => (await sha256Base64Url(`attempt\n${state}`)).slice(0, 16);

const EXCHANGE_CODE = /^([\w-]{16})\.[\w-]{43}$/;

/** The id of the attempt that an exchange code belongs to; undefined for a text that is no code. */
export const attemptOfCode = (code: string): string | undefined => EXCHANGE_CODE.exec(code)?.[1];

const randomToken = () => base64url.encode(crypto.getRandomValues(new Uint8Array(32)));

/** A browser's secret is part of the key, so that a code without it is not found. */
const exchangeKey = async (code: string, browserHash: string) => `oauth:code:${await sha256Base64Url(`${code}\n${browserHash}`)}`;

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
    const fault = faultOf(returnTo);
    if (fault === undefined) return new URL(returnTo, config.publicUrl).href;
    throw new AppError('invalid_input', `return_to ${fault}`, { errors: [{ path: 'return_to', message: fault }] });
  }

  function faultOf(returnTo: string): string | undefined {
    const url = URL.canParse(returnTo, config.publicUrl) ? new URL(returnTo, config.publicUrl) : undefined;
    const origins = [new URL(config.publicUrl).origin, ...namedOrigins(config.cors.origins)];
    if (!url || !/^https?:$/.test(url.protocol) || !origins.includes(url.origin))
      return 'must be on this server or an origin in CORS_ORIGINS';
    if (url.username !== '' || url.password !== '') return 'must not contain a username or password';
    // A page that goes on to its own path would leave for another host.
    if (url.pathname.startsWith('//')) return 'must not have a path that starts with two slashes';
    return undefined;
  }

  async function begin(name: OAuthProviderName, { returnTo, linkTo }: OAuthStart): Promise<BegunLogin> {
    const provider = providerOf(name);
    const target = requireAllowed(returnTo);
    const attempt = newAttempt();
    const url = await provider.authorizationUrl(attempt);
    const browser = randomToken();
    const secrets = { ...attempt, browser: await sha256Base64Url(browser) };
    const cookie = await new SignJWT({ provider: name, ...secrets, returnTo: target, linkTo })
      .setProtectedHeader({ alg: 'HS256', typ: 'oauth-attempt+jwt' })
      .setExpirationTime(toUnixSeconds(clock.now()) + ATTEMPT_SECONDS)
      .sign(key);
    await kv.set(`oauth:attempt:${await sha256Base64Url(attempt.state)}`, '1', { ttlMs: ATTEMPT_SECONDS * 1000 });
    return { authorizationUrl: url.href, state: attempt.state, id: await attemptId(attempt.state), cookie, browser };
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

  async function take(name: OAuthProviderName, state: string | undefined, cookie: string | undefined): Promise<TakenLogin> {
    providerOf(name);
    const attempt = await readCookie(cookie);
    if (attempt.provider !== name || !state || !(await equalSecrets(state, attempt.state))) {
      throw invalidRequest('The state does not match this login; start again');
    }
    // Taken before anything else is checked, so that an attempt is used once whatever its result.
    if ((await kv.take(`oauth:attempt:${await sha256Base64Url(attempt.state)}`)) === undefined)
      throw invalidRequest('This login was already completed; start again');
    return attempt;
  }

  async function takeExchangeCode(code: string, browser: string | undefined): Promise<string | undefined> {
    if (browser === undefined || attemptOfCode(code) === undefined) return undefined;
    return await kv.take(await exchangeKey(code, await sha256Base64Url(browser)));
  }

  return {
    begin,
    take,
    identify: async (attempt, { code, error }) => {
      if (error) throw invalidRequest('The login was cancelled or refused at the provider', new Error(error.slice(0, 100)));
      if (!code) throw invalidRequest('The callback has no code; start again');
      return await providerOf(attempt.provider).identify(code, attempt);
    },
    issueExchangeCode: async (userId, { state, browser }) => {
      const code = `${await attemptId(state)}.${randomToken()}`;
      await kv.set(await exchangeKey(code, browser), userId, { ttlMs: EXCHANGE_SECONDS * 1000 });
      return code;
    },
    redeemExchangeCode: async (code, browser) => {
      const userId = await takeExchangeCode(code, browser);
      if (userId === undefined) throw invalidRequest('This code is unknown, used, expired or of another browser; log in again');
      return userId;
    },
  };
}
