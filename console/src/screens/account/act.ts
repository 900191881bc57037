/** Runs an action of the account screen: confirms the session where it must be, and says what was done or why not. */
import { sentenceOf } from '../../api/errors.ts';
import { withFreshSession } from '../../app/fresh-session.tsx';
import { toast } from '../../parts/toast.tsx';

/** `done`: what is said afterwards. */
export async function act(action: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    if ((await withFreshSession(action)) && done !== undefined) toast({ text: done });
  } catch (error) {
    toast({ text: sentenceOf(error), failed: true });
  }
}
