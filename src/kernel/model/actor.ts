/** The authenticated caller. Services take one; routes make it from a token or a key. */
import type { Tier } from './tiers.ts';

export const SCOPES = ['resources:read', 'resources:write', 'resources:delete', 'search', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export type GrantableScope = Exclude<Scope, 'admin'>;

/** What a user may grant to an app. */
export const GRANTABLE_SCOPES = SCOPES.filter((scope): scope is GrantableScope => scope !== 'admin');

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
  /** The connected app that acts for the user by a grant; absent for the user's own credentials. */
  readonly clientId?: string;
}

/** The scopes that a tier may hold: all but `admin` for users, all for admins. */
export function entitledScopes(tier: Tier): readonly Scope[] {
  return tier === 'admin' ? SCOPES : SCOPES.filter((scope) => scope !== 'admin');
}

/** The scopes of a user's own credentials: a user who may change documents may delete them. A grant has only what its user named. */
export const withImpliedScopes = (scopes: readonly string[]): Scope[] =>
  SCOPES.filter((scope) => scopes.includes(scope) || (scope === 'resources:delete' && scopes.includes('resources:write')));
