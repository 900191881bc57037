/** Requests to a login provider, with a deadline and with every response validated. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Fetch } from '../../core/ports.ts';
import type { ClientSettings, OAuthAttempt } from './provider.ts';

export const UPSTREAM_DEADLINE_MS = 8000;

/** `cause` goes to the log; the response names no reason. */
export const upstreamFailed = (cause: unknown) =>
  new AppError('upstream_failed', 'The login provider did not respond as expected; try again later', { cause });

/** The validated JSON of a 2xx response. Throws `upstream_failed` otherwise, with the reason in its cause. */
export async function fetchJson<T>(fetch: Fetch, url: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  let body: unknown;
  try {
    // A redirect is not followed and counts as a failure; workerd does not support redirect: 'error'.
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(UPSTREAM_DEADLINE_MS) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    body = await response.json();
  } catch (cause) {
    throw upstreamFailed(cause);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw upstreamFailed(new Error('the response has an unexpected shape', { cause: parsed.error }));
  return parsed.data;
}

/** How the client proves itself at the token endpoint (OpenID Connect Core section 9). */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post' | 'none';

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they become the user and the password of HTTP Basic. */
const basicCredentials = ({ clientId, clientSecret }: ClientSettings): string => {
  const [id, secret] = [clientId, clientSecret].map((text) => new URLSearchParams([['', text]]).toString().slice(1));
  return `Basic ${btoa(`${id}:${secret}`)}`;
};

/** Errors that are about this client's registration and not about the code; the last two are GitHub's. */
const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
]);

const tokenResponse = z.union([
  z.looseObject({ error: z.string() }),
  z.looseObject({ access_token: z.string().min(1), id_token: z.string().nullish() }),
]);

/**
 * Exchanges the code for tokens (RFC 6749 section 4.1.3). Throws `invalid_request` if the provider refuses the code, also
 * where it reports the error with status 200, as GitHub does; `upstream_failed` for any other failure, for example if it does
 * not accept this client.
 */
export async function requestTokens(
  fetch: Fetch,
  endpoint: string,
  client: ClientSettings,
  code: string,
  { codeVerifier }: OAuthAttempt,
  authentication: ClientAuthentication,
): Promise<{ accessToken: string; idToken: string | undefined }> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: codeVerifier,
    ...(authentication === 'client_secret_basic' ? {} : { client_id: client.clientId }),
    ...(authentication === 'client_secret_post' ? { client_secret: client.clientSecret } : {}),
  });
  let payload: unknown;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'Pharos',
        ...(authentication === 'client_secret_basic' ? { Authorization: basicCredentials(client) } : {}),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(UPSTREAM_DEADLINE_MS),
    });
    // A 4xx response carries the reason as JSON. A redirect is not followed, and the body of a 5xx is not trusted.
    if (!response.ok && (response.status < 400 || response.status >= 500)) throw new Error(`status ${response.status}`);
    payload = await response.json();
  } catch (cause) {
    throw upstreamFailed(cause);
  }
  const parsed = tokenResponse.safeParse(payload);
  if (!parsed.success) throw upstreamFailed(new Error('the token response has an unexpected shape'));
  if ('error' in parsed.data) {
    const cause = new Error(String(parsed.data.error).slice(0, 100));
    if (CLIENT_ERRORS.has(String(parsed.data.error))) {
      throw new AppError('upstream_failed', 'The login provider does not accept this server: check its client id and secret', {
        cause,
      });
    }
    throw new AppError('invalid_request', 'The login provider refused the code; start again', { cause });
  }
  return { accessToken: parsed.data.access_token, idToken: parsed.data.id_token ?? undefined };
}
