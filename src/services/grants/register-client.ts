/** Dynamic registration of apps (RFC 7591). They are public clients: no secret, so nothing that a copy of them could leak. */
import { z } from 'zod';
import { displayName } from '../../kernel/auth/client-names.ts';
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { redirectUriFault } from '../../kernel/auth/redirect-uris.ts';
import type { RequestOrigin } from '../../kernel/auth/security-log.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { toUnixSeconds } from '../../kernel/core/time.ts';
import { insertOAuthClient } from '../../kernel/db/oauth-clients.ts';
import type { OAuthClient } from '../../kernel/db/types.ts';
import { GRANTABLE_SCOPES } from '../../kernel/model/actor.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import type { AppContext } from '../context.ts';

const MAX_REDIRECT_URIS = 10;
const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;

/** Members that are not here are ignored, as the RFC asks; the response says what was registered. */
export const clientMetadataSchema = z
  .object({
    redirect_uris: z
      .array(z.string().max(4096))
      .min(1)
      .max(MAX_REDIRECT_URIS)
      .meta({
        description: 'https, http on 127.0.0.1, [::1] or localhost, or a scheme of the app’s own; without fragment and wildcard',
        example: ['http://127.0.0.1/callback'],
      }),
    client_name: z.string().max(1000).optional().meta({ example: 'An assistant' }),
    grant_types: z
      .array(z.string().max(100))
      .max(20)
      .optional()
      .meta({ contains: { const: 'authorization_code' } }),
    response_types: z
      .array(z.string().max(100))
      .max(20)
      .optional()
      .meta({ contains: { const: 'code' } }),
  })
  .meta({ id: 'ClientMetadata' });

export const clientSchema = z
  .object({
    client_id: z.string(),
    client_id_issued_at: z.int(),
    client_name: z.string(),
    redirect_uris: z.array(z.string()),
    grant_types: z.array(z.enum(GRANT_TYPES)),
    response_types: z.array(z.literal('code')),
    token_endpoint_auth_method: z.literal('none'),
    scope: z.string(),
  })
  .meta({ id: 'RegisteredClient' });

/** Throws OAuthError, and `rate_limited` after too many registrations from one address. */
export async function registerClient(
  {
    db,
    ids,
    clock,
    limiter,
    rateLimits,
    security,
  }: Pick<AppContext, 'db' | 'ids' | 'clock' | 'limiter' | 'rateLimits' | 'security'>,
  {
    redirect_uris,
    client_name,
    grant_types = ['authorization_code'],
    response_types = ['code'],
  }: z.output<typeof clientMetadataSchema>,
  origin: RequestOrigin,
): Promise<z.input<typeof clientSchema>> {
  if (!grant_types.includes('authorization_code') || !response_types.includes('code')) {
    throw new OAuthError('invalid_client_metadata', 'Pharos has the grant type authorization_code with the response type code');
  }
  const fault = redirect_uris.map((uri, index) => ({ index, message: redirectUriFault(uri) })).find(({ message }) => message);
  if (fault) throw new OAuthError('invalid_redirect_uri', `redirect_uris.${fault.index} ${fault.message}`);
  const { admitted, retryAfterMs } = await limiter.decide(
    `clients:${addressKey(origin.address)}`,
    rateLimits.clientRegistrations,
  );
  if (!admitted) {
    throw new AppError('rate_limited', 'Too many apps were registered from your address', { retryAfter: retryAfterMs / 1000 });
  }
  const client: OAuthClient = {
    id: ids.next(),
    name: displayName(client_name),
    redirectUris: [...new Set(redirect_uris)],
    createdAt: clock.now(),
    grantedAt: null,
  };
  await insertOAuthClient(db, client);
  security.record('client_registered', { ...origin, reason: `${client.id}: ${client.name}` });
  return {
    client_id: client.id,
    client_id_issued_at: toUnixSeconds(client.createdAt),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    grant_types: [...GRANT_TYPES],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    scope: GRANTABLE_SCOPES.join(' '),
  };
}
