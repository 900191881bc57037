/** Sends mail by asking the worker to: where this runs there may be no way to speak SMTP. Signed as jobs are. */
import type { Config } from '../config/config.ts';
import type { Mailer } from '../core/mail.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import { SIGNATURE_HEADER, signRequest } from './signatures.ts';

/** A mail server may take its time to greet. */
const DEADLINE_MS = 20_000;

export interface HttpMailerDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createHttpMailer({ config, fetch, clock, ids }: HttpMailerDependencies): Mailer {
  const url = `${config.worker.url}/mail`;
  return {
    send: async ({ to, subject, text }) => {
      const body = JSON.stringify({ to, subject, text });
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          [SIGNATURE_HEADER]: await signRequest({ key: config.worker.signingKeys.current, url, body, clock, ids }),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the worker did not send the mail: it answered ${response.status}`);
    },
  };
}
