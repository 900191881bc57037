/** Says that the connection is lost, floating over free space, and that it is back. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { connection, nextAttempt, recoveries, tryNow } from '../api/connection.ts';
import { Button } from '../parts/button.tsx';
import { toast } from '../parts/toast.tsx';
import { shell } from '../texts.ts';

export function ConnectionBanner() {
  const seen = useRef(recoveries.peek());
  useSignalEffect(() => {
    if (recoveries.value === seen.current) return;
    seen.current = recoveries.value;
    toast({ text: shell.connection.regained });
  });
  const state = connection.value;
  const { reconnecting, offline, now } = shell.connection;
  return (
    <div class="banner" role="status" hidden={state === 'connected'} data-state={state}>
      {state !== 'connected' && (
        <div class="banner__in">
          <span class="banner__dot" aria-hidden="true" />
          {/* The countdown would be read out every second. */}
          <span class="sr">{state === 'offline' ? offline : reconnecting(0)}</span>
          <span aria-hidden="true">{state === 'offline' ? offline : reconnecting(nextAttempt.value)}</span>
          <Button kind="plain" small onClick={tryNow}>
            {now}
          </Button>
        </div>
      )}
    </div>
  );
}
