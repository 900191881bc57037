import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import type { User } from '../../kernel/db/types.ts';
import { findUser } from '../../kernel/db/users.ts';
import { entitledScopes } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { type OpenCaller, operation } from '../operation.ts';
import { COOKIE, sessionTokensSchema, sessionTokensToWire } from './account-schemas.ts';

/** What a code stands for. */
export const exchangeSubject = ({ id, credentialsEpoch }: Pick<User, 'id' | 'credentialsEpoch'>) => `${id} ${credentialsEpoch}`;

export const exchangeInput = z
  .strictObject({ code: z.string().min(1).max(200), cookie: z.boolean().optional().meta({ description: COOKIE }) })
  .meta({ id: 'Exchange' });

export const exchangeCode = operation({
  name: 'tokens.exchange',
  scope: 'public',
  summary: 'Exchange the code of a browser login for a token pair',
  description:
    'Only in the browser that began the login, within a minute. A page of another origin sends its cookies (`credentials: include`).',
  destructive: false,
  input: exchangeInput.safeExtend({
    browser: z.string().max(200).optional().meta({ description: 'Secret of the browser that began the login' }),
  }),
  output: sessionTokensSchema,
  errors: ['invalid_request', 'forbidden'],
  run: async ({ db, oauth, sessions, origin }: Pick<AppContext, 'db' | 'oauth' | 'sessions'> & OpenCaller, { code, browser }) => {
    const subject = await oauth.redeemExchangeCode(code, browser);
    const user = await findUser(db, subject.split(' ')[0] ?? '');
    // A code of the time before the account's credentials changed opens nothing.
    if (!user?.active || exchangeSubject(user) !== subject)
      throw new AppError('invalid_request', 'This code is unknown, used or expired');
    return sessionTokensToWire(await sessions.start(user, entitledScopes(user.tier), origin));
  },
});
