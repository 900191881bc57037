/** Who is asking. Every verb of the library takes one; routes make it from a token or a key. */
import type { Tier } from './values.ts';

export const SCOPES = ['resources:read', 'resources:write', 'search', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Actor {
  readonly kind: 'user' | 'service';
  /** The owner of all that this actor makes; for the master key a fixed service user's id. */
  readonly userId: string;
  readonly username: string;
  readonly tier: Tier;
  readonly scopes: readonly Scope[];
  /** The session and token it came with; null for keys. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
}

/** What each tier may be granted; a scope asked for beyond it is not granted. */
export function entitledScopes(tier: Tier): readonly Scope[] {
  return tier === 'admin' ? SCOPES : SCOPES.filter((scope) => scope !== 'admin');
}
