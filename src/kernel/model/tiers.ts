/** Tiers of accounts, lowest first. A tier sets rate limits and the scopes a user may hold. */
export const TIERS = ['free', 'premium', 'admin'] as const;
export type Tier = (typeof TIERS)[number];
