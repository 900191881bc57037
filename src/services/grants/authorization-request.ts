/** Authorization requests of apps (RFC 6749 section 4.1.1, with PKCE, RFC 8707 and RFC 9207). */
import { z } from 'zod';
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { MAX_REDIRECT_URI, matchesRedirectUri, withParameters } from '../../kernel/auth/redirect-uris.ts';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { findOAuthClient } from '../../kernel/db/oauth-clients.ts';
import type { OAuthClient } from '../../kernel/db/types.ts';
import { GRANTABLE_SCOPES, type GrantableScope } from '../../kernel/model/actor.ts';
import { mcpResource } from '../../kernel/model/protected-resources.ts';
import type { TokenAudience } from '../../kernel/model/sessions.ts';
import type { AppContext } from '../context.ts';

/** `resource` may be repeated (RFC 8707 section 2). */
export const resourceParameter = z
  .union([z.string().max(1024), z.array(z.string().max(1024)).max(10)])
  .optional()
  .meta({ description: 'What the tokens are for: the address of the API, or that of `/mcp`. Default: the API' });

/** Only what names the client must be there to be read; what else is missing is told to the client. */
export const authorizationParameters = {
  client_id: z.string().min(1).max(64),
  redirect_uri: z
    .string()
    .min(1)
    .max(MAX_REDIRECT_URI)
    .meta({ description: 'As registered; a loopback address may have any port' }),
  response_type: z.string().max(64).optional().meta({ description: '`code`', example: 'code' }),
  scope: z.string().max(1000).optional().meta({ description: 'Separated by spaces; scopes that an app cannot have are ignored' }),
  state: z.string().max(2048).optional(),
  code_challenge: z.string().max(256).optional().meta({ description: 'SHA-256 of the verifier in base64url' }),
  code_challenge_method: z.string().max(64).optional().meta({ description: '`S256`', example: 'S256' }),
  resource: resourceParameter,
};

export type AuthorizationParameters = z.output<z.ZodObject<typeof authorizationParameters>>;

export interface AuthorizationRequest {
  readonly scopes: readonly GrantableScope[];
  readonly audience: TokenAudience;
  readonly challenge: string;
}

/** S256 of a verifier: 32 bytes in base64url. */
const CHALLENGE = /^[\w-]{43}$/;

/**
 * The client of a request. Throws `invalid_request` for an unknown client and for a redirect URI that it did not register: such a
 * request must never lead there (RFC 9700 section 4.11).
 */
export async function findClient(
  { db }: Pick<AppContext, 'db'>,
  { client_id, redirect_uri }: Pick<AuthorizationParameters, 'client_id' | 'redirect_uri'>,
): Promise<OAuthClient> {
  const client = await findOAuthClient(db, client_id);
  if (!client) {
    throw new AppError('invalid_request', 'This app is not registered here, or not any more. Connect it again from the app');
  }
  if (!client.redirectUris.some((registered) => matchesRedirectUri(registered, redirect_uri))) {
    throw new AppError('invalid_request', 'The app asked to be answered at an address that it did not register');
  }
  return client;
}

/** Throws OAuthError, which the client may be told at its redirect URI. */
export function readAuthorizationRequest(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { response_type, scope, code_challenge, code_challenge_method, resource }: AuthorizationParameters,
): AuthorizationRequest {
  if (response_type === undefined) throw new OAuthError('invalid_request', 'response_type is missing');
  if (response_type !== 'code') throw new OAuthError('unsupported_response_type', 'response_type must be code');
  if (code_challenge === undefined) throw new OAuthError('invalid_request', 'code_challenge is missing: PKCE is required');
  // Without a method the challenge would be the verifier itself.
  if (code_challenge_method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256');
  if (!CHALLENGE.test(code_challenge))
    throw new OAuthError('invalid_request', 'code_challenge must be 43 characters of base64url');
  const scopes = scope?.trim() ? grantable(scope) : GRANTABLE_SCOPES;
  if (scopes.length === 0) throw new OAuthError('invalid_scope', `scope must name one of ${GRANTABLE_SCOPES.join(' ')}`);
  return { scopes, audience: audienceOf(publicUrl, resource) ?? 'api', challenge: code_challenge };
}

/** The scopes that `scope` names and an app can have. */
export const grantable = (scope: string): GrantableScope[] => {
  const named = scope.split(/\s+/);
  return GRANTABLE_SCOPES.filter((known) => named.includes(known));
};

/** Undefined if no resource is named. Throws `invalid_target` for one that is not here. */
export function audienceOf(publicUrl: string, resource: string | readonly string[] | undefined): TokenAudience | undefined {
  const named = typeof resource === 'string' ? [resource] : (resource ?? []);
  const audiences = named.map((uri): TokenAudience => {
    const bare = uri.endsWith('/') ? uri.slice(0, -1) : uri;
    if (bare === publicUrl) return 'api';
    if (bare === mcpResource(publicUrl)) return 'mcp';
    throw new OAuthError('invalid_target', `resource must be ${publicUrl} or ${mcpResource(publicUrl)}`);
  });
  if (audiences.length === 0) return undefined;
  return audiences.includes('api') ? 'api' : 'mcp';
}

/** Where the client is told the outcome. `iss` keeps it from taking this server's response for another's (RFC 9207). */
export const responseUri = (
  { auth }: Pick<Config, 'auth'>,
  { redirect_uri, state }: Pick<AuthorizationParameters, 'redirect_uri' | 'state'>,
  outcome: { readonly code: string } | { readonly error: string; readonly error_description?: string },
): string => withParameters(redirect_uri, { ...outcome, state, iss: auth.issuer });

export const faultUri = (
  config: Pick<Config, 'auth'>,
  parameters: Pick<AuthorizationParameters, 'redirect_uri' | 'state'>,
  { error, detail }: OAuthError,
): string => responseUri(config, parameters, { error, error_description: detail });
