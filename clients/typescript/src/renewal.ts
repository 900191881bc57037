/** Begins to renew the session in the cookie before the client is there: for the first module of a page, which is to be small. */
import { sessionHint } from './session-hint.ts';
import { lockNameOf, webLock } from './session-lock.ts';

/**
 * A refresh that lost its response is repeated within the 30 seconds in which the server gives the same tokens again. Later it
 * would take the repetition for a theft, and end the session.
 */
export const REFRESH_TIMEOUT_MS = 7_000;

export interface Renewal {
  /** The response, for the first caller; undefined for later ones and after `drop`. Rejects where none came. */
  take(): Promise<Response> | undefined;
  /** Leaves the response unused, because a session began or ended meanwhile. */
  drop(): void;
}

/** `url`: as the client has it, without a slash at its end. Undefined where this browser certainly has no session. */
export function beginRenewal(url: string): Renewal | undefined {
  const name = lockNameOf(url);
  if (!sessionHint(name).get()) return undefined;
  // Under the lock of all tabs until the cookie is replaced: the client asks for the same lock before it takes the response.
  let response: Promise<Response> | undefined = webLock(name)(() => refresh(`${url}/auth/refresh`));
  response.catch(() => undefined);
  const drop = () => {
    response = undefined;
  };
  const take = () => {
    const taken = response;
    drop();
    return taken;
  };
  return { take, drop };
}

async function refresh(address: string): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), REFRESH_TIMEOUT_MS);
  try {
    return await fetch(address, { method: 'POST', credentials: 'same-origin', redirect: 'manual', signal: late.signal });
  } finally {
    clearTimeout(timer);
  }
}
