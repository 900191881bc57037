import { z } from 'zod';
import { DAY_MS } from '../../kernel/core/time.ts';
import { rotateCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import type { CallbackSecret } from '../../kernel/db/types.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { secretSchema, toSecretBody } from './callback-schemas.ts';

/** How long the previous secret keeps signing as well. */
const OVERLAP_MS = DAY_MS;

export const renewCallbackSecret = operation({
  name: 'callbacks.renewSecret',
  scope: 'resources:write',
  account: 'fresh',
  summary: 'Replace the secret that signs callbacks',
  description: 'For a day the previous secret signs callbacks, too, so that receivers can switch to the new one.',
  destructive: true,
  input: z.object({}),
  output: secretSchema,
  run: async ({ db, clock, account: { user, session } }: Pick<AppContext, 'db' | 'clock'> & AccountCaller) => {
    const now = clock.now();
    const change = { fresh: newCallbackSecret(), now, previousExpiresAt: now + OVERLAP_MS };
    let renewed: CallbackSecret | undefined;
    await writeIfCurrent(db, { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id }, async (tx) => {
      renewed = await rotateCallbackSecret(tx, user.id, change);
    });
    if (!renewed) throw accountChanged();
    return toSecretBody(renewed, now);
  },
});
