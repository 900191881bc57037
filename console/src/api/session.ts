/** Who is logged in. */
import { effect, signal } from '@preact/signals';
import type { components } from '../../../clients/typescript/src/index.ts';
import { client } from './client.ts';
import { sessionEnded } from './session-ended.ts';

export type Account = components['schemas']['User'];

/** Undefined until it is known; null for a visitor. */
export const account = signal<Account | null | undefined>(undefined);

effect(() => {
  if (sessionEnded.value > 0) account.value = null;
});

/** Finds out whether there is a session. A server that cannot be reached is asked again when it can. */
export async function restoreSession(): Promise<void> {
  if ((await client.authorization()) === undefined) account.value = null;
  else await loadAccount();
}

/** Throws PharosError where the server refuses. */
export async function logIn(username: string, password: string): Promise<void> {
  await client.logIn({ username, password });
  await loadAccount();
}

export async function logOut(): Promise<void> {
  await client.logOut();
}

/** Reads the account again, after it was changed. */
export async function loadAccount(): Promise<void> {
  account.value = await client.get('/auth/me');
}
