/** Errors of the endpoints that OAuth clients call, in the form that their RFCs give them (RFC 6749 section 5.2, RFC 7591). */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { OAuthError, type OAuthErrorName } from '../../kernel/auth/oauth-error.ts';
import type { AppError } from '../../kernel/core/errors.ts';
import { toDatabaseAppError } from '../../kernel/db/connection-errors.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { asAppError, statusOf } from '../problem.ts';
import { problemSchema } from '../router.ts';

const oauthErrorSchema = z.object({ error: z.string(), error_description: z.string() }).openapi('OAuthError');

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request, the code or the token is refused',
  401: 'The client is not registered',
  408: 'The body arrives too slowly',
  413: 'The body is too large',
  415: 'The content type is not supported',
  503: 'The database cannot be reached',
};

export const oauthErrors = (...statuses: number[]) => ({
  ...Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: DESCRIPTIONS[status] ?? 'Error', content: { 'application/json': { schema: oauthErrorSchema } } },
    ]),
  ),
  429: {
    description: 'Too many requests from this address',
    content: {
      'application/problem+json': { schema: problemSchema },
      'application/json': { schema: oauthErrorSchema },
    },
  },
});

export const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** An error handler for routes of OAuth clients. `invalid`: how input is called that a schema refuses. */
export function sendOAuthError({ writeHealth }: Pick<AppContext, 'writeHealth'>, invalid: OAuthErrorName) {
  return (error: Error, c: Context<AppEnv>): Response => {
    const known = c.get('bodyFault') ?? asAppError(error) ?? toDatabaseAppError(error);
    // The app's handler does the rest: what is unexpected.
    if (!known) throw error;
    writeHealth.failed(error);
    const status = statusFor(known);
    return c.json({ error: nameOf(known, status, invalid), error_description: known.detail }, status, {
      ...NO_STORE,
      ...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="pharos"' } : {}),
      ...(known.retryAfter === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(known.retryAfter))) }),
    });
  };
}

function statusFor(error: AppError): ContentfulStatusCode {
  if (error instanceof OAuthError) return error.error === 'invalid_client' ? 401 : 400;
  const status = statusOf(error);
  return status === 422 ? 400 : status;
}

function nameOf(error: AppError, status: number, invalid: OAuthErrorName): string {
  if (error instanceof OAuthError) return error.error;
  return status === 429 || status >= 500 ? 'temporarily_unavailable' : invalid;
}
