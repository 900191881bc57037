/** Limits the large uploads held in memory at once: until an upload is stored, it may need five times its size. */

/** Bytes up to which an upload needs no slot: a thousand such uploads need less memory. */
const LARGE = 1024 * 1024;
const SLOTS = 4;
/** Fewer than all, so that one owner with slow connections cannot block the others. */
const SLOTS_PER_OWNER = 3;

export interface UploadSlots {
  /**
   * Acquires a slot for an upload of `bytes` (undefined: unknown) and returns the function that releases it. Returns
   * undefined where no slot is free.
   */
  acquire(owner: string, bytes: number | undefined): (() => void) | undefined;
}

export function createUploadSlots({ slots = SLOTS, perOwner = SLOTS_PER_OWNER } = {}): UploadSlots {
  const holders: string[] = [];
  return {
    acquire: (owner, bytes) => {
      if (bytes !== undefined && bytes <= LARGE) return () => {};
      const held = holders.filter((holder) => holder === owner).length;
      if (holders.length >= slots || held >= perOwner) return undefined;
      holders.push(owner);
      return () => {
        holders.splice(holders.indexOf(owner), 1);
      };
    },
  };
}
