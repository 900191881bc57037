/**
 * Memory for request bodies: bytes that may be held at once, by all owners and by one. An owner may hold as
 * much as stays free (a dynamic threshold; Choudhury and Hahne, 1998): one owner half of all, two owners three quarters
 * together, and however many there are, something is left for another.
 */

/** What one body holds. */
export interface HeldBytes {
  /** Whether the body could hold `bytes` now. Takes nothing. */
  fits(bytes: number): boolean;
  /** Makes the body hold `bytes`, more than before. Returns false, and changes nothing, where they are not free. */
  grow(bytes: number): boolean;
  /** Gives everything back. */
  release(): void;
}

export interface ByteBudget {
  hold(owner: string): HeldBytes;
}

export function createByteBudget(total: number): ByteBudget {
  const byOwner = new Map<string, number>();
  let taken = 0;

  function add(owner: string, bytes: number): void {
    const own = (byOwner.get(owner) ?? 0) + bytes;
    taken += bytes;
    if (own > 0) byOwner.set(owner, own);
    else byOwner.delete(owner);
  }

  return {
    hold: (owner) => {
      let held = 0;
      const fits = (bytes: number) => {
        const more = bytes - held;
        return (byOwner.get(owner) ?? 0) + more <= total - taken - more;
      };
      return {
        fits,
        grow: (bytes) => {
          if (!fits(bytes)) return false;
          add(owner, bytes - held);
          held = bytes;
          return true;
        },
        release: () => {
          add(owner, -held);
          held = 0;
        },
      };
    },
  };
}
