/** The lock under which a session is renewed: one tab after the other. */

export const lockNameOf = (url: string) => `pharos:${url}`;

/** Without Web Locks two tabs may refresh at once, and the server gives both the same successor for 30 seconds. */
export function webLock(name: string): <T>(work: () => Promise<T>) => Promise<T> {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: LockManager };
  return async <T>(work: () => Promise<T>): Promise<T> => (locks ? await locks.request(name, () => work()) : await work());
}
