import { z } from 'zod';
import { ensureCallbackSecret, findCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { secretSchema, toSecretBody } from './callback-schemas.ts';

/** It is created on first use; `unauthenticated` instead if the account has changed since the session was verified. */
export const getCallbackSecret = operation({
  name: 'callbacks.secret',
  scope: 'resources:write',
  account: 'interactive',
  summary: 'Read the secret that signs callbacks',
  description: 'Receivers verify `webhook-signature` with it (Standard Webhooks).',
  destructive: false,
  input: z.object({}),
  output: secretSchema,
  run: async ({ db, clock, account: { user, session } }: Pick<AppContext, 'db' | 'clock'> & AccountCaller) => {
    let secret = await findCallbackSecret(db, user.id);
    if (!secret) {
      const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
      await writeIfCurrent(db, verified, async (tx) => {
        secret = await ensureCallbackSecret(tx, user.id, newCallbackSecret(), clock.now());
      });
    }
    if (!secret) throw accountChanged();
    return toSecretBody(secret, clock.now());
  },
});
