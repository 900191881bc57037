/** Runs an action on accounts: confirms the session where it must be, and says what was done or why not. */
import { sentenceOf } from '../api/errors.ts';
import { toast } from '../parts/toast.tsx';
import { withFreshSession } from './fresh-session.tsx';

/** `done`: what is said afterwards. */
export async function act(action: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    if ((await withFreshSession(action)) && done !== undefined) toast({ text: done });
  } catch (error) {
    toast({ text: sentenceOf(error), failed: true });
  }
}
