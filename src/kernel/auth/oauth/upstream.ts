/** Requests to a provider: with a deadline, with bounded trust in what comes back. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Fetch } from '../../core/ports.ts';
import type { ClientSettings, OAuthAttempt } from './provider.ts';

export const UPSTREAM_DEADLINE_MS = 8000;

const failed = (cause: unknown) => new AppError('upstream_failed', 'The login provider did not answer as expected', { cause });

/** The parsed JSON of a successful answer. Throws `upstream_failed` otherwise; why stays in the cause. */
export async function fetchJson<T>(fetch: Fetch, url: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  let body: unknown;
  try {
    // Not followed, and no success either: workerd knows no redirect: 'error'.
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(UPSTREAM_DEADLINE_MS) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    body = await response.json();
  } catch (cause) {
    throw failed(cause);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw failed(new Error('unexpected answer', { cause: parsed.error }));
  return parsed.data;
}

const tokenAnswer = z.union([
  z.looseObject({ error: z.string() }),
  z.looseObject({ access_token: z.string().min(1), id_token: z.string().nullish() }),
]);

/** RFC 6749 section 4.1.3. Some providers answer an error with status 200: that is an error all the same. */
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
  let answer: unknown;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body,
      headers: { Accept: 'application/json', 'User-Agent': 'Pharos' },
      redirect: 'manual',
      signal: AbortSignal.timeout(UPSTREAM_DEADLINE_MS),
    });
    // A 400 carries the reason as JSON; a redirect is not followed, and a 500 may carry anything.
    if (!response.ok && (response.status < 400 || response.status >= 500)) throw new Error(`status ${response.status}`);
    answer = await response.json();
  } catch (cause) {
    throw failed(cause);
  }
  const parsed = tokenAnswer.safeParse(answer);
  if (!parsed.success) throw failed(new Error('unexpected token answer'));
  if ('error' in parsed.data) {
    throw new AppError('invalid_request', 'The login provider refused the code; start again', {
      cause: new Error(String(parsed.data.error).slice(0, 100)),
    });
  }
  return { accessToken: parsed.data.access_token, idToken: parsed.data.id_token ?? undefined };
}
