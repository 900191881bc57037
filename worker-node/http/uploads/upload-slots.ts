/** How many large uploads are held in memory at once: until it is stored, one may need five times its size. */

/** Smaller ones are not counted: a thousand of them need less. */
const LARGE = 1024 * 1024;
const PLACES = 4;
/** Nobody holds all: a few slow senders would keep everybody else out. */
const PLACES_PER_OWNER = 3;

export interface UploadSlots {
  /**
   * A place for an upload of `bytes` (undefined: it does not say), or undefined where there is none. Whoever gets one calls
   * the returned function when the upload is over.
   */
  acquire(owner: string, bytes: number | undefined): (() => void) | undefined;
}

export function createUploadSlots({ places = PLACES, perOwner = PLACES_PER_OWNER } = {}): UploadSlots {
  const taken: string[] = [];
  return {
    acquire: (owner, bytes) => {
      if (bytes !== undefined && bytes <= LARGE) return () => {};
      const own = taken.filter((holder) => holder === owner).length;
      if (taken.length >= places || own >= perOwner) return undefined;
      taken.push(owner);
      return () => {
        taken.splice(taken.indexOf(owner), 1);
      };
    },
  };
}
