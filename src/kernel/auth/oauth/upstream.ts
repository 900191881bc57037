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

const tokenResponse = z.union([
  z.looseObject({ error: z.string() }),
  z.looseObject({ access_token: z.string().min(1), id_token: z.string().nullish() }),
]);

/**
 * Exchanges the code for tokens (RFC 6749 section 4.1.3). Throws `invalid_request` if the provider refuses the code, also
 * where it reports the error with status 200, as GitHub does; `upstream_failed` for any other failure.
 */
export async function requestTokens(
  fetch: Fetch,
  endpoint: string,
  { clientId, clientSecret, redirectUri }: ClientSettings,
  code: string,
  { codeVerifier }: OAuthAttempt,
): Promise<{ accessToken: string; idToken: string | undefined }> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    client_secret: clientSecret,
    code_verifier: codeVerifier,
  });
  let payload: unknown;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body,
      headers: { Accept: 'application/json', 'User-Agent': 'Pharos' },
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
    throw new AppError('invalid_request', 'The login provider refused the code; start again', {
      cause: new Error(String(parsed.data.error).slice(0, 100)),
    });
  }
  return { accessToken: parsed.data.access_token, idToken: parsed.data.id_token ?? undefined };
}
