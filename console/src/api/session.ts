/** Who is logged in. All tabs of a browser share one session: what one begins or ends, the others follow. */
import { effect, signal } from '@preact/signals';
import type { components } from '../../../clients/typescript/src/index.ts';
import { tabs } from './begun.ts';
import { client } from './client.ts';
import { recoveries } from './connection.ts';
import { isUnreachable, PharosError } from './errors.ts';
import { sessionEnded } from './session-ended.ts';

export type Account = components['schemas']['User'];

/** Undefined until it is known; null for a visitor. */
export const account = signal<Account | null | undefined>(undefined);

/** What one tab tells the others. */
type News = { readonly began: string } | { readonly ended: true };

effect(() => {
  if (sessionEnded.value > 0) account.value = null;
});

/** Another person's documents, or those of an ended session, do not stay in a tab: it loads anew. */
tabs.onmessage = ({ data }: MessageEvent<News>) => {
  const mine = account.peek();
  if ('ended' in data) {
    if (mine) location.reload();
  } else if (!mine) void restoreSession();
  else if (mine.id !== data.began) location.reload();
};

const tell = (news: News) => tabs.postMessage(news);

/** Finds out whether there is a session. A server that cannot be reached is asked again when it can. */
export async function restoreSession(): Promise<void> {
  try {
    account.value = (await client.resume()) ?? null;
  } catch (error) {
    if (!isUnreachable(error) && !isAway(error)) account.value = null;
    else {
      await recovered();
      await restoreSession();
    }
  }
}

const isAway = (error: unknown) => error instanceof PharosError && [502, 503, 504].includes(error.status);

function recovered(): Promise<void> {
  const before = recoveries.peek();
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (recoveries.value === before) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

/** Throws PharosError where the server refuses. */
export async function logIn(username: string, password: string): Promise<void> {
  begun(await client.logIn({ username, password }));
}

/** Ends a login at a provider, by the code with which it returned. */
export async function exchange(code: string): Promise<void> {
  begun(await client.exchange(code));
}

function begun(user: Account): void {
  account.value = user;
  tell({ began: user.id });
}

/** Ends the session of every tab. The page loads anew, so that nothing of the account stays in memory. */
export async function logOut(): Promise<void> {
  await client.logOut();
  leave();
}

/** After the session was ended at the server. */
export function leave(): void {
  tell({ ended: true });
  location.assign('/app/login');
}

/** Reads the account again, after it was changed. */
export async function loadAccount(): Promise<void> {
  account.value = await client.get('/auth/me');
}
