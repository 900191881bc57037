/** The authenticated caller. Services take one; routes make it from a token or a key. */
import type { Tier } from './tiers.ts';

export const SCOPES = ['resources:read', 'resources:write', 'search', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Actor {
  readonly kind: 'user' | 'service';
  /** Owner of everything this actor creates; for the master key, the id of a fixed service user. */
  readonly userId: string;
  readonly username: string;
  readonly tier: Tier;
  readonly scopes: readonly Scope[];
  /** Session and token that authenticated the request; null for keys. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  /** The personal API key that authenticated the request; null for tokens and for the master key. */
  readonly keyId: string | null;
}

/** The scopes that a tier may hold: all but `admin` for users, all for admins. */
export function entitledScopes(tier: Tier): readonly Scope[] {
  return tier === 'admin' ? SCOPES : SCOPES.filter((scope) => scope !== 'admin');
}
