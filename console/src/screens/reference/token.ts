/** Whose token the requests of the reference carry: that of the session, or one that was typed. */
import { signal } from '@preact/signals';
import { client } from '../../api/client.ts';

/** Undefined: that of the session. */
export const typed = signal<string | undefined>(undefined);
/** What the field shows while nothing was typed. */
export const sessionToken = signal('');

/** The client renews the token of a session before it ends; the field follows. */
export async function readSessionToken(): Promise<void> {
  const authorization = await client.authorization().catch(() => undefined);
  sessionToken.value = authorization?.replace(/^Bearer /, '') ?? '';
}

/** For `client.send`: undefined leaves it to the session, null sends none. */
export function authorizationToSend(): string | null | undefined {
  const token = typed.peek()?.trim();
  if (token === undefined) return undefined;
  return token === '' ? null : `Bearer ${token}`;
}
