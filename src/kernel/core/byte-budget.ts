/** Memory for large bodies: bytes that may be held at once, by all owners and by one. */

export interface ByteBudget {
  /** Takes `bytes` for `owner` and returns the function that gives them back; undefined where they are not free. */
  acquire(owner: string, bytes: number): (() => void) | undefined;
}

export interface ByteBudgetOptions {
  readonly total: number;
  /** Less than the total, so that one owner with slow connections does not stop the others. */
  readonly perOwner: number;
}

export function createByteBudget({ total, perOwner }: ByteBudgetOptions): ByteBudget {
  const held = new Map<string, number>();
  let taken = 0;
  return {
    acquire: (owner, bytes) => {
      const own = held.get(owner) ?? 0;
      if (taken + bytes > total || own + bytes > perOwner) return undefined;
      taken += bytes;
      held.set(owner, own + bytes);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        taken -= bytes;
        const left = (held.get(owner) ?? 0) - bytes;
        if (left > 0) held.set(owner, left);
        else held.delete(owner);
      };
    },
  };
}
