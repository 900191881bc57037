/** Remembers in this browser that it has a session, so that the page of a visitor need not ask the server for one. */

export interface SessionHint {
  /** False where there is certainly no session. */
  get(): boolean;
  set(hasSession: boolean): void;
}

/** All tabs share it. Without storage, as where it is blocked, every page asks. */
export function sessionHint(name: string): SessionHint {
  const storage = (): Storage | undefined => {
    try {
      return globalThis.localStorage;
    } catch {
      return undefined;
    }
  };
  return {
    get: () => {
      const kept = storage();
      return !kept || kept.getItem(name) !== null;
    },
    set: (hasSession) => {
      if (hasSession) storage()?.setItem(name, '1');
      else storage()?.removeItem(name);
    },
  };
}
