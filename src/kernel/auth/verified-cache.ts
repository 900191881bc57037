/**
 * Remembers tokens that were verified: `jwtVerify` is a hop to a thread pool that costs more than the rest of a request.
 * The key is the whole token, so that nothing unverified is ever found; whether it was revoked is asked each time, elsewhere.
 */
export interface VerifiedCache<T extends { readonly exp: number }> {
  /** `now` in Unix seconds: an expired entry is no entry. */
  get(token: string, now: number): T | undefined;
  set(token: string, claims: T): void;
}

export function createVerifiedCache<T extends { readonly exp: number }>({ capacity }: { capacity: number }): VerifiedCache<T> {
  const entries = new Map<string, T>();
  return {
    get: (token, now) => {
      const claims = entries.get(token);
      if (!claims || claims.exp > now) return claims;
      entries.delete(token);
      return undefined;
    },
    set: (token, claims) => {
      for (const oldest of entries.keys()) {
        if (entries.size < capacity) break;
        entries.delete(oldest);
      }
      entries.set(token, claims);
    },
  };
}
