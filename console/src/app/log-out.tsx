/** Logs out. Nothing can be sent afterwards, so delayed changes are sent before, and unsent documents are asked about. */
import { signal } from '@preact/signals';
import { reasonOf } from '../api/errors.ts';
import { logOut as endSession } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { doDelayed, toast } from '../parts/toast.tsx';
import { shell as texts } from '../texts.ts';
import { unsent } from './in-work.ts';

/** Answers the question; undefined while none is asked. */
const answer = signal<((isAgreed: boolean) => void) | undefined>(undefined);

/** Never rejects: a failure is told. */
export async function logOut(): Promise<void> {
  if (unsent.peek() > 0 && !(await agreed())) return;
  await doDelayed();
  try {
    await endSession();
  } catch (error) {
    toast({ text: reasonOf(error, texts.logOut.failed), failed: true });
  }
}

function agreed(): Promise<boolean> {
  return new Promise((resolve) => {
    answer.value = (isAgreed) => {
      answer.value = undefined;
      resolve(isAgreed);
    };
  });
}

/** Part of the frame, because the palette logs out from every screen. */
export function LogOutQuestion() {
  const stay = () => answer.peek()?.(false);
  return (
    <Dialog
      open={answer.value !== undefined}
      onClose={stay}
      title={texts.logOut.title}
      foot={
        <>
          <Button onClick={stay}>{texts.logOut.stay}</Button>
          <Button kind="danger-fill" onClick={() => answer.peek()?.(true)}>
            {texts.logOut.go}
          </Button>
        </>
      }
    >
      <p class="soft">{texts.logOut.text(unsent.value)}</p>
    </Dialog>
  );
}
