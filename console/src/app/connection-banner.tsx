/** Says that the connection is lost or the server takes no more for a while, floating over free space, and that it is back. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { connection, nextAttempt, recoveries, tryNow } from '../api/connection.ts';
import { limitedSeconds } from '../api/rate-limit.ts';
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
  const { reconnecting, offline, limited, now } = shell.connection;
  const isLimited = state === 'connected' && limitedSeconds.value > 0;
  return (
    <div class="banner" role="status" hidden={state === 'connected' && !isLimited} data-state={isLimited ? 'limited' : state}>
      {isLimited && (
        <div class="banner__in">
          <span class="banner__dot" aria-hidden="true" />
          <span class="sr">{limited(0)}</span>
          <span aria-hidden="true">{limited(limitedSeconds.value)}</span>
        </div>
      )}
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
