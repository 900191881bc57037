/** The token endpoint (RFC 6749 section 3.2). Its clients are public: the verifier and the rotation of tokens stand for a secret. */
import { z } from 'zod';
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { MAX_REDIRECT_URI } from '../../kernel/auth/redirect-uris.ts';
import type { RequestOrigin } from '../../kernel/auth/security-log.ts';
import type { TokenPair } from '../../kernel/auth/sessions.ts';
import { findOAuthClient } from '../../kernel/db/oauth-clients.ts';
import type { AppContext } from '../context.ts';
import { audienceOf, grantable, resourceParameter } from './authorization-request.ts';

export const tokenRequestSchema = z
  .object({
    grant_type: z
      .string()
      .min(1)
      .max(100)
      .meta({ enum: ['authorization_code', 'refresh_token'], description: '`authorization_code` or `refresh_token`' }),
    client_id: z.string().min(1).max(64),
    code: z.string().min(1).max(512).optional(),
    code_verifier: z.string().min(1).max(256).optional(),
    redirect_uri: z
      .string()
      .min(1)
      .max(MAX_REDIRECT_URI)
      .optional()
      .meta({ description: 'As in the authorization request; OAuth 2.1 leaves it out' }),
    refresh_token: z.string().min(1).max(512).optional(),
    scope: z.string().max(1000).optional().meta({ description: 'Narrows the access token of a refresh' }),
    resource: resourceParameter,
  })
  .meta({ id: 'TokenRequest' });

type TokenRequest = z.output<typeof tokenRequestSchema>;

/** RFC 7636 section 4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/;

/** Throws OAuthError. */
export async function issueTokens(
  { db, grants, config }: Pick<AppContext, 'db' | 'grants' | 'config'>,
  request: TokenRequest,
  origin: RequestOrigin,
): Promise<TokenPair> {
  const { grant_type, client_id, scope, resource } = request;
  if (grant_type !== 'authorization_code' && grant_type !== 'refresh_token') {
    throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token');
  }
  const app = await findOAuthClient(db, client_id);
  if (!app) throw new OAuthError('invalid_client', 'This client is not registered here');
  const audience = audienceOf(config.publicUrl, resource);
  if (grant_type === 'refresh_token') {
    const narrowTo = scope?.trim() ? grantable(scope) : undefined;
    return grants.refresh(required(request, 'refresh_token'), { app, audience, narrowTo }, origin);
  }
  const verifier = required(request, 'code_verifier');
  if (!VERIFIER.test(verifier))
    throw new OAuthError('invalid_request', 'code_verifier must have 43 to 128 unreserved characters');
  const exchange = { app, audience, verifier, redirectUri: request.redirect_uri };
  return grants.exchange(required(request, 'code'), exchange, origin);
}

function required(request: TokenRequest, name: 'code' | 'code_verifier' | 'refresh_token'): string {
  const value = request[name];
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}
